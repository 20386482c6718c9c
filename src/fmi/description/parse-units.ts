import type { BaseUnit, UnitDefinition } from "./model-description.ts";
import type { AttributeReader } from "./xml-attributes.ts";
import type { XmlElement } from "./xml-elements.ts";

const EXPONENTS = ["kg", "m", "s", "A", "K", "mol", "cd", "rad"] as const;

/** Reads a `<Unit>` of the unit definitions with its base unit and display units. */
export function parseUnit(element: XmlElement, read: AttributeReader): UnitDefinition {
  const displayUnits = new Map<string, { factor: number; offset: number; inverse: boolean }>();
  let baseUnit: BaseUnit | undefined;
  for (const child of element.children) {
    if (child.name === "BaseUnit") baseUnit = parseBaseUnit(child, read);
    if (child.name === "DisplayUnit") {
      displayUnits.set(read.required(child, "name"), {
        factor: readFactor(child, read),
        offset: read.number(child, "offset") ?? 0,
        inverse: read.boolean(child, "inverse"),
      });
    }
  }
  return { name: read.required(element, "name"), baseUnit, displayUnits };
}

/** Reads a `<BaseUnit>` of FMI 1.0: a name with display units, without exponents (FMI 1.0 section 3.2). */
export function parseFmi1Unit(element: XmlElement, read: AttributeReader): UnitDefinition {
  const displayUnits = element.children
    .filter((child) => child.name === "DisplayUnitDefinition")
    .map((child) => {
      const factor = readFactor(child, read, "gain");
      const scale = { factor, offset: read.number(child, "offset") ?? 0, inverse: false };
      return [read.required(child, "displayUnit"), scale] as const;
    });
  return {
    name: read.required(element, "unit"),
    baseUnit: undefined,
    displayUnits: new Map(displayUnits),
  };
}

function parseBaseUnit(element: XmlElement, read: AttributeReader): BaseUnit {
  const base: BaseUnit = {
    ...{ kg: 0, m: 0, s: 0, A: 0, K: 0, mol: 0, cd: 0, rad: 0 },
    factor: readFactor(element, read),
    offset: read.number(element, "offset") ?? 0,
  };
  for (const name of EXPONENTS) base[name] = read.number(element, name) ?? 0;
  return base;
}

function readFactor(element: XmlElement, read: AttributeReader, name = "factor"): number {
  const factor = read.number(element, name) ?? 1;
  if (factor === 0 || !Number.isFinite(factor))
    throw read.error(element, `a unit cannot have the ${name} ${factor}`);
  return factor;
}
