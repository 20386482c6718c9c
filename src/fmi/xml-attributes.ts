import type { ToolError } from "../errors.ts";
import { invalidFmu, quote } from "./invalid-fmu.ts";
import type { XmlElement } from "./xml-elements.ts";
import { MODEL_DESCRIPTION } from "./xml-text.ts";

/** Reads the attributes of one model description: each function throws `invalid_fmu` with the line for a value that is not of its type. */
export interface AttributeReader {
  required(element: XmlElement, name: string): string;
  number(element: XmlElement, name: string): number | undefined;
  boolean(element: XmlElement, name: string): boolean;
  oneOf<T extends string>(element: XmlElement, name: string, allowed: readonly T[]): T | undefined;
  /** The error for this element: `problem` ends a sentence. */
  error(element: XmlElement, problem: string): ToolError;
}

/** Makes the reader; the names of the FMU's file and of the document in it are for messages. */
export function createAttributeReader(fileName: string, document = MODEL_DESCRIPTION): AttributeReader {
  const error = (element: XmlElement, problem: string) =>
    invalidFmu(fileName, `${document}, line ${element.line}: ${problem}`);
  const bad = (element: XmlElement, name: string, expected: string) =>
    error(element, `${label(element)} has ${name}=${quote(element.attributes[name] ?? "")}, not ${expected}`);

  return {
    error,
    required(element, name) {
      const text = element.attributes[name];
      if (text === undefined || text.trim() === "") throw error(element, `${label(element)} has no ${name}`);
      return text;
    },
    number(element, name) {
      const text = element.attributes[name];
      if (text === undefined) return undefined;
      const value = parseXmlNumber(text);
      if (value === undefined) throw bad(element, name, "a number");
      return value;
    },
    boolean(element, name) {
      const text = element.attributes[name];
      if (text === undefined) return false;
      const value = parseXmlBoolean(text);
      if (value === undefined) throw bad(element, name, "true or false");
      return value;
    },
    oneOf(element, name, allowed) {
      const text = element.attributes[name];
      if (text === undefined) return undefined;
      const found = allowed.find((each) => each === text);
      if (found === undefined) throw bad(element, name, `one of ${allowed.join(", ")}`);
      return found;
    },
  };
}

/** A number as XML Schema writes doubles, `INF` and `NaN` included; undefined for anything else. */
export function parseXmlNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(trimmed)) return Number(trimmed);
  if (/^\+?inf$/i.test(trimmed)) return Number.POSITIVE_INFINITY;
  if (/^-inf$/i.test(trimmed)) return Number.NEGATIVE_INFINITY;
  return /^nan$/i.test(trimmed) ? Number.NaN : undefined;
}

/** A boolean as XML Schema writes it; undefined for anything else. */
export function parseXmlBoolean(text: string): boolean | undefined {
  const trimmed = text.trim();
  if (trimmed === "true" || trimmed === "1") return true;
  return trimmed === "false" || trimmed === "0" ? false : undefined;
}

function label({ name, attributes }: XmlElement): string {
  return attributes.name === undefined ? `<${name.slice(0, 80)}>` : `${name} ${quote(attributes.name)}`;
}
