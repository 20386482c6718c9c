/** Writes `modelDescription.xml` of FMI 2.0 and 3.0 for a model of fmu-models.mjs. */

import { element } from "./xml-writer.mjs";

const type2 = { Float64: "Real", Int32: "Integer" };

function unitDefinitions(model) {
  const units = Object.entries(model.units).map(([name, base]) =>
    element("Unit", { name }, element("BaseUnit", base)),
  );
  return element("UnitDefinitions", {}, units.join(""));
}

function typeDefinitions(model, version) {
  const types = Object.entries(model.enumerations).map(([name, items]) => {
    const list = items.map((item) => element("Item", item)).join("");
    return version === 2
      ? element("SimpleType", { name }, element("Enumeration", {}, list))
      : element("EnumerationType", { name }, list);
  });
  return types.length === 0 ? "" : element("TypeDefinitions", {}, types.join(""));
}

const usesInitial = (variable) => variable.causality !== "input" && variable.causality !== "independent";

function variable2(variable) {
  const { name, valueReference, description, causality, variability, initial } = variable;
  const value = element(type2[variable.type] ?? variable.type, {
    declaredType: variable.declaredType,
    unit: variable.unit,
    min: variable.min,
    max: variable.max,
    start: variable.start,
  });
  const own = { name, valueReference, description, causality, variability };
  return element("ScalarVariable", usesInitial(variable) ? { ...own, initial } : own, value);
}

/** A size, or `{ valueReference }` of the structural parameter that gives it. */
const dimensionAttribute = (dimension) => (typeof dimension === "object" ? dimension : { start: dimension });

function variable3(variable) {
  const { type, dimension, start, initial, ...rest } = variable;
  const inElement = type === "String" || type === "Binary";
  const content = [
    dimension === undefined ? "" : element("Dimension", dimensionAttribute(dimension)),
    inElement && start !== undefined ? element("Start", { value: start }) : "",
  ].join("");
  const own = { ...rest, ...(usesInitial(variable) ? { initial } : {}), ...(inElement ? {} : { start }) };
  return element(type, own, content);
}

function outputs(variables, version) {
  const isOutput = (variable) => variable.causality === "output";
  const entries = variables.flatMap((variable, index) => (isOutput(variable) ? [{ variable, index }] : []));
  const unknown = ({ variable, index }) =>
    version === 2
      ? element("Unknown", { index: index + 1 })
      : element("Output", { valueReference: variable.valueReference });
  const initial = ({ variable, index }) =>
    version === 2
      ? element("Unknown", { index: index + 1 })
      : element("InitialUnknown", { valueReference: variable.valueReference });
  const calculated = entries.filter(({ variable }) => variable.initial !== "exact");
  if (version === 3) return entries.map(unknown).join("") + calculated.map(initial).join("");
  return (
    element("Outputs", {}, entries.map(unknown).join("")) +
    (calculated.length === 0 ? "" : element("InitialUnknowns", {}, calculated.map(initial).join("")))
  );
}

/** The text of `modelDescription.xml`; `token` is the GUID or instantiation token. */
export function modelDescriptionXml(model, version, token) {
  const variables = model.variables(version);
  const root = {
    fmiVersion: version === 2 ? "2.0" : "3.0",
    modelName: model.name,
    [version === 2 ? "guid" : "instantiationToken"]: token,
    description: model.description,
    generationTool: "modal-fmi-mcp fixtures",
    ...(version === 2 ? { variableNamingConvention: "structured" } : {}),
  };
  const categories = ["logAll", "logEvents", "logStatusWarning", "logStatusError"];
  const parts = [
    element(model.interfaceType, {
      modelIdentifier: model.name,
      ...(model.interfaceType === "CoSimulation" ? { canHandleVariableCommunicationStepSize: true } : {}),
      ...model.flags,
    }),
    unitDefinitions(model),
    typeDefinitions(model, version),
    element("LogCategories", {}, categories.map((name) => element("Category", { name })).join("")),
    element("DefaultExperiment", { startTime: 0, ...model.experiment }),
    element("ModelVariables", {}, `\n${variables.map(version === 2 ? variable2 : variable3).join("\n")}\n`),
    element("ModelStructure", {}, outputs(variables, version)),
  ].filter((part) => part !== "");
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element("fmiModelDescription", root, `\n${parts.join("\n")}\n`)}\n`;
}
