import { quote } from "../invalid-fmu.ts";
import { integerRange, parseStartList, parseStartValue } from "../start-values.ts";
import type {
  Causality,
  StartValue,
  TypeDefinition,
  Variability,
  Variable,
  VariableType,
} from "./model-description.ts";
import { FMI2_TYPES, FMI3_TYPES, readQuantity } from "./parse-types.ts";
import { readVariableExtras } from "./parse-variable-extras.ts";
import type { AttributeReader } from "./xml-attributes.ts";
import type { XmlElement } from "./xml-elements.ts";

const LONGEST_NAME = 4_096;
const LONGEST_START = 32 * 1024 * 1024;

type Initial = NonNullable<Variable["initial"]>;

const CAUSALITIES = [
  ...(["parameter", "calculatedParameter", "structuralParameter", "input", "output", "local"] as const),
  ...(["independent", "dependent"] as const),
] satisfies readonly Causality[];
const VARIABILITIES = ["constant", "fixed", "tunable", "discrete", "continuous"] as const;
const INITIALS = ["exact", "approx", "calculated"] as const;

/**
 * Reads one item of `<ModelVariables>`, FMI 1.0 to 3.0, with the standard's defaults filled in; what its declared type adds
 * comes in with {@link applyDeclaredType}. Undefined for an element that is no variable of a type known here.
 */
export function parseVariable(
  item: XmlElement,
  fmiMajor: 1 | 2 | 3,
  read: AttributeReader,
): Variable | undefined {
  const typed = fmiMajor === 3 ? item : item.children.find((child) => Object.hasOwn(FMI2_TYPES, child.name));
  const type = typed === undefined ? undefined : findType(typed.name, fmiMajor);
  if (typed === undefined || type === undefined) return undefined;
  const roles = fmiMajor === 1 ? readFmi1Roles(item, typed, type) : readRoles(item, type, read);
  return {
    name: readName(item, read),
    valueReference: readValueReference(item, "valueReference", read),
    type,
    ...roles,
    description: item.attributes.description,
    start: readStart(item, typed, type, read),
    ...readQuantity(typed, read),
    declaredType: typed.attributes.declaredType,
    enumeration: undefined,
    dimensions: readDimensions(item, read),
    line: item.line,
    ...readVariableExtras(item, typed, type, fmiMajor, read),
  };
}

/** Fills in what the variable leaves to its declared type (FMI 2.0 section 2.2.3, FMI 3.0 section 2.4.4). */
export function applyDeclaredType(variable: Variable, declared: TypeDefinition): void {
  variable.unit ??= declared.unit;
  variable.displayUnit ??= declared.displayUnit;
  variable.relativeQuantity ||= declared.relativeQuantity;
  variable.min ??= declared.min;
  variable.max ??= declared.max;
  variable.nominal ??= declared.nominal;
  if (variable.type === "Enumeration") variable.enumeration = declared.enumeration;
  if (variable.clock !== undefined && declared.clock !== undefined) {
    const { clock } = variable;
    clock.intervalVariability ??= declared.clock.intervalVariability;
    clock.intervalDecimal ??= declared.clock.intervalDecimal;
    clock.shiftDecimal ??= declared.clock.shiftDecimal;
    clock.supportsFraction ||= declared.clock.supportsFraction;
    clock.resolution ??= declared.clock.resolution;
    clock.intervalCounter ??= declared.clock.intervalCounter;
    clock.shiftCounter ??= declared.clock.shiftCounter;
    clock.canBeDeactivated ||= declared.clock.canBeDeactivated;
    clock.priority ??= declared.clock.priority;
  }
}

function readName(item: XmlElement, read: AttributeReader): string {
  const name = read.required(item, "name");
  if (name.length > LONGEST_NAME) throw read.error(item, `a name is longer than ${LONGEST_NAME} characters`);
  return name;
}

function findType(name: string, fmiMajor: 1 | 2 | 3): VariableType | undefined {
  return fmiMajor === 3 ? FMI3_TYPES.find((type) => type === name) : FMI2_TYPES[name];
}

function readRoles(
  item: XmlElement,
  type: VariableType,
  read: AttributeReader,
): Pick<Variable, "causality" | "variability" | "initial"> {
  const causality = read.oneOf(item, "causality", CAUSALITIES) ?? "local";
  const variability = read.oneOf(item, "variability", VARIABILITIES) ?? defaultVariability(causality, type);
  const initial = read.oneOf(item, "initial", INITIALS) ?? defaultInitial(causality, variability);
  return { causality, variability, initial };
}

function defaultVariability(causality: Causality, type: VariableType): Variability {
  if (isParameter(causality)) return "fixed";
  return isFloat(type) ? "continuous" : "discrete";
}

function defaultInitial(causality: Causality, variability: Variability): Initial | undefined {
  if (causality === "independent") return undefined;
  if (causality === "parameter" || causality === "structuralParameter" || causality === "input")
    return "exact";
  return variability === "constant" ? "exact" : "calculated";
}

// FMI 1.0 has no parameters: a variable of variability "parameter" is one, and one without a start value cannot be set.
function readFmi1Roles(
  item: XmlElement,
  typed: XmlElement,
  type: VariableType,
): Pick<Variable, "causality" | "variability" | "initial"> {
  const isFixed = item.attributes.variability === "parameter";
  const hasStart = typed.attributes.start !== undefined;
  const written = CAUSALITIES.find((each) => each === item.attributes.causality) ?? "local";
  const parameter = hasStart ? "parameter" : "calculatedParameter";
  const causality = isFixed && written === "local" ? parameter : written;
  const variability = isFixed
    ? "fixed"
    : (VARIABILITIES.find((each) => each === item.attributes.variability) ??
      defaultVariability(causality, type));
  const isGuess = /^\s*(?:false|0)\s*$/.test(typed.attributes.fixed ?? "");
  const started = isGuess ? "approx" : "exact";
  const isGiven = hasStart && causality !== "input" && causality !== "parameter";
  return { causality, variability, initial: isGiven ? started : defaultInitial(causality, variability) };
}

function readValueReference(item: XmlElement, name: string, read: AttributeReader): number {
  const text = read.required(item, name).trim();
  if (!/^\d{1,10}$/.test(text) || Number(text) > 0xffffffff) {
    throw read.error(item, `${name}=${quote(text)} is not an unsigned 32-bit integer`);
  }
  return Number(text);
}

function readStart(
  item: XmlElement,
  typed: XmlElement,
  type: VariableType,
  read: AttributeReader,
): StartValue[] | undefined {
  const children = item.children.filter((child) => child.name === "Start");
  if (children.length > 0) {
    const values: StartValue[] = [];
    for (const child of children) {
      const value = parseStartValue(type, child.attributes.value ?? "");
      if (value === undefined) tellBadStart(item, child.attributes.value ?? "", type, read);
      else values.push(value);
    }
    return values.length === children.length ? values : undefined;
  }
  const text = typed.attributes.start;
  if (text === undefined) return undefined;
  if (text.length > LONGEST_START) throw read.error(item, "a start value is longer than 32 MiB");
  const values = parseStartList(type, text);
  if (values !== undefined) return values;
  tellBadStart(item, text, type, read);
  return parseStartList(type, readWhatIsMeant(type, text));
}

function tellBadStart(item: XmlElement, text: string, type: VariableType, read: AttributeReader): void {
  const name = quote(item.attributes.name ?? "");
  read.flaw(item, "start-of-type", `the start value ${quote(text)} of variable ${name} is no ${type}`);
}

/* "True" for a Boolean and "1.0" for an integer; of whatever else is no value there is none. */
function readWhatIsMeant(type: VariableType, text: string): string {
  if (type === "Boolean" || type === "Clock") return text.toLowerCase();
  return integerRange(type) === undefined ? text : text.replace(/\.0*(?=\s|$)/g, "");
}

function readDimensions(item: XmlElement, read: AttributeReader): Variable["dimensions"] {
  const children = item.children.filter((child) => child.name === "Dimension");
  return children.map((child) => {
    if (child.attributes.valueReference !== undefined) {
      return { valueReference: readValueReference(child, "valueReference", read) };
    }
    const start = read.number(child, "start");
    if (start === undefined || !Number.isSafeInteger(start) || start < 0) {
      throw read.error(
        child,
        `the dimension of variable ${quote(item.attributes.name ?? "")} is not a whole number`,
      );
    }
    return { start };
  });
}

function isParameter(causality: Causality): boolean {
  return (
    causality === "parameter" || causality === "calculatedParameter" || causality === "structuralParameter"
  );
}

function isFloat(type: VariableType): boolean {
  return type === "Float64" || type === "Float32";
}
