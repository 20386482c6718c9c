/** Writes `modelDescription.xml` of FMI 2.0 and 3.0 for a model of example-models.mjs. */
import { element } from "./xml-writer.mjs";

const type2 = { Float64: "Real", Int32: "Integer" };

function unitDefinitions(model) {
  const units = Object.entries(model.units).map(([name, { base, display }]) => {
    const shown = display === undefined ? "" : element("DisplayUnit", display);
    return element("Unit", { name }, element("BaseUnit", base) + shown);
  });
  return units.length === 0 ? "" : element("UnitDefinitions", {}, units.join(""));
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

const number = (value) => (value === undefined ? undefined : String(value));

/** How one version of FMI refers to a variable: by its index from 1 (2.0) or its value reference (3.0). */
function referrer(variables, version) {
  return (name) => {
    const index = variables.findIndex((each) => each.name === name);
    if (index < 0) throw new Error(`no variable is called ${name}`);
    return version === 2 ? index + 1 : variables[index].valueReference;
  };
}

function variable2(variable, refer) {
  const { name, valueReference, description, causality, variability, initial, derivative } = variable;
  const value = element(type2[variable.type] ?? variable.type, {
    declaredType: variable.declaredType,
    unit: variable.unit,
    displayUnit: variable.displayUnit,
    min: number(variable.min),
    max: number(variable.max),
    nominal: number(variable.nominal),
    start: variable.start,
    derivative: derivative === undefined ? undefined : refer(derivative),
  });
  const own = { name, valueReference, description, causality, variability, initial };
  return element("ScalarVariable", own, value);
}

function variable3(variable, refer) {
  const { type, dimension, start, derivative, dependsOn, parameters, indicator, ...rest } = variable;
  const inElement = type === "String" || type === "Binary";
  const content = [
    dimension === undefined ? "" : element("Dimension", { start: dimension }),
    inElement && start !== undefined ? element("Start", { value: start }) : "",
  ].join("");
  const own = { ...rest, ...(inElement ? {} : { start }) };
  return element(type, derivative === undefined ? own : { ...own, derivative: refer(derivative) }, content);
}

/** The unknowns of the model structure, as lists of variables in the order of the file. */
function unknowns(variables) {
  const outputs = variables.filter(({ causality }) => causality === "output");
  const derivatives = variables.filter(({ derivative }) => derivative !== undefined);
  const initial = variables.filter(
    (each) =>
      (each.causality === "output" || each.derivative !== undefined) &&
      each.initial !== "exact" &&
      each.clocks === undefined,
  );
  return { outputs, derivatives, initial, indicators: variables.filter(({ indicator }) => indicator) };
}

function dependencies(names, refer) {
  if (names === undefined) return {};
  return {
    dependencies: names
      .map(refer)
      .sort((a, b) => a - b)
      .join(" "),
  };
}

function modelStructure(variables, version) {
  const refer = referrer(variables, version);
  const { outputs, derivatives, initial, indicators } = unknowns(variables);
  const reference = (name) => ({ [version === 2 ? "index" : "valueReference"]: refer(name) });
  const list = (tag, items, names) =>
    items
      .map((each) => element(tag, { ...reference(each.name), ...dependencies(names(each), refer) }))
      .join("");
  const running = ({ dependsOn }) => dependsOn;
  const initially = ({ dependsOn, parameters = [] }) =>
    dependsOn === undefined ? undefined : [...dependsOn, ...parameters];
  if (version === 3) {
    return element(
      "ModelStructure",
      {},
      list("Output", outputs, running) +
        list("ContinuousStateDerivative", derivatives, running) +
        list("InitialUnknown", initial, initially) +
        list("EventIndicator", indicators, running),
    );
  }
  const part = (tag, content) => (content === "" ? "" : element(tag, {}, content));
  return element(
    "ModelStructure",
    {},
    part("Outputs", list("Unknown", outputs, running)) +
      part("Derivatives", list("Unknown", derivatives, running)) +
      part("InitialUnknowns", list("Unknown", initial, initially)),
  );
}

const flag = (value) => (value ? true : undefined);

function interfaceElement(kind, model, version) {
  const common =
    version === 2
      ? {
          modelIdentifier: model.name,
          canGetAndSetFMUstate: flag(model.savesState),
          canSerializeFMUstate: flag(model.savesState),
          providesDirectionalDerivative: flag(model.partials),
        }
      : {
          modelIdentifier: model.name,
          canGetAndSetFMUState: flag(model.savesState),
          canSerializeFMUState: flag(model.savesState),
          providesDirectionalDerivatives: flag(model.partials),
        };
  if (kind === "CoSimulation") {
    const events = {
      hasEventMode: flag(model.hasEventMode),
      mightReturnEarlyFromDoStep: flag(model.returnsEarly),
    };
    const own = { canHandleVariableCommunicationStepSize: true, ...(version === 3 ? events : {}) };
    return element(kind, { ...common, ...own });
  }
  return element(kind, { ...common, ...(version === 2 ? { completedIntegratorStepNotNeeded: true } : {}) });
}

/** The text of `modelDescription.xml` for `build` ({ version: 2 or 3, interfaces }); `token` is the GUID or instantiation token. */
export function exampleXml(model, { version, interfaces }, token) {
  const variables = model.variables(version);
  const refer = referrer(variables, version);
  const indicators = unknowns(variables).indicators.length;
  const root = {
    fmiVersion: version === 2 ? "2.0" : "3.0",
    modelName: model.name,
    [version === 2 ? "guid" : "instantiationToken"]: token,
    description: model.description,
    generationTool: "modal-fmi-mcp examples",
    variableNamingConvention: "structured",
    ...(version === 2 && interfaces.includes("ModelExchange") ? { numberOfEventIndicators: indicators } : {}),
  };
  const write = version === 2 ? variable2 : variable3;
  const parts = [
    ...interfaces.map((kind) => interfaceElement(kind, model, version)),
    unitDefinitions(model),
    typeDefinitions(model, version),
    element("LogCategories", {}, element("Category", { name: "logStatusError" })),
    element("DefaultExperiment", { startTime: 0, ...model.experiment }),
    element("ModelVariables", {}, `\n${variables.map((each) => write(each, refer)).join("\n")}\n`),
    modelStructure(variables, version),
  ].filter((part) => part !== "");
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element("fmiModelDescription", root, `\n${parts.join("\n")}\n`)}\n`;
}
