import { expect, test } from "vitest";
import { bufferSource } from "../../../src/fmi/archive/byte-source.ts";
import { type FmuSummary, summarizeFmu } from "../../../src/fmi/description/summarize-fmu.ts";
import { openFmu } from "../../../src/fmi/fmu.ts";
import { currentPlatform } from "../../../src/fmi/platforms.ts";
import { modelDescriptionXml, type XmlParts } from "../../support/model-description-xml.ts";
import { writeZip } from "../../support/zip.ts";

const LINUX = currentPlatform("linux", "x64");
const LIBRARY = "binaries/linux64/model.so";

async function summarize(parts: XmlParts, files: string[] = [LIBRARY]): Promise<FmuSummary> {
  const entries = files.map((name) => ({ name, content: "x" }));
  const zip = writeZip([{ name: "modelDescription.xml", content: modelDescriptionXml(parts) }, ...entries]);
  return summarizeFmu(await openFmu(bufferSource(zip), "test.fmu"), LINUX);
}

const variable = (name: string, attributes: string, type: string) =>
  `<ScalarVariable name="${name}" valueReference="1" ${attributes}>${type}</ScalarVariable>`;

test("summarizeFmu tells what an FMU is", async () => {
  const summary = await summarize({
    root: 'modelName="Room" guid="g" generationTool="Tool" generationDateAndTime="2026-01-02T03:04:05Z"',
    interfaces: '<CoSimulation modelIdentifier="model"/><ModelExchange modelIdentifier="model"/>',
    experiment: '<DefaultExperiment stopTime="10" stepSize="0.1"/>',
    variables:
      variable("T", 'causality="input" description="Outside"', '<Real unit="K" start="293" min="0"/>') +
      variable("y", 'causality="output"', "<Integer/>") +
      variable("hidden", "", "<Real/>") +
      variable("on", 'causality="parameter" variability="fixed"', '<Boolean start="true"/>'),
  });
  const absent = { unit: null, min: null, max: null, description: null };
  expect(summary).toEqual({
    name: "Room",
    fmi_version: "2.0",
    interface_types: ["Co-Simulation", "Model Exchange"],
    platforms: ["Linux x86-64"],
    generation_tool: "Tool",
    generation_date: "2026-01-02T03:04:05Z",
    needs_execution_tool: false,
    inputs: [
      { name: "T", type: "Float64", unit: "K", start: 293, min: 0, max: null, description: "Outside" },
    ],
    inputs_omitted: 0,
    outputs: [{ name: "y", type: "Int32", start: null, ...absent }],
    outputs_omitted: 0,
    parameters: [{ name: "on", type: "Boolean", start: true, ...absent }],
    parameters_omitted: 0,
    default_experiment: { start_time: null, stop_time: 10, step_size: 0.1, tolerance: null },
    warnings: [],
  });
});

test("summarizeFmu is bounded and counts what it leaves out", async () => {
  const many = Array.from({ length: 130 }, (_, index) =>
    variable(`u${index}`, 'causality="input"', "<Real/>"),
  );
  const summary = await summarize({ variables: many.join("") });
  expect(summary.inputs).toHaveLength(100);
  expect(summary.inputs_omitted).toBe(30);
});

test("summarizeFmu gives values that JSON can carry", async () => {
  const values = Array.from({ length: 40 }, (_, index) => index).join(" ");
  const summary = await summarize(
    {
      version: "3.0",
      variables: `<UInt64 name="n" valueReference="1" causality="structuralParameter" start="18446744073709551615"/>
        <Float64 name="A" valueReference="2" causality="parameter" start="${values}"><Dimension valueReference="1"/><Dimension start="4"/></Float64>
        <Float64 name="nan" valueReference="3" causality="parameter" start="NaN" max="INF"/>
        <Binary name="b" valueReference="4" causality="input"><Start value="00ff"/></Binary>
        <Enumeration name="e" valueReference="5" causality="input" declaredType="E" start="1"/>`,
      types: '<EnumerationType name="E"><Item name="off" value="1"/></EnumerationType>',
    },
    ["binaries/x86_64-linux/model.so"],
  );
  const [n, a, nan] = summary.parameters;
  expect(n?.start).toBe("18446744073709551615");
  expect(a?.start).toHaveLength(16);
  expect(a?.dimensions).toEqual(["n", 4]);
  expect(nan).toMatchObject({ start: null, max: null });
  expect(summary.inputs.map(({ start }) => start)).toEqual(["00ff", 1]);
  expect(summary.inputs[1]?.items).toEqual([{ name: "off", value: 1 }]);
  expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  expect(summary.warnings).toEqual([]);
});

test("summarizeFmu warns where the platform has no binary, and names those there are", async () => {
  const { warnings } = await summarize({}, ["binaries/win64/model.dll", "binaries/darwin64/model.dylib"]);
  expect(warnings).toEqual([
    expect.stringContaining("no binary for Linux x86-64, only for Windows x86-64, macOS x86-64"),
  ]);
  expect((await summarize({}, ["sources/model.c"])).warnings[0]).toContain(
    "but source code: the built-in runner compiles it",
  );
  expect((await summarize({}, ["binaries/linux64/other.so"])).warnings[0]).toContain(
    "binaries/linux64/model.so",
  );
});

test("summarizeFmu warns of an execution tool, Scheduled Execution alone and absolute paths", async () => {
  const tool = await summarize({
    interfaces: '<CoSimulation modelIdentifier="model" needsExecutionTool="true"/>',
  });
  expect(tool.needs_execution_tool).toBe(true);
  expect(tool.warnings[0]).toContain("needs an execution tool");
  const scheduled = await summarize({
    version: "3.0",
    interfaces: '<ScheduledExecution modelIdentifier="model"/>',
  });
  expect(scheduled.warnings[0]).toContain("offers Scheduled Execution only");
  const string = (name: string, start: string) =>
    variable(name, 'causality="parameter"', `<String start="${start}"/>`);
  const paths = await summarize({
    variables:
      string("windows", "C:\\data\\w.csv") +
      string("unix", "/home/x/w.csv") +
      string("plain", "a/b.csv") +
      string("slash", "/"),
  });
  expect(paths.warnings).toEqual([
    expect.stringContaining('start values of "windows", "unix" are absolute paths'),
  ]);
});
