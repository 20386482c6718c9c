import { describe, expect, test } from "vitest";
import { parseModelDescription } from "../../src/fmi/parse-model-description.ts";
import { catchToolError } from "../support/catch-tool-error.ts";
import { modelDescriptionXml, type XmlParts } from "../support/model-description-xml.ts";

const refuse = (parts: XmlParts) =>
  catchToolError(() => parseModelDescription(Buffer.from(modelDescriptionXml(parts)), "test.fmu"));

describe("parseModelDescription refuses", () => {
  const v = (attributes: string, type = "<Real/>") =>
    `\n<ScalarVariable ${attributes}>${type}</ScalarVariable>\n`;
  const cases: [reason: string, parts: XmlParts][] = [
    ['line 2: FMI version "4.0" is not known', { version: "4.0" }],
    ["line 2: <fmiModelDescription> has no modelName", { root: 'guid="{1}"' }],
    ["line 2: <fmiModelDescription> has no guid", { root: 'modelName="m"' }],
    ["has no instantiationToken", { version: "3.0", root: 'modelName="m" guid="{1}"' }],
    ["line 3: <CoSimulation> has no modelIdentifier", { interfaces: "<CoSimulation/>" }],
    ["cannot be the name of a file", { interfaces: '<CoSimulation modelIdentifier="../evil"/>' }],
    ["offers no interface type", { interfaces: "" }],
    [
      'needsExecutionTool="maybe"',
      { interfaces: '<CoSimulation modelIdentifier="m" needsExecutionTool="maybe"/>' },
    ],
    ["line 5: <ScalarVariable> has no name", { variables: v('valueReference="1"') }],
    ["has no valueReference", { variables: v('name="x"') }],
    ['valueReference="-1" is not', { variables: v('name="x" valueReference="-1"') }],
    ["unsigned 32-bit", { variables: v('name="x" valueReference="4294967296"') }],
    ['causality="in", not one of', { variables: v('name="x" valueReference="1" causality="in"') }],
    ['start value "1,5"', { variables: v('name="x" valueReference="1"', '<Real start="1,5"/>') }],
    ['start value "0x10"', { variables: v('name="x" valueReference="1"', '<Integer start="0x10"/>') }],
    [
      'start value "2147483648"',
      { variables: v('name="x" valueReference="1"', '<Integer start="2147483648"/>') },
    ],
    ['start value ""', { variables: v('name="x" valueReference="1"', '<Real start=""/>') }],
    ['min="low", not a number', { variables: v('name="x" valueReference="1"', '<Real min="low"/>') }],
    [
      'line 7: variable "x" is there already, in line 5',
      { variables: v('name="x" valueReference="1"') + v('name="x" valueReference="2"') },
    ],
    ["cannot have the factor 0", { units: '<Unit name="u"><BaseUnit factor="0"/></Unit>' }],
    ["deeper than 64", { units: "<a>".repeat(100) + "</a>".repeat(100) }],
    [
      "more than 1000 attributes",
      { units: `<Unit ${Array.from({ length: 1001 }, (_, i) => `a${i}=""`).join(" ")}/>` },
    ],
    ["longer than 4096", { variables: v(`name="${"x".repeat(5000)}" valueReference="1"`) }],
    ["cannot be the name of a file", { interfaces: `<CoSimulation modelIdentifier="${"m".repeat(300)}"/>` }],
    [
      "is no Float64",
      { variables: v('name="x" valueReference="1"', `<Real start="${"1".repeat(1_000_000)}x"/>`) },
    ],
    ["undefined entity", { root: 'modelName="&lol;" guid="1"' }],
    ["declares entities", { declaration: '<!DOCTYPE f [<!ENTITY lol "lol">]>\n' }],
    ["declares entities", { declaration: '<!DOCTYPE f [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n' }],
    ['"utf-7", an encoding not known', { declaration: '<?xml version="1.0" encoding="UTF-7"?>\n' }],
  ];
  test.each(cases)("%s (%#)", async (reason, parts) => {
    const error = await refuse(parts);
    expect(error.code).toBe("invalid_fmu");
    expect(error.message).toContain(reason);
    expect(error.message).toContain('"test.fmu"');
  });

  test.each([
    ["", "line 1"],
    ["<fmiModelDescription", "line 1"],
    ["<a/>", "the root element is <a>"],
    ["<a>\n  <b>\n</a>", "the root element is <a>"],
    ['<fmiModelDescription fmiVersion="2.0" modelName="m" guid="g">\n <b></c>', "line 2, column"],
    ['<fmiModelDescription fmiVersion="2.0" modelName="m" guid="g">', "unclosed tag"],
    ['<fmiModelDescription fmiVersion="2.0" fmiVersion="3.0"/>', "duplicate attribute"],
    ["PK\u0003\u0004", "line 1"],
  ])("text that is not well formed: %j", async (text, reason) => {
    const error = await catchToolError(() => parseModelDescription(Buffer.from(text), "test.fmu"));
    expect(error.code).toBe("invalid_fmu");
    expect(error.message).toContain(reason);
  });
});
