import type { ToolError } from "../../errors.ts";
import { invalidFmu, quote } from "../invalid-fmu.ts";
import type { XmlElement } from "./xml-elements.ts";
import { MODEL_DESCRIPTION } from "./xml-text.ts";

/** Hears of what a file should not hold and what can be passed over: `problem` ends a sentence. */
export type FlawListener = (element: XmlElement, rule: string, problem: string) => void;

/**
 * Reads the attributes of one model description. A value that is not of its type is a flaw, and the attribute as good as not
 * there; without a listener for flaws each is an error, `invalid_fmu` with the line.
 */
export interface AttributeReader {
  /** Throws `invalid_fmu` where the attribute is missing or blank. */
  required(element: XmlElement, name: string): string;
  number(element: XmlElement, name: string): number | undefined;
  boolean(element: XmlElement, name: string): boolean;
  oneOf<T extends string>(element: XmlElement, name: string, allowed: readonly T[]): T | undefined;
  /** The error for this element: `problem` ends a sentence. */
  error(element: XmlElement, problem: string): ToolError;
  /** Tells of a flaw, or throws it where nobody listens. */
  flaw: FlawListener;
}

/** Makes the reader; the names of the FMU's file and of the document in it are for messages. */
export function createAttributeReader(
  fileName: string,
  document = MODEL_DESCRIPTION,
  onFlaw?: FlawListener,
): AttributeReader {
  const error = (element: XmlElement, problem: string) =>
    invalidFmu(fileName, `${document}, line ${element.line}: ${problem}`);
  const flaw: FlawListener = (element, rule, problem) => {
    if (onFlaw === undefined) throw error(element, problem);
    onFlaw(element, rule, problem);
  };
  const bad = (element: XmlElement, name: string, expected: string) => {
    const written = quote(element.attributes[name] ?? "");
    flaw(element, "value-of-attribute", `${label(element)} has ${name}=${written}, not ${expected}`);
  };

  return {
    error,
    flaw,
    required(element, name) {
      const text = element.attributes[name];
      if (text === undefined || text.trim() === "") throw error(element, `${label(element)} has no ${name}`);
      return text;
    },
    number(element, name) {
      const text = element.attributes[name];
      if (text === undefined) return undefined;
      const value = parseXmlNumber(text);
      if (value === undefined) bad(element, name, "a number");
      return value;
    },
    boolean(element, name) {
      const text = element.attributes[name];
      if (text === undefined) return false;
      const value = parseXmlBoolean(text);
      if (value === undefined) bad(element, name, "true or false");
      // "True" and "FALSE" are meant, if not allowed.
      return value ?? parseXmlBoolean(text.toLowerCase()) ?? false;
    },
    oneOf(element, name, allowed) {
      const text = element.attributes[name];
      if (text === undefined) return undefined;
      const found = allowed.find((each) => each === text);
      if (found === undefined) bad(element, name, `one of ${allowed.join(", ")}`);
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
