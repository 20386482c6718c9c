import { expect, test } from "vitest";
import { parseModelDescription } from "../../../src/fmi/description/parse-model-description.ts";
import { planRun } from "../../../src/simulation/plan.ts";
import { catchToolError } from "../../support/catch-tool-error.ts";
import { modelDescriptionXml } from "../../support/model-description-xml.ts";

const parameter = (name: string, reference: number, rest: string, start: string) =>
  `<ScalarVariable name="${name}" valueReference="${reference}" variability="parameter" ${rest}><Real ${start}/></ScalarVariable>`;

/* FMI 1.0: `kneg` is -k, and the start value stands on `k` alone; nothing says where `own` comes from. */
function parse() {
  const xml = modelDescriptionXml({
    version: "1.0",
    root: 'modelName="Model" modelIdentifier="model" guid="{t}" numberOfContinuousStates="0" numberOfEventIndicators="0"',
    interfaces: "",
    variables: [
      parameter("k", 1, "", 'start="2"'),
      parameter("kneg", 1, 'alias="negatedAlias"', ""),
      parameter("own", 2, "", ""),
    ].join(""),
  });
  return parseModelDescription(Buffer.from(xml.replace(/<ModelStructure>.*<\/ModelStructure>/, "")), "a.fmu");
}

test("a parameter of FMI 1.0 whose start value stands on an alias can be set", () => {
  const causalities = parse().variables.map(({ name, causality }) => [name, causality]);
  expect(causalities).toEqual([
    ["k", "parameter"],
    ["kneg", "parameter"],
    ["own", "calculatedParameter"],
  ]);
  expect(planRun(parse(), { inputs: { kneg: -3 } }).inputs).toEqual({ kneg: -3 });
});

test("two names of one value are not set to two values", async () => {
  const error = await catchToolError(() => planRun(parse(), { inputs: { kneg: -3, k: 4 } }));
  expect(error).toMatchObject({
    code: "invalid_argument",
    message: 'Cannot set both "kneg" and "k": they are names of one value',
  });
});
