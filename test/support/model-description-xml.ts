/** What to put into a model description for a test: XML text of the sections, attributes of the root. */
export interface XmlParts {
  version?: string;
  root?: string;
  interfaces?: string;
  units?: string;
  types?: string;
  logCategories?: string;
  experiment?: string;
  variables?: string;
  /** Inside `<ModelStructure>`. */
  structure?: string;
  declaration?: string;
}

/** A model description of FMI 2.0 (or 3.0, by `version`) with valid defaults for the parts not given. */
export function modelDescriptionXml(parts: XmlParts = {}): string {
  const { version = "2.0" } = parts;
  const token = version.startsWith("3") ? 'instantiationToken="{t}"' : 'guid="{t}"';
  const section = (name: string, content?: string) =>
    content === undefined ? "" : `<${name}>${content}</${name}>\n`;
  return [
    parts.declaration ?? '<?xml version="1.0" encoding="UTF-8"?>\n',
    `<fmiModelDescription fmiVersion="${version}" ${parts.root ?? `modelName="Model" ${token}`}>\n`,
    parts.interfaces ?? '<CoSimulation modelIdentifier="model"/>\n',
    section("UnitDefinitions", parts.units),
    section("TypeDefinitions", parts.types),
    section("LogCategories", parts.logCategories),
    parts.experiment ?? "",
    section("ModelVariables", parts.variables),
    `<ModelStructure>${parts.structure ?? ""}</ModelStructure>\n</fmiModelDescription>\n`,
  ].join("");
}
