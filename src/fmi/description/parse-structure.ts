import { quote } from "../invalid-fmu.ts";
import type { Variable } from "./model-description.ts";
import { createReferenceLookup, type ModelStructure, type Unknown } from "./model-structure.ts";
import type { AttributeReader } from "./xml-attributes.ts";
import type { XmlElement } from "./xml-elements.ts";

type Part = keyof ModelStructure;

const FMI2_PARTS: Readonly<Record<string, Part>> = {
  Outputs: "outputs",
  Derivatives: "derivatives",
  InitialUnknowns: "initialUnknowns",
};
const FMI3_PARTS: Readonly<Record<string, Part>> = {
  Output: "outputs",
  ContinuousStateDerivative: "derivatives",
  ClockedState: "clockedStates",
  InitialUnknown: "initialUnknowns",
  EventIndicator: "eventIndicators",
};

/** An entry of the model structure whose references have not been looked up: the variables may come later in the file. */
export interface UnresolvedUnknown {
  part: Part;
  reference: number;
  dependencies: number[] | undefined;
  kinds: string[] | undefined;
  line: number;
}

/** Reads a child of `<ModelStructure>`: a list of `<Unknown>` in FMI 2.0, one entry in FMI 3.0. */
export function parseStructureItem(
  item: XmlElement,
  fmiMajor: 1 | 2 | 3,
  read: AttributeReader,
): UnresolvedUnknown[] {
  const parts = fmiMajor === 3 ? FMI3_PARTS : FMI2_PARTS;
  const part = Object.hasOwn(parts, item.name) ? parts[item.name] : undefined;
  if (part === undefined) return [];
  if (fmiMajor === 3) return parseUnknown(item, part, "valueReference", read);
  const unknowns = item.children.filter((child) => child.name === "Unknown");
  return unknowns.flatMap((child) => parseUnknown(child, part, "index", read));
}

/** Looks up what the entries refer to; references that lead nowhere stay, for the validation to find. */
export function resolveStructure(
  unresolved: readonly UnresolvedUnknown[],
  fmiMajor: 1 | 2 | 3,
  variables: readonly Variable[],
): ModelStructure {
  const find = createReferenceLookup({ fmiMajor, variables });
  const positions = new Map(variables.map((variable, position) => [variable, position]));
  const structure: Record<Part, Unknown[]> = {
    ...{ outputs: [], derivatives: [], clockedStates: [], initialUnknowns: [], eventIndicators: [] },
  };
  const positionOf = (reference: number) => {
    const found = find(reference);
    return found === undefined ? -1 : (positions.get(found) ?? -1);
  };
  for (const { part, dependencies, ...rest } of unresolved) {
    structure[part].push({
      ...rest,
      variable: find(rest.reference),
      dependencies: dependencies === undefined ? undefined : Int32Array.from(dependencies, positionOf),
    });
  }
  return structure;
}

/** The structure of FMI 1.0: outputs with the inputs that their `<DirectDependency>` names. */
export function structureFromNames(
  variables: readonly Variable[],
  dependencies: ReadonlyMap<string, readonly string[]>,
): ModelStructure {
  const positions = new Map(variables.map(({ name }, position) => [name, position]));
  const outputs = variables.filter(({ causality }) => causality === "output");
  return {
    outputs: outputs.map((variable) => {
      const names = dependencies.get(variable.name);
      return {
        ...{ reference: (positions.get(variable.name) ?? 0) + 1, variable, kinds: undefined },
        dependencies:
          names === undefined ? undefined : Int32Array.from(names, (name) => positions.get(name) ?? -1),
        line: variable.line,
      };
    }),
    ...{ derivatives: [], clockedStates: [], initialUnknowns: [], eventIndicators: [] },
  };
}

/** The names in a `<DirectDependency>` of FMI 1.0; undefined without one, which means "on every input". */
export function readDirectDependency(item: XmlElement): string[] | undefined {
  const element = item.children.find((child) => child.name === "DirectDependency");
  return element?.children.filter((child) => child.name === "Name").map((child) => (child.text ?? "").trim());
}

/** Unsigned 32-bit integers separated by white space; anything else is a flaw, and the attribute as good as not there. */
export function readReferences(
  element: XmlElement,
  name: string,
  read: AttributeReader,
): number[] | undefined {
  const text = element.attributes[name];
  if (text === undefined) return undefined;
  const words = splitList(text);
  const wrong = words.find((word) => !/^\d{1,10}$/.test(word) || Number(word) > 0xffffffff);
  if (wrong === undefined) return words.map(Number);
  read.flaw(
    element,
    "reference-list",
    `${name} holds ${quote(wrong)}, which is not an unsigned 32-bit integer`,
  );
  return undefined;
}

function parseUnknown(
  element: XmlElement,
  part: Part,
  attribute: string,
  read: AttributeReader,
): UnresolvedUnknown[] {
  const found = readReferences(element, attribute, read);
  const [reference] = found ?? [];
  if (reference === undefined) {
    const isMissing = found !== undefined || element.attributes[attribute] === undefined;
    if (isMissing) read.flaw(element, "missing-attribute", `<${element.name}> has no ${attribute}`);
    return [];
  }
  const kinds = element.attributes.dependenciesKind;
  return [
    {
      part,
      reference,
      dependencies: readReferences(element, "dependencies", read),
      kinds: kinds === undefined ? undefined : splitList(kinds),
      line: element.line,
    },
  ];
}

function splitList(text: string): string[] {
  const trimmed = text.trim();
  return trimmed === "" ? [] : trimmed.split(/\s+/);
}
