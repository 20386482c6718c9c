import { countElements } from "../fmi/description/dimensions.ts";
import type { ModelDescription, StartValue, Variable } from "../fmi/description/model-description.ts";
import { fitInteger, integerRange } from "../fmi/start-values.ts";
import type { WireValue } from "./contract.ts";

/** Checks a wire value against a variable; returns its elements, or why it does not fit as the end of a sentence. */
export function checkStartValue(
  variable: Variable,
  value: WireValue,
  description: ModelDescription,
): StartValue[] | string {
  const size = countElements(variable, description);
  const isArray = variable.dimensions.length > 0;
  if (Array.isArray(value) && !isArray) return "it is a scalar, and a list was given";
  const given = Array.isArray(value) ? flatten(value) : [value];
  if (given.length !== size && !(isArray && !Array.isArray(value))) {
    return `it has ${size} elements, and ${given.length} were given`;
  }
  const values: StartValue[] = [];
  for (const each of given) {
    const checked = checkScalar(variable, each);
    if ("problem" in checked) return checked.problem;
    values.push(checked.value);
  }
  return values;
}

type Scalar = Exclude<WireValue, WireValue[]>;
type Checked = { value: StartValue } | { problem: string };

function flatten(values: readonly WireValue[]): Scalar[] {
  return values.flatMap((value) => (Array.isArray(value) ? flatten(value) : [value]));
}

function checkScalar(variable: Variable, value: Scalar): Checked {
  switch (variable.type) {
    case "String":
      return typeof value === "string" ? { value } : mismatch(variable, value, "text");
    case "Binary":
      return checkBinary(variable, value);
    case "Boolean":
      return checkBoolean(variable, value);
    case "Float32":
    case "Float64":
      return checkReal(variable, value);
    case "Enumeration":
      return checkEnumeration(variable, value);
    default:
      return checkInteger(variable, value);
  }
}

function mismatch(variable: Variable, value: Scalar, wanted: string): Checked {
  const shown =
    value instanceof Uint8Array ? "bytes" : typeof value === "string" ? JSON.stringify(value) : value;
  return { problem: `it is a ${variable.type} and takes ${wanted}, not ${shown}` };
}

function checkBinary(variable: Variable, value: Scalar): Checked {
  if (value instanceof Uint8Array) return { value };
  const isBase64 =
    typeof value === "string" && /^[A-Za-z0-9+/]*={0,2}$/.test(value) && value.length % 4 === 0;
  return isBase64
    ? { value: new Uint8Array(Buffer.from(value, "base64")) }
    : mismatch(variable, value, "bytes, or text in base64");
}

function checkBoolean(variable: Variable, value: Scalar): Checked {
  if (typeof value === "boolean") return { value };
  const word = String(value).toLowerCase();
  if (word === "true" || word === "1") return { value: true };
  if (word === "false" || word === "0") return { value: false };
  return mismatch(variable, value, "true or false");
}

/** A number, or text that is a number and nothing else; undefined otherwise. */
function readNumber(value: Scalar): number | bigint | undefined {
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  if (/^[+-]?\d+$/.test(text)) return BigInt(text.replace(/^\+/, ""));
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function checkReal(variable: Variable, value: Scalar): Checked {
  const number = readNumber(value);
  if (number === undefined || Number.isNaN(number)) return mismatch(variable, value, "a number");
  return { value: Number(number) };
}

function checkEnumeration(variable: Variable, value: Scalar): Checked {
  const items = variable.enumeration ?? [];
  const named = items.find((item) => item.name === value);
  if (named !== undefined) return { value: named.value };
  const checked = checkInteger(variable, value);
  const isUnknown = "value" in checked && !items.some((item) => item.value === Number(checked.value));
  if (!isUnknown || items.length === 0) return checked;
  return {
    problem: `${value} is none of its items: ${items.map((item) => `${item.value} (${item.name})`).join(", ")}`,
  };
}

function checkInteger(variable: Variable, value: Scalar): Checked {
  const number = readNumber(value);
  if (number === undefined) return mismatch(variable, value, "a whole number");
  if (typeof number === "number" && !Number.isInteger(number)) {
    return { problem: `it is of type ${variable.type}, and ${number} is not a whole number` };
  }
  const exact = BigInt(number);
  const fitting = fitInteger(variable.type, exact);
  if (fitting !== undefined) return { value: fitting };
  const { min, max } = integerRange(variable.type) ?? {};
  return { problem: `${number} is outside the range of ${variable.type}, ${min} to ${max}` };
}
