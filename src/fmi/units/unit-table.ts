import { multiplyScales, ONE, type UnitScale } from "./unit-scale.ts";

/** Names, then what one of it is: a factor and a product of units further up. `prefixed`: takes k, m, M … in front. */
type Row = readonly [names: string, factor: number, product: string, prefixed?: "prefixed"];

// Factors are exact by definition (BIPM SI Brochure, NIST SP 811) unless they have more than 9 digits after the point.
const ROWS: readonly Row[] = [
  ["m meter metre meters metres", 1, "base:1", "prefixed"],
  ["g", 0.001, "base:0", "prefixed"],
  ["s sec second seconds", 1, "base:2", "prefixed"],
  ["A ampere", 1, "base:3", "prefixed"],
  ["K kelvin", 1, "base:4", "prefixed"],
  ["mol", 1, "base:5", "prefixed"],
  ["cd", 1, "base:6", "prefixed"],
  ["rad", 1, "base:7", "prefixed"],
  ["% percent", 0.01, ""],
  ["‰", 0.001, ""],
  ["ppm", 1e-6, ""],
  ["sr", 1, ""],
  ["deg ° degree degrees", Math.PI / 180, "rad"],
  ["rev r", 2 * Math.PI, "rad"],
  ["min minute minutes", 60, "s"],
  ["h hr hour hours", 3600, "s"],
  ["d day days", 86_400, "s"],
  ["wk week weeks", 604_800, "s"],
  ["rpm", (2 * Math.PI) / 60, "rad s-1"],
  ["Hz", 1, "s-1", "prefixed"],
  ["t tonne", 1000, "kg", "prefixed"],
  ["lb lbm", 0.45359237, "kg"],
  ["oz", 0.028349523125, "kg"],
  ["in inch", 0.0254, "m"],
  ["ft foot feet", 0.3048, "m"],
  ["yd", 0.9144, "m"],
  ["mi mile miles", 1609.344, "m"],
  ["nmi", 1852, "m"],
  ["Å", 1e-10, "m"],
  ["ha", 10_000, "m2"],
  ["l L liter litre liters litres", 0.001, "m3", "prefixed"],
  ["gal", 0.003785411784, "m3"],
  ["mph", 0.44704, "m s-1"],
  ["kph", 1 / 3.6, "m s-1"],
  ["kn knot", 1852 / 3600, "m s-1"],
  ["cfm", 0.3048 ** 3 / 60, "m3 s-1"],
  ["gpm", 0.003785411784 / 60, "m3 s-1"],
  ["N", 1, "kg m s-2", "prefixed"],
  ["kgf", 9.80665, "N"],
  ["lbf", 4.4482216152605, "N"],
  ["Nm", 1, "N m", "prefixed"],
  ["Pa", 1, "N m-2", "prefixed"],
  ["bar", 100_000, "Pa", "prefixed"],
  ["atm", 101_325, "Pa"],
  ["psi", 6894.757293168361, "Pa"],
  ["Torr torr", 101_325 / 760, "Pa"],
  ["mmHg", 133.322387415, "Pa"],
  ["inHg", 3386.388640341, "Pa"],
  ["mmH2O", 9.80665, "Pa"],
  ["inH2O", 249.08891, "Pa"],
  ["J", 1, "N m", "prefixed"],
  ["eV", 1.602176634e-19, "J", "prefixed"],
  ["cal", 4.184, "J", "prefixed"],
  ["BTU Btu", 1055.05585262, "J"],
  ["W", 1, "J s-1", "prefixed"],
  ["Wh", 3600, "J", "prefixed"],
  ["hp", 745.6998715822702, "W"],
  ["PS", 735.49875, "W"],
  ["VA", 1, "W", "prefixed"],
  ["var", 1, "W", "prefixed"],
  ["V", 1, "W A-1", "prefixed"],
  ["Ohm ohm Ω", 1, "V A-1", "prefixed"],
  ["S", 1, "A V-1", "prefixed"],
  ["C", 1, "A s", "prefixed"],
  ["Ah", 3600, "C", "prefixed"],
  ["F", 1, "C V-1", "prefixed"],
  ["Wb", 1, "V s", "prefixed"],
  ["T", 1, "Wb m-2", "prefixed"],
  ["H", 1, "Wb A-1", "prefixed"],
  ["degC °C Cel celsius Celsius", 1, "K"],
  ["degF °F fahrenheit Fahrenheit", 5 / 9, "K"],
  ["degR degRk °R", 5 / 9, "K"],
  ["P", 0.1, "Pa s", "prefixed"],
  ["St", 1e-4, "m2 s-1", "prefixed"],
  ["lm", 1, "cd", "prefixed"],
  ["lx", 1, "cd m-2", "prefixed"],
  ["Bq", 1, "s-1", "prefixed"],
  ["Gy", 1, "J kg-1", "prefixed"],
  ["Sv", 1, "J kg-1", "prefixed"],
  ["kat", 1, "mol s-1", "prefixed"],
];

/** Of temperature units that do not start at absolute zero, in kelvin. */
const OFFSETS: Readonly<Record<string, number>> = { degC: 273.15, degF: (459.67 * 5) / 9 };

const PREFIXES: readonly (readonly [string, number])[] = [
  ["da", 1e1],
  ...([
    ["Y", 1e24],
    ["Z", 1e21],
    ["E", 1e18],
    ["P", 1e15],
    ["T", 1e12],
    ["G", 1e9],
    ["M", 1e6],
  ] as const),
  ...([
    ["k", 1e3],
    ["h", 1e2],
    ["d", 1e-1],
    ["c", 1e-2],
    ["m", 1e-3],
    ["u", 1e-6],
    ["μ", 1e-6],
  ] as const),
  ...([
    ["n", 1e-9],
    ["p", 1e-12],
    ["f", 1e-15],
    ["a", 1e-18],
    ["z", 1e-21],
    ["y", 1e-24],
  ] as const),
];

const plain = new Map<string, UnitScale>();
const prefixable = new Map<string, UnitScale>();
for (const row of ROWS) addRow(row);

/** The scale of one unit symbol, prefixes included: `K`, `kPa`, `degC`; undefined for one not known. */
export function findUnitSymbol(symbol: string): UnitScale | undefined {
  const known = plain.get(symbol);
  if (known !== undefined) return known;
  for (const [prefix, factor] of PREFIXES) {
    const stem = symbol.startsWith(prefix) ? prefixable.get(symbol.slice(prefix.length)) : undefined;
    if (stem !== undefined) return { ...stem, factor: stem.factor * factor };
  }
  return undefined;
}

/** Every symbol of the table and what common prefixes make of them: what a misspelled unit may have meant. */
export function listUnitSymbols(): string[] {
  const common = ["k", "M", "G", "m", "c", "u", "n"];
  return [
    ...plain.keys(),
    ...[...prefixable.keys()].flatMap((stem) => common.map((prefix) => prefix + stem)),
  ];
}

function addRow([names, factor, product, prefixed]: Row): void {
  const aliases = names.split(" ");
  const [first = ""] = aliases;
  const scale = multiplyScales({ ...ONE, factor }, productOf(product));
  const offset = OFFSETS[first] ?? 0;
  for (const name of aliases) {
    plain.set(name, { ...scale, offset });
    const takesPrefix = prefixed !== undefined && (name === first || name.length === 1);
    if (takesPrefix) prefixable.set(name, scale);
  }
}

function productOf(product: string): UnitScale {
  const base = /^base:(\d)$/.exec(product)?.[1];
  if (base !== undefined) {
    return { ...ONE, dimension: ONE.dimension.map((_, index) => (index === Number(base) ? 1 : 0)) };
  }
  let result = ONE;
  for (const part of product.split(" ").filter((each) => each !== "")) {
    const [, symbol = "", exponent = "1"] = /^(\D+?)(-?\d+)?$/.exec(part) ?? [];
    const scale = findUnitSymbol(symbol);
    if (scale === undefined) throw new Error(`unit table: ${symbol} is used before it is defined`);
    result = multiplyScales(result, scale, Number(exponent));
  }
  return result;
}
