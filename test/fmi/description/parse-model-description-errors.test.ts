import { describe, expect, test } from "vitest";
import { parseModelDescription } from "../../../src/fmi/description/parse-model-description.ts";
import { catchToolError } from "../../support/catch-tool-error.ts";
import { modelDescriptionXml, type XmlParts } from "../../support/model-description-xml.ts";

const refuse = (parts: XmlParts) =>
  catchToolError(() => parseModelDescription(Buffer.from(modelDescriptionXml(parts)), "test.fmu"));

const v = (attributes: string, type = "<Real/>") =>
  `\n<ScalarVariable ${attributes}>${type}</ScalarVariable>\n`;

describe("parseModelDescription refuses", () => {
  const cases: [reason: string, parts: XmlParts][] = [
    ['line 2: FMI version "4.0" is not known', { version: "4.0" }],
    ["line 3: <CoSimulation> has no modelIdentifier", { interfaces: "<CoSimulation/>" }],
    ["cannot be the name of a file", { interfaces: '<CoSimulation modelIdentifier="../evil"/>' }],
    ["offers no interface type", { interfaces: "" }],
    ["line 5: <ScalarVariable> has no name", { variables: v('valueReference="1"') }],
    ["has no valueReference", { variables: v('name="x"') }],
    ['valueReference="-1" is not', { variables: v('name="x" valueReference="-1"') }],
    ["unsigned 32-bit", { variables: v('name="x" valueReference="4294967296"') }],
    ["cannot have the factor 0", { units: '<Unit name="u"><BaseUnit factor="0"/></Unit>' }],
    ["deeper than 64", { units: "<a>".repeat(100) + "</a>".repeat(100) }],
    [
      "more than 1000 attributes",
      { units: `<Unit ${Array.from({ length: 1001 }, (_, i) => `a${i}=""`).join(" ")}/>` },
    ],
    ["longer than 4096", { variables: v(`name="${"x".repeat(5000)}" valueReference="1"`) }],
    ["cannot be the name of a file", { interfaces: `<CoSimulation modelIdentifier="${"m".repeat(300)}"/>` }],
    ["undefined entity", { root: 'modelName="&lol;" guid="1"' }],
    ['line 2: a "&" that begins no entity; "&amp;" is meant', { root: 'modelName="B & C" guid="1"' }],
    [
      'line 5: a "&" that begins no entity',
      { variables: `<!-- R & D -->${v('name="x" valueReference="1" description="heat & flow"')}` },
    ],
    ["declares entities", { declaration: '<!DOCTYPE f [<!ENTITY lol "lol">]>\n' }],
    ["declares entities", { declaration: '<!DOCTYPE f [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n' }],
    ['"utf-7", an encoding not known', { declaration: '<?xml version="1.0" encoding="UTF-7"?>\n' }],
  ];
  // Each of them would end with the file: looking for every end anew takes minutes.
  test("a million sections that nothing closes, at once", async () => {
    const error = await refuse({ variables: "<![CDATA[".repeat(1_000_000) });
    expect(error.message).toContain("is not valid at line");
  });

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

describe("parseModelDescription passes over, and lists as a flaw", () => {
  const parse = (parts: XmlParts) =>
    parseModelDescription(Buffer.from(modelDescriptionXml(parts)), "test.fmu");
  const x = (type: string) => ({ variables: v('name="x" valueReference="1"', type) });
  const cases: [line: number, problem: string, parts: XmlParts][] = [
    [2, "<fmiModelDescription> has no modelName", { root: 'guid="{1}"' }],
    [2, "<fmiModelDescription> has no guid", { root: 'modelName="m"' }],
    [2, "has no instantiationToken", { version: "3.0", root: 'modelName="m" guid="{1}"' }],
    [
      ...([3, 'needsExecutionTool="maybe"'] as const),
      { interfaces: '<CoSimulation modelIdentifier="m" needsExecutionTool="maybe"/>' },
    ],
    [5, 'causality="in", not one of', { variables: v('name="x" valueReference="1" causality="in"') }],
    [5, 'start value "1,5"', x('<Real start="1,5"/>')],
    [5, 'start value "0x10"', x('<Integer start="0x10"/>')],
    [5, 'start value "2147483648"', x('<Integer start="2147483648"/>')],
    [5, 'start value ""', x('<Real start=""/>')],
    [5, "is no Float64", x(`<Real start="${"1".repeat(1_000_000)}x"/>`)],
    [5, 'min="low", not a number', x('<Real min="low"/>')],
    [
      ...([7, 'variable "x" is there already, in line 5'] as const),
      { variables: v('name="x" valueReference="1"') + v('name="x" valueReference="2"') },
    ],
    [4, "dependencies holds", { structure: '<Outputs><Unknown index="1" dependencies="a"/></Outputs>' }],
    [4, "<Unknown> has no index", { structure: "<Outputs><Unknown/></Outputs>" }],
  ];
  test.each(cases)("line %i: %s (%#)", (line, problem, parts) => {
    const { flaws = [] } = parse(parts);
    expect(flaws).toHaveLength(1);
    expect(flaws[0]).toMatchObject({ line, problem: expect.stringContaining(problem) });
    expect(flaws[0]?.problem.length).toBeLessThan(300);
  });

  test("takes what is meant where that is plain, and the default where it is not", () => {
    const variables =
      v('name="b" valueReference="1"', '<Boolean start="True"/>') +
      v('name="i" valueReference="2"', '<Integer start="3.0"/>') +
      v('name="r" valueReference="3" causality="Input" variability="changing"', '<Real start="1,5"/>');
    const [b, i, r] = parse({ variables }).variables;
    expect([b?.start, i?.start]).toEqual([[true], [3]]);
    expect(r).toMatchObject({ causality: "local", variability: "continuous", start: undefined });
  });

  test("a name that is there twice gets its line, and keeps its place in the structure", () => {
    const { variables, structure } = parse({
      variables: v('name="x" valueReference="1"') + v('name="x" valueReference="2" causality="output"'),
      structure: '<Outputs><Unknown index="2"/></Outputs>',
    });
    expect(variables.map(({ name }) => name)).toEqual(["x", "x (line 7)"]);
    expect(structure?.outputs[0]?.variable?.valueReference).toBe(2);
  });
});
