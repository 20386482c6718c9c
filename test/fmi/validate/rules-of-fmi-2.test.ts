import { describe, expect, test } from "vitest";
import { parseModelDescription } from "../../../src/fmi/description/parse-model-description.ts";
import { validateFmu } from "../../../src/fmi/validate/validate-fmu.ts";
import { modelDescriptionXml, type XmlParts } from "../../support/model-description-xml.ts";

const describeModel = (parts: XmlParts) =>
  parseModelDescription(Buffer.from(modelDescriptionXml(parts)), "test.fmu");
const rules = (parts: XmlParts) => validateFmu({ description: describeModel(parts) }).map(({ rule }) => rule);
const real = (name: string, reference: number, attributes: string, type = "<Real/>") =>
  `<ScalarVariable name="${name}" valueReference="${reference}" ${attributes}>${type}</ScalarVariable>\n`;

describe("validateFmu reports in FMI 2.0", () => {
  const cases: [string, string, XmlParts][] = [
    ["start-missing", "an input without start", { variables: real("u", 1, 'causality="input"') }],
    [
      "start-forbidden",
      "a calculated variable with start",
      { variables: real("x", 1, "", '<Real start="1"/>') },
    ],
    [
      "start-forbidden",
      "an independent variable with start",
      { variables: real("t", 1, 'causality="independent"', '<Real start="0"/>') },
    ],
    [
      "independent-twice",
      "two independent variables",
      { variables: real("t", 1, 'causality="independent"') + real("s", 2, 'causality="independent"') },
    ],
    [
      "independent-not-float",
      "an integer time",
      { variables: real("t", 1, 'causality="independent" variability="continuous"', "<Integer/>") },
    ],
    [
      "role",
      "a constant input",
      { variables: real("u", 1, 'causality="input" variability="constant"', '<Real start="1"/>') },
    ],
    [
      "initial",
      "an approximate parameter",
      { variables: real("p", 1, 'causality="parameter" initial="approx"', '<Real start="1"/>') },
    ],
    [
      "continuous-not-float",
      "a continuous integer",
      { variables: real("n", 1, 'variability="continuous"', "<Integer/>") },
    ],
    ["min-above-max", "min above max", { variables: real("x", 1, "", '<Real min="2" max="1"/>') }],
    [
      "start-below-min",
      "a start below min",
      { variables: real("p", 1, 'causality="parameter"', '<Real start="0" min="1"/>') },
    ],
    [
      "start-above-max",
      "a start above max",
      { variables: real("p", 1, 'causality="parameter"', '<Real start="3" max="2"/>') },
    ],
    [
      "unit-undefined",
      "a unit that is not defined",
      { variables: real("x", 1, "", '<Real unit="furlong"/>') },
    ],
    [
      "display-unit-undefined",
      "a display unit that is not defined",
      { units: '<Unit name="K"/>', variables: real("x", 1, "", '<Real unit="K" displayUnit="degF"/>') },
    ],
    ["unit-repeated", "a unit that is there twice", { units: '<Unit name="K"/><Unit name="K"/>' }],
    [
      "type-undefined",
      "a type that is not defined",
      { variables: real("x", 1, "", '<Real declaredType="T"/>') },
    ],
    [
      "type-differs",
      "a type of another kind",
      {
        types: '<SimpleType name="T"><Integer/></SimpleType>',
        variables: real("x", 1, "", '<Real declaredType="T"/>'),
      },
    ],
    [
      "enumeration-empty",
      "an empty enumeration",
      { types: '<SimpleType name="E"><Enumeration/></SimpleType>' },
    ],
    [
      "enumeration-value-repeated",
      "an enumeration with a value twice",
      {
        types:
          '<SimpleType name="E"><Enumeration><Item name="a" value="1"/><Item name="b" value="1"/></Enumeration></SimpleType>',
      },
    ],
    [
      "start-no-item",
      "a start that is no item",
      {
        types: '<SimpleType name="E"><Enumeration><Item name="a" value="1"/></Enumeration></SimpleType>',
        variables: real("e", 1, 'causality="parameter"', '<Enumeration declaredType="E" start="9"/>'),
      },
    ],
    [
      "alias-start",
      "aliases with two start values",
      {
        variables:
          real("a", 1, 'initial="exact"', '<Real start="1"/>') +
          real("b", 1, 'initial="exact"', '<Real start="1"/>'),
      },
    ],
    [
      "alias-settable",
      "two inputs that are one",
      {
        variables:
          real("a", 1, 'causality="input"', '<Real start="1"/>') +
          real("b", 1, 'causality="input"', '<Real start="1"/>'),
      },
    ],
    [
      "alias-unit",
      "aliases with different units",
      {
        units: '<Unit name="K"/>',
        variables: real("a", 1, "") + real("b", 1, "", '<Real unit="K"/>'),
      },
    ],
    ["output-unlisted", "an output that is not listed", { variables: real("y", 1, 'causality="output"') }],
    [
      "output-other",
      "an output that is none",
      { variables: real("y", 1, ""), structure: '<Outputs><Unknown index="1"/></Outputs>' },
    ],
    [
      "structure-reference",
      "an index beyond the variables",
      { variables: real("y", 1, ""), structure: '<InitialUnknowns><Unknown index="2"/></InitialUnknowns>' },
    ],
    [
      "structure-dependency",
      "a dependency beyond the variables",
      {
        variables: real("y", 1, 'causality="output"'),
        structure: '<Outputs><Unknown index="1" dependencies="0"/></Outputs>',
      },
    ],
    [
      "structure-kinds",
      "fewer kinds than dependencies",
      {
        variables: real("y", 1, 'causality="output"'),
        structure: '<Outputs><Unknown index="1" dependencies="1 1" dependenciesKind="fixed"/></Outputs>',
      },
    ],
    [
      "structure-order",
      "initial unknowns out of order",
      {
        variables: real("a", 1, "") + real("b", 2, ""),
        structure: '<InitialUnknowns><Unknown index="2"/><Unknown index="1"/></InitialUnknowns>',
      },
    ],
    [
      "derivative",
      "a derivative of nothing",
      { variables: real("der", 1, ""), structure: '<Derivatives><Unknown index="1"/></Derivatives>' },
    ],
    [
      "derivative",
      "a derivative that is not continuous",
      {
        variables:
          real("x", 1, "") +
          real("der", 2, 'causality="parameter" variability="fixed"', '<Real derivative="1"/>'),
        structure: '<Derivatives><Unknown index="2"/></Derivatives>',
      },
    ],
    [
      "derivative-unlisted",
      "a derivative that is not listed",
      {
        interfaces: '<ModelExchange modelIdentifier="m"/>',
        variables: real("x", 1, "") + real("der", 2, "", '<Real derivative="1"/>'),
      },
    ],
    [
      "experiment-times",
      "a stop before the start",
      { experiment: '<DefaultExperiment startTime="2" stopTime="1"/>' },
    ],
    ["experiment-tolerance", "a tolerance of 0", { experiment: '<DefaultExperiment tolerance="0"/>' }],
    ["experiment-step-size", "a negative step", { experiment: '<DefaultExperiment stepSize="-1"/>' }],
    ["fmi-version", "an unknown version", { version: "2.7" }],
    [
      "model-identifier",
      "an identifier that is none of C",
      { interfaces: '<CoSimulation modelIdentifier="my-model"/>' },
    ],
    [
      "event-indicators",
      "a fraction of an event indicator",
      { root: 'modelName="M" guid="g" numberOfEventIndicators="1.5"' },
    ],
  ];
  test.each(cases)("%s: %s", (rule, _, parts) => expect(rules(parts)).toContain(rule));
});
