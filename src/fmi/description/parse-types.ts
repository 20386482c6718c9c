import type {
  ClockDescription,
  IntervalVariability,
  TypeDefinition,
  VariableType,
} from "./model-description.ts";
import type { AttributeReader } from "./xml-attributes.ts";
import type { XmlElement } from "./xml-elements.ts";

/** The names of FMI 1.0 and 2.0 for the types of variables, and what FMI 3.0 calls them. */
export const FMI2_TYPES: Readonly<Record<string, VariableType>> = {
  Real: "Float64",
  Integer: "Int32",
  Boolean: "Boolean",
  String: "String",
  Enumeration: "Enumeration",
};

/** Every type of FMI 3.0. */
export const FMI3_TYPES: readonly VariableType[] = [
  ...(["Float32", "Float64", "Int8", "UInt8", "Int16", "UInt16", "Int32", "UInt32"] as const),
  ...(["Int64", "UInt64", "Boolean", "String", "Binary", "Enumeration", "Clock"] as const),
];

const INTERVAL_VARIABILITIES: readonly IntervalVariability[] = [
  ...(["calculated", "changing", "constant", "countdown", "fixed", "triggered", "tunable"] as const),
];

/**
 * Reads an item of `<TypeDefinitions>`: a `<Type>` of FMI 1.0, a `<SimpleType>` of FMI 2.0 or a `<Float64Type>` and the
 * like of FMI 3.0.
 */
export function parseDeclaredType(item: XmlElement, read: AttributeReader): TypeDefinition {
  const name = read.required(item, "name");
  const isWrapped = item.name === "SimpleType" || item.name === "Type";
  const typed = isWrapped ? (item.children.find((child) => findTypeName(child.name)) ?? item) : item;
  const type = findTypeName(typed.name);
  return {
    name,
    type,
    ...readQuantity(typed, read),
    enumeration: type === "Enumeration" ? readItems(typed, read) : undefined,
    clock: type === "Clock" ? readClock(typed, read) : undefined,
    line: item.line,
  };
}

/** The attributes that a variable and its declared type share; min and max of 64-bit integers lose digits beyond 2^53. */
export function readQuantity(
  element: XmlElement,
  read: AttributeReader,
): Pick<TypeDefinition, "unit" | "displayUnit" | "relativeQuantity" | "min" | "max" | "nominal"> {
  return {
    unit: element.attributes.unit,
    displayUnit: element.attributes.displayUnit,
    relativeQuantity: read.boolean(element, "relativeQuantity"),
    min: read.number(element, "min"),
    max: read.number(element, "max"),
    nominal: read.number(element, "nominal"),
  };
}

function readItems(element: XmlElement, read: AttributeReader): { name: string; value: number }[] {
  return element.children
    .filter((child) => child.name === "Item")
    .map((item, index) => ({
      name: read.required(item, "name"),
      value: read.number(item, "value") ?? index + 1,
    }));
}

/** The attributes of a Clock, on a variable or on its declared type. */
export function readClock(element: XmlElement, read: AttributeReader): ClockDescription {
  return {
    intervalVariability: read.oneOf(element, "intervalVariability", INTERVAL_VARIABILITIES),
    intervalDecimal: read.number(element, "intervalDecimal"),
    shiftDecimal: read.number(element, "shiftDecimal"),
    supportsFraction: read.boolean(element, "supportsFraction"),
    resolution: read.number(element, "resolution"),
    intervalCounter: read.number(element, "intervalCounter"),
    shiftCounter: read.number(element, "shiftCounter"),
    canBeDeactivated: read.boolean(element, "canBeDeactivated"),
    priority: read.number(element, "priority"),
  };
}

// "Real" in FMI 2.0, "RealType" in FMI 1.0, "Float64Type" in FMI 3.0.
function findTypeName(elementName: string): VariableType | undefined {
  const name = elementName.replace(/Type$/, "");
  if (Object.hasOwn(FMI2_TYPES, name)) return FMI2_TYPES[name];
  return FMI3_TYPES.find((type) => type === name);
}
