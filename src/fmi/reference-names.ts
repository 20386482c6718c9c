import type { ModelDescription, VariableType } from "./description/model-description.ts";

const LETTERS: Partial<Record<VariableType, string>> = {
  Float64: "r",
  Int32: "i",
  Enumeration: "i",
  Boolean: "b",
  String: "s",
};

/**
 * Makes a function that puts names for the value references in log text: `#r12#` in FMI 1.0 and 2.0 (2.2.4), `#12#` in FMI 3.0
 * (2.3.1); `##` is a plain `#`. A reference that no variable has stays as it is.
 */
export function createReferenceNamer(description: ModelDescription): (text: string) => string {
  let names: Map<string, string> | undefined;
  const letterOf = (type: VariableType) => (description.fmiMajor < 3 ? (LETTERS[type] ?? "") : "");
  return (text) => {
    if (!text.includes("#")) return text;
    if (names === undefined) {
      names = new Map();
      for (const { type, valueReference, name } of description.variables) {
        const key = `${letterOf(type)}${valueReference}`;
        if (!names.has(key)) names.set(key, name);
      }
    }
    const known = names;
    return text.replace(/#([ribs]?\d+)?#/g, (whole, reference: string | undefined) =>
      reference === undefined ? "#" : (known.get(reference) ?? whole),
    );
  };
}
