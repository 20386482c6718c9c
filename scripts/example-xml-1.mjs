/** Writes `modelDescription.xml` of FMI 1.0, which has other words and no model structure. */
import { element } from "./xml-writer.mjs";

const type1 = { Float64: "Real", Int32: "Integer" };
const causality1 = { output: "output", input: "input" };

function unitDefinitions(model) {
  const units = Object.entries(model.units).map(([unit, { display }]) => {
    if (display === undefined) return element("BaseUnit", { unit });
    const { name: displayUnit, factor: gain, offset } = display;
    return element("BaseUnit", { unit }, element("DisplayUnitDefinition", { displayUnit, gain, offset }));
  });
  return element("UnitDefinitions", {}, units.join(""));
}

function variable1(variable) {
  const { name, valueReference, description, unit, displayUnit, min, max, nominal, start } = variable;
  const own = {
    name,
    valueReference,
    description,
    variability: variable.causality === "parameter" ? "parameter" : variable.variability,
    causality: causality1[variable.causality] ?? "internal",
  };
  const fixed = variable.initial === "exact" ? true : undefined;
  const value = { unit, displayUnit, min, max, nominal, start, fixed };
  return element("ScalarVariable", own, element(type1[variable.type] ?? variable.type, value));
}

/** The text of `modelDescription.xml` for `build` ({ interfaces: one of both }); `token` is the GUID. */
export function exampleXml1(model, { interfaces }, token) {
  const all = model.variables(1);
  // FMI 1.0 has no independent variable.
  const variables = all.filter(({ causality }) => causality !== "independent");
  const root = {
    fmiVersion: "1.0",
    modelName: model.name,
    modelIdentifier: model.name,
    guid: token,
    description: model.description,
    generationTool: "modal-fmi-mcp examples",
    variableNamingConvention: "structured",
    numberOfContinuousStates: all.filter(({ derivative }) => derivative !== undefined).length,
    numberOfEventIndicators: all.filter(({ indicator }) => indicator).length,
  };
  const { stopTime, tolerance } = model.experiment;
  const capabilities = { canHandleVariableCommunicationStepSize: true, canHandleEvents: true };
  const standAlone = element("CoSimulation_StandAlone", {}, element("Capabilities", capabilities));
  const parts = [
    unitDefinitions(model),
    element("DefaultExperiment", { startTime: 0, stopTime, tolerance }),
    element("ModelVariables", {}, `\n${variables.map(variable1).join("\n")}\n`),
    interfaces[0] === "CoSimulation" ? element("Implementation", {}, standAlone) : "",
  ].filter((part) => part !== "");
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element("fmiModelDescription", root, `\n${parts.join("\n")}\n`)}\n`;
}
