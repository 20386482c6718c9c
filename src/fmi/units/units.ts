import { ToolError } from "../../errors.ts";
import { findClosestNames } from "../description/closest-names.ts";
import type { UnitDefinition } from "../description/model-description.ts";
import { quote } from "../invalid-fmu.ts";
import { parseUnitExpression, type UnitProblem } from "./unit-expression.ts";
import { isSameDimension, ONE, restoreRadian, scaleOfBaseUnit, type UnitScale } from "./unit-scale.ts";
import { listUnitSymbols } from "./unit-table.ts";

/** The unit definitions of a model description, by the unit's name. */
export type UnitDefinitions = ReadonlyMap<string, UnitDefinition>;

const MOST_UNITS_NAMED = 8;
const MOST_UNITS_TRIED = 500;
const LONGEST_QUANTITY = 200;
const COMMON_UNITS = (
  "K degC degF Pa kPa bar psi s min h d m mm km ft kg g t lb W kW MW J kJ kWh rad deg rad/s rpm m/s km/h mph m/s2 " +
  "kg/s kg/h m2 m3 l m3/s m3/h l/min N kN N.m V kV A mA Ohm Hz kHz F H W/(m2.K) W/(m.K) W/K W/m2 J/K J/(kg.K) J/kg " +
  "kg/m3 kg.m2 mol Pa.s % 1"
).split(" ");

/**
 * Converts a value to another unit of the same dimension. The FMU's own units and display units come first, then SI units
 * with prefixes and common engineering units, single or as expressions (`kW.h`, `W/(m2.K)`). With `relative` (a variable with
 * relativeQuantity, a difference of temperatures say) offsets are left out: 5 degC are 5 K. Rounded to 15 digits.
 * Throws `invalid_argument` for a unit not known, with suggestions, and for one of another dimension, naming units that do.
 */
export function convertToUnit(
  value: number,
  fromUnit: string,
  toUnit: string,
  definitions: UnitDefinitions,
  { relative = false }: { relative?: boolean } = {},
): number {
  const from = fromUnit.trim();
  const to = toUnit.trim();
  if (from === to) return value;
  const target = resolveUnit(to, from, definitions);
  if ("problem" in target) throw unknownTarget(from, to, target);
  const source = resolveSource(from, to, target, definitions);
  if ("problem" in source) throw unknownUnit(from, to, source, definitions);
  if (!isSameDimension(source, target)) throw otherDimension(from, to, target, definitions);
  const isAffine = !source.inverse && !target.inverse;
  if (isAffine && source.factor === target.factor && (relative || source.offset === target.offset))
    return value;
  const base = applyScale(value, source, relative);
  return Number(invertScale(base, target, relative).toPrecision(15));
}

/** Reads `40 degC` as a number and a unit; undefined for text that is not a number followed by a unit. */
export function parseQuantity(text: string): { value: number; unit: string } | undefined {
  if (text.length > LONGEST_QUANTITY) return undefined;
  const trimmed = text.trim();
  const match = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*((?:[\p{L}%‰°º(]|1\s*\/).*)$/u.exec(
    trimmed,
  );
  const [, number = "", unit = ""] = match ?? [];
  // "1e400" and "5e3" are numbers: the unit must not be the number's own exponent.
  if (match === null || /^[eE][+-]?\d+$/.test(unit)) return undefined;
  const value = Number(number);
  return Number.isFinite(value) ? { value, unit } : undefined;
}

/** Names of units that values of a unit can be given in: the FMU's own first, then common ones; at most eight. */
export function listCompatibleUnits(unit: string, definitions: UnitDefinitions): string[] {
  const scale = resolveUnit(unit.trim(), unit.trim(), definitions);
  return "problem" in scale ? [unit] : namesFor(scale, unit.trim(), definitions);
}

function namesFor(scale: UnitScale, unit: string, definitions: UnitDefinitions): string[] {
  const shown = definitions.get(unit)?.displayUnits.keys() ?? [];
  const candidates = new Set([unit, ...shown, ...listOwnUnits(definitions), ...COMMON_UNITS]);
  return [...candidates]
    .filter((name) => {
      const other = resolveUnit(name, unit, definitions);
      return isNameable(name) && !("problem" in other) && isSameDimension(other, scale);
    })
    .slice(0, MOST_UNITS_NAMED);
}

function listOwnUnits(definitions: UnitDefinitions): string[] {
  return [...definitions.values()]
    .slice(0, MOST_UNITS_TRIED)
    .flatMap(({ name, displayUnits }) => [name, ...displayUnits.keys()])
    .slice(0, MOST_UNITS_TRIED)
    .filter(isNameable);
}

// An FMU's names go into a remedy only where they look like units.
function isNameable(name: string): boolean {
  return /^[^\p{Cc}]{1,40}$/u.test(name);
}

// Display units belong to one unit: a name that several share is taken from the partner of the conversion first.
function resolveUnit(name: string, partner: string, definitions: UnitDefinitions): UnitScale | UnitProblem {
  const shown = findDisplayUnit(name, definitions.get(partner));
  if (shown !== undefined) return shown;
  const own = definitions.get(name);
  if (own !== undefined) return scaleOfDefinition(own);
  for (const definition of definitions.values()) {
    const found = findDisplayUnit(name, definition);
    if (found !== undefined) return found;
  }
  return parseUnitExpression(name);
}

function scaleOfDefinition({ name, baseUnit }: UnitDefinition): UnitScale {
  const known = parseUnitExpression(name);
  const isKnown = !("problem" in known);
  if (baseUnit !== undefined) return restoreRadian(scaleOfBaseUnit(baseUnit), isKnown ? known : undefined);
  return isKnown ? known : { ...ONE, opaque: name };
}

function findDisplayUnit(name: string, definition: UnitDefinition | undefined): UnitScale | undefined {
  const display = definition?.displayUnits.get(name);
  if (definition === undefined || display === undefined) return undefined;
  const unit = scaleOfDefinition(definition);
  const { factor, offset, inverse } = display;
  if (inverse) return { ...unit, factor: unit.factor * factor, inverse: true };
  return { ...unit, factor: unit.factor / factor, offset: unit.offset - (unit.factor * offset) / factor };
}

// Coulomb and farad by the standard, but Celsius and Fahrenheit where a temperature is wanted.
const TEMPERATURE_LETTERS: Readonly<Record<string, string>> = { C: "degC", F: "degF" };

function resolveSource(
  from: string,
  to: string,
  target: UnitScale,
  definitions: UnitDefinitions,
): UnitScale | UnitProblem {
  const source = resolveUnit(from, to, definitions);
  const meant = TEMPERATURE_LETTERS[from];
  if (meant === undefined || "problem" in source || isSameDimension(source, target)) return source;
  const temperature = resolveUnit(meant, to, definitions);
  return !("problem" in temperature) && isSameDimension(temperature, target) ? temperature : source;
}

function applyScale(value: number, { factor, offset, inverse }: UnitScale, relative: boolean): number {
  return (inverse ? factor / value : factor * value) + (relative ? 0 : offset);
}

function invertScale(base: number, { factor, offset, inverse }: UnitScale, relative: boolean): number {
  const scaled = base - (relative ? 0 : offset);
  return inverse ? factor / scaled : scaled / factor;
}

function unknownTarget(from: string, to: string, { problem }: UnitProblem): ToolError {
  const message = `Cannot convert from ${quote(from)} to ${quote(to)}: the FMU does not define that unit, and ${problem}.`;
  return new ToolError(
    "invalid_argument",
    message,
    "Give the value as a plain number, in the variable's own unit.",
  );
}

function unknownUnit(
  from: string,
  to: string,
  { problem, symbol }: UnitProblem,
  definitions: UnitDefinitions,
): ToolError {
  const message = `Cannot convert from ${quote(from)} to ${quote(to)}: ${problem}.`;
  const valueIn = `the value in ${oneOf(listCompatibleUnits(to, definitions))}`;
  const meant = symbol === undefined ? [] : findMeantUnits(symbol, from, to, definitions);
  const remedy =
    meant.length > 0 ? `Write the unit as ${oneOf(meant)}, or give ${valueIn}.` : `Give ${valueIn}.`;
  return new ToolError("invalid_argument", message, remedy);
}

// Where the unknown symbol is all of the unit, only what can be converted is worth naming.
function findMeantUnits(symbol: string, from: string, to: string, definitions: UnitDefinitions): string[] {
  const target = resolveUnit(to, to, definitions);
  const fits = (name: string) => {
    const scale = resolveUnit(name, to, definitions);
    return !("problem" in scale) && !("problem" in target) && isSameDimension(scale, target);
  };
  const known = [...listOwnUnits(definitions), ...listUnitSymbols()];
  return findClosestNames(symbol, symbol === from ? known.filter(fits) : known);
}

function otherDimension(
  from: string,
  to: string,
  target: UnitScale,
  definitions: UnitDefinitions,
): ToolError {
  const message = `Cannot convert from ${quote(from)} to ${quote(to)}: they do not measure the same quantity.`;
  const names = namesFor(target, to, definitions);
  const remedy = `Give the value in ${oneOf(names.length > 0 ? names : [to])}.`;
  return new ToolError("invalid_argument", message, remedy);
}

function oneOf(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}
