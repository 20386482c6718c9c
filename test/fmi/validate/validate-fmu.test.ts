import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openFileSource } from "../../../src/fmi/archive/byte-source.ts";
import { parseModelDescription } from "../../../src/fmi/description/parse-model-description.ts";
import { openFmu } from "../../../src/fmi/fmu.ts";
import { checkFmu, formatFinding, validateFmu } from "../../../src/fmi/validate/validate-fmu.ts";
import { catchToolError } from "../../support/catch-tool-error.ts";
import { modelDescriptionXml, type XmlParts } from "../../support/model-description-xml.ts";

const describeModel = (parts: XmlParts) =>
  parseModelDescription(Buffer.from(modelDescriptionXml(parts)), "test.fmu");
const rules = (parts: XmlParts) => validateFmu({ description: describeModel(parts) }).map(({ rule }) => rule);
const real = (name: string, reference: number, attributes: string, type = "<Real/>") =>
  `<ScalarVariable name="${name}" valueReference="${reference}" ${attributes}>${type}</ScalarVariable>\n`;

const BUILT = new URL("../../fixtures/built/", import.meta.url);

test("validateFmu finds nothing wrong with the fixtures", async () => {
  const names = readdirSync(BUILT).filter((name) => name.endsWith(".fmu"));
  expect(names.length).toBeGreaterThan(20);
  for (const name of names) {
    const fmu = await openFmu(await openFileSource(new URL(name, BUILT).pathname), name);
    expect(validateFmu(fmu).map(formatFinding), name).toEqual([]);
    await fmu.close();
  }
});

describe("validateFmu reports in FMI 3.0", () => {
  const cases: [string, string, string][] = [
    [
      "value-reference-repeated",
      "a value reference that two have",
      '<Float64 name="a" valueReference="1"/><Float64 name="b" valueReference="1"/>',
    ],
    [
      "name-repeated",
      "an alias with a variable's name",
      '<Float64 name="a" valueReference="1"><Alias name="a"/></Float64>',
    ],
    [
      "dimension-reference",
      "a dimension by nothing",
      '<Float64 name="a" valueReference="1"><Dimension valueReference="9"/></Float64>',
    ],
    [
      "dimension-parameter",
      "a dimension by a local variable",
      '<UInt64 name="n" valueReference="2"/><Float64 name="a" valueReference="1"><Dimension valueReference="2"/></Float64>',
    ],
    [
      "start-count",
      "three start values for two elements",
      '<Float64 name="a" valueReference="1" causality="input" start="1 2 3"><Dimension start="2"/></Float64>',
    ],
    [
      "clock-interval-variability",
      "a Clock that does not say when",
      '<Clock name="c" valueReference="1" causality="input"/>',
    ],
    [
      "clock-reference",
      "a variable clocked by no Clock",
      '<Float64 name="a" valueReference="1"/><Float64 name="b" valueReference="2" variability="discrete" clocks="1"/>',
    ],
    [
      "previous-unclocked",
      "a previous value without a clock",
      '<Float64 name="a" valueReference="1" variability="discrete"/><Float64 name="b" valueReference="2" variability="discrete" previous="1"/>',
    ],
  ];
  test.each(cases)("%s: %s", (rule, _, variables) =>
    expect(rules({ version: "3.0", variables })).toContain(rule),
  );

  test("nothing for an event indicator, a derivative and unknown flags as they should be", () => {
    const found = validateFmu({
      description: describeModel({
        version: "3.0",
        interfaces: '<ModelExchange modelIdentifier="m" flagOfTheFuture="true"/>',
        variables: `<Float64 name="time" valueReference="0" causality="independent" variability="continuous"/>
          <Float64 name="x" valueReference="1" initial="exact" start="1"/><Float64 name="der(x)" valueReference="2" derivative="1"/>
          <Float64 name="z" valueReference="3"/><Float64 name="u" valueReference="4" causality="input" initial="exact" start="0"/>`,
        structure:
          '<ContinuousStateDerivative valueReference="2" dependencies="1"/><EventIndicator valueReference="3"/>',
      }),
    });
    expect(found).toEqual([]);
  });
});

test("a finding has its line and the section of the standard", () => {
  const [finding] = validateFmu({
    description: describeModel({ variables: `\n${real("u", 1, 'causality="input"')}` }),
  });
  expect(finding).toEqual({
    severity: "error",
    line: 5,
    rule: "start-missing",
    message: 'The variable "u" has no start value, which an input must have.',
    section: "FMI 2.0 section 2.2.7",
  });
});

test("checkFmu refuses where it is strict, and returns the findings where it is lenient", async () => {
  const fmu = {
    name: "test.fmu",
    description: describeModel({ variables: real("u", 1, 'causality="input"') }),
  };
  expect(checkFmu(fmu, "lenient")).toHaveLength(1);
  const refused = await catchToolError(() => checkFmu(fmu, "strict"));
  expect(refused.code).toBe("invalid_fmu");
  expect(refused.message).toContain('modelDescription.xml, line 4: The variable "u" has no start value');
  expect(refused.detail).toContain("start-missing");
});

test("what the parser passed over is a finding with its section, and refused where the check is strict", async () => {
  const variables = `\n${real("x", 1, 'causality="sideways"')}`;
  const fmu = { name: "test.fmu", description: describeModel({ variables }) };
  expect(checkFmu(fmu, "lenient")).toEqual([
    {
      severity: "error",
      line: 5,
      rule: "value-of-attribute",
      message: expect.stringMatching(/^ScalarVariable "x" has causality="sideways", not one of parameter, /),
      section: "FMI 2.0 section 2.2.7",
    },
  ]);
  const refused = await catchToolError(() => checkFmu(fmu, "strict"));
  expect(refused.message).toContain('line 5: ScalarVariable "x" has causality="sideways"');
});

test("validateFmu checks 20,000 variables in half a second", () => {
  const variables = Array.from({ length: 20_000 }, (_, index) => real(`x${index}`, index, "")).join("");
  const description = describeModel({ variables });
  const started = process.cpuUsage();
  expect(validateFmu({ description })).toEqual([]);
  expect(process.cpuUsage(started).user / 1e6).toBeLessThan(0.5);
});
