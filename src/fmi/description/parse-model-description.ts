import { invalidFmu, quote } from "../invalid-fmu.ts";
import { settleParameterAliases } from "./aliases.ts";
import type {
  Flaw,
  InterfaceDescription,
  ModelDescription,
  TypeDefinition,
  UnitDefinition,
  Variable,
} from "./model-description.ts";
import {
  parseDefaultExperiment,
  parseImplementation,
  parseInterface,
  parseSourceFiles,
} from "./parse-interfaces.ts";
import {
  parseStructureItem,
  readDirectDependency,
  resolveStructure,
  structureFromNames,
  type UnresolvedUnknown,
} from "./parse-structure.ts";
import { parseDeclaredType } from "./parse-types.ts";
import { parseFmi1Unit, parseUnit } from "./parse-units.ts";
import { applyDeclaredType, parseVariable } from "./parse-variables.ts";
import { type AttributeReader, createAttributeReader } from "./xml-attributes.ts";
import { readXmlElements, type XmlElement, type XmlVisitor } from "./xml-elements.ts";

const MOST_VARIABLES = 1_000_000;
const MOST_FLAWS = 1_000;
const INTERFACES = ["CoSimulation", "ModelExchange", "ScheduledExecution"];
const SECTIONS_WITH_ITEMS = [
  ...["UnitDefinitions", "TypeDefinitions", "LogCategories", "ModelVariables"],
  ...["ModelStructure", "Implementation", ...INTERFACES],
];

/** What has been read so far. */
interface Draft {
  root: XmlElement | undefined;
  fmiMajor: 1 | 2 | 3;
  interfaces: Map<string, InterfaceDescription>;
  defaultExperiment: ModelDescription["defaultExperiment"];
  units: Map<string, UnitDefinition>;
  types: Map<string, TypeDefinition>;
  variables: Map<string, Variable>;
  logCategories: string[];
  /** The first variable that was passed over. */
  skipped: XmlElement | undefined;
  unknowns: UnresolvedUnknown[];
  /** FMI 1.0: names by output. */
  dependencies: Map<string, readonly string[]>;
  sourceFiles: Map<string, readonly string[]>;
  repeated: NonNullable<ModelDescription["repeated"]>[number][];
  lines: Map<string, number>;
  flaws: Flaw[];
  /** Where flaws are found now. */
  section: string | undefined;
}

/**
 * Reads modelDescription.xml of FMI 1.0, 2.0 and 3.0. Throws `invalid_fmu`, with the line, for XML that is malformed and for
 * a description that lacks what nothing can be done without. What it can pass over it lists as flaws: a value of the wrong
 * type counts as not given, a name that is taken gets the line after it. The standard's other rules are `validateFmu`'s. `fileName` is
 * for messages.
 */
export function parseModelDescription(xml: Uint8Array, fileName: string): ModelDescription {
  const draft: Draft = {
    root: undefined,
    fmiMajor: 2,
    interfaces: new Map(),
    defaultExperiment: {
      startTime: undefined,
      stopTime: undefined,
      tolerance: undefined,
      stepSize: undefined,
    },
    units: new Map(),
    types: new Map(),
    variables: new Map(),
    logCategories: [],
    skipped: undefined,
    unknowns: [],
    dependencies: new Map(),
    sourceFiles: new Map(),
    repeated: [],
    lines: new Map(),
    flaws: [],
    section: undefined,
  };
  const read = createAttributeReader(fileName, undefined, (element, rule, problem) => {
    const { flaws, section } = draft;
    // An attribute may be read twice.
    const isTold = flaws.at(-1)?.problem === problem && flaws.at(-1)?.line === element.line;
    if (!isTold && flaws.length < MOST_FLAWS) flaws.push({ section, line: element.line, rule, problem });
  });
  readXmlElements(xml, fileName, createVisitor(draft, read));
  if (draft.root === undefined) throw invalidFmu(fileName, "modelDescription.xml is empty");
  for (const variable of draft.variables.values()) {
    const declared = variable.declaredType === undefined ? undefined : draft.types.get(variable.declaredType);
    if (declared !== undefined) applyDeclaredType(variable, declared);
  }
  return finish(draft, draft.root, read);
}

function createVisitor(draft: Draft, read: AttributeReader): XmlVisitor {
  return {
    root(root) {
      if (root.name !== "fmiModelDescription") {
        throw read.error(root, `the root element is <${root.name.slice(0, 80)}>, not <fmiModelDescription>`);
      }
      draft.fmiMajor = readMajorVersion(root, read);
      for (const name of ["modelName", tokenName(draft)]) {
        const isBlank = (root.attributes[name] ?? "").trim() === "";
        if (isBlank) read.flaw(root, "missing-attribute", `<${root.name}> has no ${name}`);
      }
      draft.root = root;
    },
    section(section) {
      draft.section = section.name;
      draft.lines.set(section.name, section.line);
      if (section.name === "DefaultExperiment")
        draft.defaultExperiment = parseDefaultExperiment(section, read);
      if (INTERFACES.includes(section.name) && draft.fmiMajor !== 1) {
        const context = { fmiMajor: draft.fmiMajor, sourceFiles: draft.sourceFiles.get(section.name) };
        draft.interfaces.set(section.name, parseInterface(section, read, context));
      }
    },
    item(sectionName, item) {
      draft.section = sectionName;
      addItem(draft, sectionName, item, read);
    },
    wants: (sectionName) => SECTIONS_WITH_ITEMS.includes(sectionName),
  };
}

function addItem(draft: Draft, sectionName: string, item: XmlElement, read: AttributeReader): void {
  if (sectionName === "ModelVariables") addVariable(draft, item, read);
  else if (sectionName === "ModelStructure") {
    for (const unknown of parseStructureItem(item, draft.fmiMajor, read)) draft.unknowns.push(unknown);
  } else if (sectionName === "LogCategories") addLogCategory(draft, item, read);
  else if (sectionName === "UnitDefinitions") addUnit(draft, item, read);
  else if (sectionName === "TypeDefinitions") {
    const declared = parseDeclaredType(item, read);
    if (draft.types.has(declared.name)) addRepeated(draft, "type", declared.name, item);
    draft.types.set(declared.name, declared);
  } else if (sectionName === "Implementation" && draft.root !== undefined) {
    const implementation = parseImplementation(item, draft.root, read);
    if (implementation !== undefined) draft.interfaces.set("CoSimulation", implementation);
  } else if (item.name === "SourceFiles") {
    draft.sourceFiles.set(sectionName, parseSourceFiles(item, read));
  }
}

function addLogCategory(draft: Draft, item: XmlElement, read: AttributeReader): void {
  const name = read.required(item, "name");
  if (draft.logCategories.includes(name)) addRepeated(draft, "log category", name, item);
  else draft.logCategories.push(name);
}

function addUnit(draft: Draft, item: XmlElement, read: AttributeReader): void {
  const unit = draft.fmiMajor === 1 ? parseFmi1Unit(item, read) : parseUnit(item, read);
  if (draft.units.has(unit.name)) addRepeated(draft, "unit", unit.name, item);
  draft.units.set(unit.name, unit);
}

function addRepeated(draft: Draft, kind: Draft["repeated"][number]["kind"], name: string, at: XmlElement) {
  draft.repeated.push({ kind, name, line: at.line });
}

function addVariable(draft: Draft, item: XmlElement, read: AttributeReader): void {
  const variable = parseVariable(item, draft.fmiMajor, read);
  if (variable === undefined) {
    draft.skipped ??= item;
    return;
  }
  const known = draft.variables.get(variable.name);
  if (known !== undefined) {
    const { name } = variable;
    // It keeps its place: the structure of FMI 2.0 counts variables.
    variable.name = `${name} (line ${item.line})`;
    const where = `is there already, in line ${known.line}, so that this one is called ${quote(variable.name)}`;
    read.flaw(item, "variable-repeated", `variable ${quote(name)} ${where}`);
    if (draft.variables.has(variable.name)) throw read.error(item, `variable ${quote(name)} is there thrice`);
  }
  draft.variables.set(variable.name, variable);
  const dependencies = draft.fmiMajor === 1 ? readDirectDependency(item) : undefined;
  if (dependencies !== undefined) draft.dependencies.set(variable.name, dependencies);
  if (draft.variables.size > MOST_VARIABLES)
    throw read.error(item, `there are more than ${MOST_VARIABLES} variables`);
}

function tokenName({ fmiMajor }: Pick<Draft, "fmiMajor">): "guid" | "instantiationToken" {
  return fmiMajor === 3 ? "instantiationToken" : "guid";
}

function readMajorVersion(root: XmlElement, read: AttributeReader): 1 | 2 | 3 {
  const version = read.required(root, "fmiVersion");
  const major = /^([123])\.\d/.exec(version.trim())?.[1];
  if (major === "1") return 1;
  if (major === "2") return 2;
  if (major === "3") return 3;
  throw read.error(root, `FMI version ${quote(version)} is not known here; FMI 1.0, 2.0 and 3.0 are`);
}

function finish(draft: Draft, root: XmlElement, read: AttributeReader): ModelDescription {
  const { attributes } = root;
  const hasNone = draft.interfaces.size === 0;
  if (hasNone && draft.fmiMajor !== 1) {
    throw read.error(root, "the FMU offers no interface type: neither Co-Simulation nor Model Exchange");
  }
  // The structure of FMI 2.0 counts variables: with one left out it would point at others.
  if (draft.fmiMajor === 2 && draft.skipped !== undefined && draft.unknowns.length > 0) {
    throw read.error(draft.skipped, "the variable has no type that is known here");
  }
  const variables = [...draft.variables.values()];
  if (draft.fmiMajor === 1) settleParameterAliases(variables);
  const structure =
    draft.fmiMajor === 1
      ? structureFromNames(variables, draft.dependencies)
      : resolveStructure(draft.unknowns, draft.fmiMajor, variables);
  return {
    fmiVersion: (attributes.fmiVersion ?? "").trim(),
    fmiMajor: draft.fmiMajor,
    modelName: attributes.modelName?.trim() || "model without a name",
    instantiationToken: attributes[tokenName(draft)] ?? "",
    description: attributes.description,
    generationTool: attributes.generationTool,
    generationDateAndTime: attributes.generationDateAndTime,
    version: attributes.version,
    coSimulation: draft.interfaces.get("CoSimulation"),
    // FMI 1.0 is Model Exchange unless it says otherwise; the identifier is the root's.
    modelExchange: hasNone
      ? parseInterface(root, read, { fmiMajor: 1, sourceFiles: undefined })
      : draft.interfaces.get("ModelExchange"),
    scheduledExecution: draft.interfaces.get("ScheduledExecution"),
    defaultExperiment: draft.defaultExperiment,
    unitDefinitions: draft.units,
    variables,
    logCategories: draft.logCategories,
    typeDefinitions: draft.types,
    structure,
    numberOfEventIndicators:
      draft.fmiMajor === 3
        ? structure.eventIndicators.length
        : (read.number(root, "numberOfEventIndicators") ?? 0),
    numberOfContinuousStates: read.number(root, "numberOfContinuousStates"),
    repeated: draft.repeated,
    lines: draft.lines,
    flaws: draft.flaws,
  };
}
