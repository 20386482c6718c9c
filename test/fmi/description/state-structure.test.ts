import { describe, expect, test } from "vitest";
import { parseModelDescription } from "../../../src/fmi/description/parse-model-description.ts";
import { readStateStructure } from "../../../src/fmi/description/state-structure.ts";

function describeModel(variables: string, structure: string) {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>
    <fmiModelDescription fmiVersion="3.0" modelName="Model" instantiationToken="{t}">
    <ModelExchange modelIdentifier="model"/>
    <ModelVariables>${variables}</ModelVariables><ModelStructure>${structure}</ModelStructure></fmiModelDescription>`;
  return parseModelDescription(Buffer.from(xml), "model.fmu");
}

const VARIABLES = `
  <Float64 name="T" valueReference="1" causality="output" initial="exact" start="0 0"><Dimension start="2"/></Float64>
  <Float64 name="h" valueReference="2" causality="output" initial="exact" start="0"/>
  <Float64 name="u" valueReference="3" causality="input" start="0"/>
  <Float64 name="der(T)" valueReference="4" derivative="1"><Dimension start="2"/></Float64>
  <Float64 name="der(h)" valueReference="5" derivative="2"/>`;

const derivative = (reference: number, rest = "") =>
  `<ContinuousStateDerivative valueReference="${reference}" ${rest}/>`;

describe("readStateStructure", () => {
  test("names every element of an array, in the order of the derivatives", () => {
    const structure = readStateStructure(describeModel(VARIABLES, derivative(5) + derivative(4)), 3);
    expect(structure?.names).toEqual(["h", "T[1]", "T[2]"]);
    expect(structure?.references).toEqual({ states: [2, 1], derivatives: [5, 4] });
  });

  test("spreads dependencies on an array over its elements, and passes over inputs", () => {
    const model = describeModel(
      VARIABLES,
      derivative(4, 'dependencies="1 3"') + derivative(5, 'dependencies="2 3"'),
    );
    const rows = readStateStructure(model, 3)?.sparsity?.map((row) => Array.from(row));
    expect(rows).toEqual([[0, 1], [0, 1], [2]]);
  });

  test("a derivative without dependencies depends on all states", () => {
    const model = describeModel(VARIABLES, derivative(4) + derivative(5, 'dependencies="2"'));
    const rows = readStateStructure(model, 3)?.sparsity?.map((row) => Array.from(row));
    expect(rows).toEqual([[0, 1, 2], [0, 1, 2], [2]]);
  });

  test("has no sparsity where no dependencies are given, or all are", () => {
    expect(readStateStructure(describeModel(VARIABLES, derivative(4) + derivative(5)), 3)?.sparsity).toBe(
      undefined,
    );
    const full = derivative(4, 'dependencies="1 2"') + derivative(5, 'dependencies="1 2"');
    expect(readStateStructure(describeModel(VARIABLES, full), 3)?.sparsity).toBe(undefined);
  });

  test("is undefined where the FMU has another number of states", () => {
    expect(readStateStructure(describeModel(VARIABLES, derivative(5)), 3)).toBe(undefined);
  });

  test("a derivative of no known state is told by its own name, and gives no references", () => {
    const model = describeModel(VARIABLES, derivative(5) + derivative(3));
    const structure = readStateStructure(model, 2);
    expect(structure?.names).toEqual(["h", "the state of u"]);
    expect(structure?.references).toBe(undefined);
  });
});
