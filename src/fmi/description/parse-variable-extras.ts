import type { Variable, VariableType } from "./model-description.ts";
import { readReferences } from "./parse-structure.ts";
import { readClock } from "./parse-types.ts";
import type { AttributeReader } from "./xml-attributes.ts";
import type { XmlElement } from "./xml-elements.ts";

type Extras = Partial<
  Pick<
    Variable,
    | "writtenInitial"
    | "derivative"
    | "previous"
    | "reinit"
    | "clocks"
    | "clock"
    | "intermediateUpdate"
    | "canHandleMultipleSetPerTimeInstant"
    | "aliases"
    | "alias"
  >
>;

/** What only some variables have; members that would say nothing are left out. `typed` is the element of the type. */
export function readVariableExtras(
  item: XmlElement,
  typed: XmlElement,
  type: VariableType,
  fmiMajor: 1 | 2 | 3,
  read: AttributeReader,
): Extras {
  const extras: Extras = {};
  if (fmiMajor === 1) {
    const alias = read.oneOf(item, "alias", ["noAlias", "alias", "negatedAlias"]);
    return alias === undefined || alias === "noAlias" ? extras : { alias };
  }
  const initial = read.oneOf(item, "initial", ["exact", "approx", "calculated"]);
  if (initial !== undefined) extras.writtenInitial = initial;
  const derivative = readReference(typed, "derivative", read);
  if (derivative !== undefined) extras.derivative = derivative;
  if (read.boolean(typed, "reinit")) extras.reinit = true;
  const { canHandleMultipleSetPerTimeInstant: multiple } = item.attributes;
  if (multiple !== undefined && !read.boolean(item, "canHandleMultipleSetPerTimeInstant")) {
    extras.canHandleMultipleSetPerTimeInstant = false;
  }
  return fmiMajor === 3 ? { ...extras, ...readFmi3Extras(item, type, read) } : extras;
}

function readFmi3Extras(item: XmlElement, type: VariableType, read: AttributeReader): Extras {
  const extras: Extras = {};
  const previous = readReference(item, "previous", read);
  if (previous !== undefined) extras.previous = previous;
  const clocks = readReferences(item, "clocks", read);
  if (clocks !== undefined) extras.clocks = clocks;
  if (type === "Clock") extras.clock = readClock(item, read);
  if (read.boolean(item, "intermediateUpdate")) extras.intermediateUpdate = true;
  const aliases = item.children.filter((child) => child.name === "Alias");
  if (aliases.length > 0) {
    extras.aliases = aliases.map((child) => ({
      name: read.required(child, "name"),
      description: child.attributes.description,
      line: child.line,
    }));
  }
  return extras;
}

function readReference(element: XmlElement, name: string, read: AttributeReader): number | undefined {
  const found = readReferences(element, name, read);
  if (found === undefined) return undefined;
  const [only] = found;
  if (only === undefined || found.length > 1) {
    read.flaw(element, "reference-list", `${name} is not one reference`);
    return undefined;
  }
  return only;
}
