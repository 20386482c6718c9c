/** The fixture FMUs of old-1.c, FMI 1.0, which has words of its own. */
import { element } from "./xml-writer.mjs";

const variable = (name, valueReference, type, { start, alias, ...rest } = {}) =>
  element("ScalarVariable", { name, valueReference, ...rest, alias }, element(type, { start }));
const parameter = { variability: "parameter" };
const input = { causality: "input" };
const output = { causality: "output" };

const coSimulation = [
  variable("u", 0, "Real", { ...input, start: 0 }),
  variable("y", 1, "Real", output),
  variable("minus_y", 1, "Real", { ...output, alias: "negatedAlias" }),
  variable("most", 2, "Real", { ...parameter, start: 1e9 }),
  variable("i", 0, "Integer", { ...input, start: 0 }),
  variable("i_out", 1, "Integer", { ...output, variability: "discrete" }),
  variable("b", 0, "Boolean", { ...input, start: false }),
  variable("b_out", 1, "Boolean", { ...output, variability: "discrete" }),
  variable("s", 0, "String", { ...input, start: "" }),
  variable("s_out", 1, "String", { ...output, variability: "discrete" }),
  variable("k", 4, "Real", { ...parameter, start: 1 }),
];

const modelExchange = [
  variable("x", 3, "Real", output),
  variable("k", 4, "Real", { ...parameter, start: 1 }),
  variable("low", 5, "Real", { ...parameter, start: 0 }),
  variable("end", 6, "Real", { ...parameter, start: 1e9 }),
  variable("bounces", 7, "Real", { ...output, variability: "discrete" }),
];

function xml(name, token, variables, implementation, root) {
  const attributes = {
    ...{ fmiVersion: "1.0", modelName: name, modelIdentifier: name, guid: token },
    ...{ generationTool: "modal-fmi-mcp fixtures", ...root },
  };
  const parts = [
    element("DefaultExperiment", { startTime: 0, stopTime: 1 }),
    element("ModelVariables", {}, `\n${variables.join("\n")}\n`),
    implementation,
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element("fmiModelDescription", attributes, `\n${parts.join("\n")}\n`)}\n`;
}

const capabilities = { canHandleVariableCommunicationStepSize: true, canInterpolateInputs: true };
const standAlone = element(
  "Implementation",
  {},
  element("CoSimulation_StandAlone", {}, element("Capabilities", capabilities)),
);

function old(name, defines, describe) {
  return {
    ...{ name, versions: [1], source: "old-1.c", isWhole: true, xml: (token) => describe(name, token) },
    defines: { MODEL_IDENTIFIER: name, ...defines },
    description: "A fixture of FMI 1.0",
  };
}

const counts = { numberOfContinuousStates: 1, numberOfEventIndicators: 1 };

export const oldModels = [
  old("OldSlave", { CO_SIMULATION: 1 }, (name, token) =>
    xml(name, token, coSimulation, standAlone, { numberOfContinuousStates: 0, numberOfEventIndicators: 0 }),
  ),
  old("OldModel", {}, (name, token) => xml(name, token, modelExchange, "", counts)),
];
