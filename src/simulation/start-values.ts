import { ToolError } from "../errors.ts";
import { countElements, dimensionsOf } from "../fmi/description/dimensions.ts";
import type { ModelDescription, StartValue, Variable } from "../fmi/description/model-description.ts";
import type { VariableElement } from "../fmi/description/variable-element.ts";
import { whyNotSettable } from "../fmi/settable.ts";
import { findOutOfRange, fitInteger, integerRange } from "../fmi/start-values.ts";
import { convertToUnit, parseQuantity } from "../fmi/units/units.ts";
import type { WireValue } from "../runner/contract.ts";

/** A start value as a caller gives it: a number in the variable's unit, text (with a unit, or a name), or a list for an array. */
export type UserValue = number | boolean | string | UserValue[];

/** A start value ready for the runner, in the variable's own unit. */
export interface AppliedValue {
  value: WireValue;
  unit: string | undefined;
  /** Set where the value lies outside the variable's min or max. */
  warning: string | undefined;
}

/** Characters of a refused value that its message repeats. */
const MOST_SHOWN = 80;

const PLAIN_NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const WHOLE_NUMBER = /^[+-]?\d{1,400}$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Checks one start value against its variable and brings it into the variable's unit and type.
 * Throws `invalid_argument` for what cannot be set, a wrong type, a lossy number or a unit of another dimension.
 */
export function applyStartValue(
  variable: Variable,
  given: UserValue,
  description: ModelDescription,
): AppliedValue {
  checkSettable(variable);
  const value =
    variable.dimensions.length === 0
      ? toScalar(variable, given, description)
      : toArray(variable, given, description);
  return { value, unit: variable.unit, warning: rangeWarning(variable, value) };
}

/**
 * {@link applyStartValue} of one element of an array, called `name`. `putInto` puts it into values of all elements, which are the
 * start values unless given; it throws `invalid_argument` where there are none.
 */
export function applyElement(
  { variable, index }: VariableElement,
  name: string,
  given: UserValue,
  description: ModelDescription,
): AppliedValue & { putInto(whole: WireValue | undefined): WireValue[] } {
  checkSettable(variable);
  const named = { ...variable, name };
  const value = toScalar(named, given, description);
  const putInto = (whole: WireValue | undefined) => {
    const elements = Array.isArray(whole) ? whole : startElements(variable, name, description);
    return elements.map((each, i) => (i === index ? value : each)) as WireValue[];
  };
  return { value, unit: variable.unit, warning: rangeWarning(named, value), putInto };
}

function startElements(
  variable: Variable,
  name: string,
  description: ModelDescription,
): readonly StartValue[] {
  const count = countElements(variable, description);
  const { start = [] } = variable;
  if (start.length === count) return start;
  const [only] = start;
  if (only !== undefined && start.length === 1) return Array.from({ length: count }, () => only);
  throw refuseAlone(variable, name, "have no start values", description);
}

/** The error for an element, called `name`, that cannot be set for what is the matter with the others. */
export function refuseAlone(
  variable: Variable,
  name: string,
  why: string,
  description: ModelDescription,
): ToolError {
  return new ToolError(
    "invalid_argument",
    `Cannot set "${name}" alone: the other elements of "${variable.name}" ${why}`,
    `Give "${variable.name}" as a list of ${countElements(variable, description)} values in row-major order.`,
  );
}

function checkSettable(variable: Variable): void {
  const why = whyNotSettable(variable);
  if (why)
    throw refuse(variable, why, "Set inputs and parameters only; `upload_fmu` lists them with their units.");
}

function toScalar(variable: Variable, given: UserValue, description: ModelDescription): WireValue {
  if (Array.isArray(given)) {
    throw refuse(variable, "it is a scalar and a list was given", `Give one value for "${variable.name}".`);
  }
  switch (variable.type) {
    case "Float32":
    case "Float64":
      return toFloat(variable, given, description);
    case "Boolean":
      return toBoolean(variable, given);
    case "String":
      if (typeof given === "string" && given.includes("\0"))
        throw refuse(
          variable,
          "its text holds a NUL character, where a C string ends",
          `Give "${variable.name}" without NUL characters.`,
        );
      if (typeof given === "string") return given;
      throw refuse(
        variable,
        `it is a String and ${show(given)} is not text`,
        `Give "${variable.name}" as text.`,
      );
    case "Enumeration":
      return toEnumeration(variable, given);
    case "Binary":
      return toBinary(variable, given);
    default:
      return toInteger(variable, given, description);
  }
}

function toArray(variable: Variable, given: UserValue, description: ModelDescription): WireValue[] {
  const count = countElements(variable, description);
  const flat = (Array.isArray(given) ? given : [given]).flat(8) as UserValue[];
  if (flat.length !== count) {
    const remedy = `Give "${variable.name}" as a list of ${count} values in row-major order.`;
    throw refuse(variable, `it has ${count} elements and ${flat.length} were given`, remedy);
  }
  const wanted = dimensionsOf(variable, description);
  const shape = Array.isArray(given) ? shapeOf(given) : [];
  if (shape.length > 1 && shape.join() !== wanted.join()) {
    const remedy = `Give "${variable.name}" as lists of ${wanted.join(" × ")}, or as one list in row-major order.`;
    throw refuse(variable, `it is ${wanted.join(" × ")} and ${shape.join(" × ")} was given`, remedy);
  }
  return flat.map((element) => toScalar(variable, element, description));
}

/* The extents of nested lists, by the first of each. */
function shapeOf(given: UserValue): number[] {
  return Array.isArray(given) ? [given.length, ...shapeOf(given[0] ?? 0)] : [];
}

function toFloat(variable: Variable, given: UserValue, description: ModelDescription): number {
  const number = typeof given === "string" ? toOwnUnit(variable, given, description) : given;
  const fits = variable.type === "Float32" ? Math.fround : Number;
  if (typeof number === "number" && Number.isFinite(fits(number))) return number;
  throw refuse(
    variable,
    `it is a ${variable.type} and ${show(given)} is no number that it can hold`,
    `Give "${variable.name}" as a number${variable.unit ? ` in ${variable.unit}, or as text with a unit` : ""}.`,
  );
}

function toOwnUnit(variable: Variable, text: string, description: ModelDescription): number | undefined {
  if (PLAIN_NUMBER.test(text.trim())) return Number(text);
  const quantity = parseQuantity(text);
  if (!quantity) return undefined;
  if (!variable.unit) {
    const remedy = `Give "${variable.name}" as a number without a unit.`;
    throw refuse(variable, `it has no unit and ${show(text)} has one`, remedy);
  }
  return convertToUnit(quantity.value, quantity.unit, variable.unit, description.unitDefinitions, {
    relative: variable.relativeQuantity,
  });
}

function toInteger(variable: Variable, given: UserValue, description: ModelDescription): WireValue {
  const exact =
    typeof given === "string" && WHOLE_NUMBER.test(given.trim()) ? BigInt(given.trim()) : undefined;
  const number = typeof given === "string" ? toOwnUnit(variable, given, description) : given;
  if (exact === undefined && (typeof number !== "number" || !Number.isInteger(number))) {
    const reason =
      typeof number === "number" ? `${number} would lose its fraction` : `${show(given)} is not a number`;
    throw refuse(
      variable,
      `it is of type ${variable.type} and ${reason}`,
      `Give "${variable.name}" as a whole number.`,
    );
  }
  if (exact === undefined && !Number.isSafeInteger(number)) {
    const remedy = `Give "${variable.name}" as text of decimal digits.`;
    throw refuse(variable, `${number} is beyond 2^53 and may have lost digits`, remedy);
  }
  const value = exact ?? BigInt(number as number);
  const fitting = fitInteger(variable.type, value);
  if (fitting !== undefined) return fitting;
  const { min, max } = integerRange(variable.type) ?? {};
  const remedy = `Give "${variable.name}" between ${min} and ${max}.`;
  throw refuse(variable, `${show(given)} does not fit its type, ${variable.type}`, remedy);
}

function toBoolean(variable: Variable, given: UserValue): boolean {
  if (given === true || given === 1 || given === "true") return true;
  if (given === false || given === 0 || given === "false") return false;
  const remedy = `Give "${variable.name}" as true or false.`;
  throw refuse(variable, `it is a Boolean and ${show(given)} is neither true nor false`, remedy);
}

function toEnumeration(variable: Variable, given: UserValue): number {
  const items = variable.enumeration ?? [];
  const number = typeof given === "string" && PLAIN_NUMBER.test(given.trim()) ? Number(given) : given;
  const item =
    items.find((candidate) => candidate.name === given) ??
    items.find((candidate) => candidate.value === number);
  if (item) return item.value;
  if (items.length === 0 && Number.isSafeInteger(number)) return Number(number);
  const names = items.map((candidate) => `${candidate.name} (${candidate.value})`).join(", ");
  const remedy = names === "" ? `Give "${variable.name}" as a whole number.` : `Give one of: ${names}.`;
  throw refuse(variable, `${show(given)} is no item of its enumeration`, remedy);
}

function toBinary(variable: Variable, given: UserValue): Uint8Array {
  if (typeof given === "string" && BASE64.test(given)) return Buffer.from(given, "base64");
  throw refuse(
    variable,
    "it is a Binary and the value is not base64 text",
    `Give "${variable.name}" as base64.`,
  );
}

function rangeWarning(variable: Variable, value: WireValue): string | undefined {
  const { min, max } = variable;
  const outside = findOutOfRange(variable, Array.isArray(value) ? value : [value]);
  if (outside === undefined) return undefined;
  const unit = variable.unit ? ` ${variable.unit}` : "";
  return `"${variable.name}" = ${outside}${unit} lies outside its range ${min ?? "-∞"} to ${max ?? "∞"}${unit}`;
}

function show(given: UserValue): string {
  const text = JSON.stringify(given);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

function refuse(variable: Variable, why: string, remedy: string): ToolError {
  return new ToolError("invalid_argument", `Cannot set "${variable.name}": ${why}`, remedy);
}
