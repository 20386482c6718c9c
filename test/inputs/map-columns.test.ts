import { describe, expect, test } from "vitest";
import { parseModelDescription } from "../../src/fmi/description/parse-model-description.ts";
import { type ColumnMapping, mapColumns } from "../../src/inputs/map-columns.ts";
import { readCsv } from "../../src/inputs/read-csv.ts";
import { readEpw } from "../../src/inputs/read-epw.ts";
import { catchToolError } from "../support/catch-tool-error.ts";
import { modelDescriptionXml } from "../support/model-description-xml.ts";
import { planModel } from "../support/plan-model.ts";
import { epwDays, epwFile } from "./epw-file.ts";

const MODEL = planModel();
const RUN = { startTime: 0, stopTime: 10 };

function map(csv: string, mapping: ColumnMapping = {}, run = RUN) {
  const mapped = mapColumns(readCsv(csv, "in.csv", { startTime: 0 }), MODEL, mapping, run);
  const columns = [...mapped.series.columns].map(([key, column]) => [
    key,
    [...column.values],
    column.interpolation,
  ]);
  return { ...mapped, time: [...mapped.series.time], columns };
}

const refuse = (csv: string, mapping: ColumnMapping = {}) => catchToolError(() => map(csv, mapping));

describe("mapColumns", () => {
  test("takes columns named as inputs are, converts their units and says what it did", () => {
    const { columns, notes, warnings } = map("time,temperature [degC],other\n0,0.01,1\n10,40,2");
    expect(columns).toEqual([["temperature", [273.16, 313.15], "linear"]]);
    expect(notes.join(" ")).toMatch(/"temperature" follows the column "temperature" .*degC converted to K/);
    expect(notes.join(" ")).toContain('Not used: "other".');
    expect(warnings).toEqual([]);
  });

  test("maps variables to columns, one column to several, beside those named alike", () => {
    const { columns } = map("t,a,small\n0,1,5\n10,2,6", { map: { temperature: "a", "matrix[2,1]": "a" } });
    expect(columns.map(([key, values]) => [key, values])).toEqual([
      ["temperature", [1, 2]],
      ["matrix[2,1]", [1, 2]],
      ["small", [5, 6]],
    ]);
  });

  test("converts a display unit that is an inverse, and refuses what has none", async () => {
    const units = `<Unit name="l_per_km"><BaseUnit m="2" factor="1e-6"/>
      <DisplayUnit name="mpg" factor="2.352145833" inverse="true"/></Unit>`;
    const variables = '<Float64 name="u" valueReference="1" causality="input" start="1" unit="l_per_km"/>';
    const xml = modelDescriptionXml({ version: "3.0", units, variables });
    const model = parseModelDescription(Buffer.from(xml), "inverse.fmu");
    const mapIn = (csv: string) => mapColumns(readCsv(csv, "in.csv", { startTime: 0 }), model, {}, RUN);
    const { values = [] } = mapIn("t,u [mpg]\n0,30\n5,20\n10,10").series.columns.get("u") ?? {};
    expect([...values].map((value) => Number(value.toFixed(4)))).toEqual([0.0784, 0.1176, 0.2352]);
    const zero = await catchToolError(() => mapIn("t,u [mpg]\n0,30\n10,0"));
    expect(zero.message).toContain('"u" to Infinity at 10 s: it is no finite number in the variable');
  });

  test("converts a difference of temperatures without the offset", () => {
    expect(map("t,dT [degC]\n0,1\n10,2").columns).toEqual([["dT", [1, 2], "linear"]]);
  });

  test.each([
    ["temperature", "linear"],
    ["gain", "hold"],
    ["int_in", "hold"],
    ["on", "hold"],
    ["mode", "hold"],
  ])("joins values of %s by default: %s", (name, expected) => {
    expect(map(`t,${name}\n0,1\n10,1`).columns[0]?.[2]).toBe(expected);
  });

  test("holds a continuous input where told", () => {
    expect(map("t,small\n0,1\n10,2", { interpolation: { small: "hold" } }).columns[0]?.[2]).toBe("hold");
  });

  test("reads the items of an enumeration by name, and a Boolean as true and false", () => {
    const { columns } = map("t,mode,on\n0,off,true\n4, heat ,FALSE\n10,3,1");
    expect(columns).toEqual([
      ["mode", [1, 2, 3], "hold"],
      ["on", [1, 0, 1], "hold"],
    ]);
  });

  test.each([
    [
      "t,mode\n0,off\n4,cool\n10,off",
      'Cannot set "mode" to "cool" at 4 s: its items are off (1), heat (2), 1 (3)',
    ],
    ["t,mode\n0,off\n10,7", 'Cannot set "mode" to 7 at 10 s: its items are off (1), heat (2), 1 (3)'],
    ["t,mode\n0,off\n10,", 'line 3, column "mode": the cell is empty'],
    ["t,small\n0,1\n4,off\n10,off", 'line 3, column "small": "off" is no number'],
    ["t,on\n0,true\n10,off", 'line 3, column "on": "off" is no number'],
  ])("refuses a word that its variable does not know: %j", async (csv, words) => {
    expect((await refuse(csv)).message).toContain(words);
  });

  test("cuts the series to the run", () => {
    expect(map("t,small\n0,1\n5,2\n10,3\n15,4\n20,5", {}, { startTime: 6, stopTime: 10 }).time).toEqual([
      5, 10,
    ]);
  });

  test("warns of values outside min and max, with their number", () => {
    expect(map("t,temperature\n0,100\n5,300\n10,1000").warnings.join()).toBe(
      '"temperature" lies outside its range 250 to 400 K at 2 of 3 time points.',
    );
  });

  test("warns of a unit where the variable has none", () => {
    expect(map("t,small [kg]\n0,1\n10,1").warnings.join()).toContain("kg was taken as it stands");
    expect(map("t,small [-]\n0,1\n10,1").warnings).toEqual([]);
  });

  test("passes over a column named as an output is, and over bad cells of unused columns", () => {
    expect(map("t,small,h,note\n0,1,5,x\n10,2,6,y").columns.map(([key]) => key)).toEqual(["small"]);
  });
});

describe("mapColumns refuses", () => {
  test.each([
    ["a variable that is none", { map: { temprature: "a" } }, "no such variable", "temperature"],
    ["a constant", { map: { g: "a" } }, "it is a constant", "temperature"],
    ["an output", { map: { h: "a" } }, "the FMU calculates it", "inputs"],
    ["text", { map: { text: "a" } }, "it is a String", "inputs"],
    ["a whole array", { map: { matrix: "a" } }, '"matrix[1]"', "inputs"],
    ["a column that is not there", { map: { small: "aa" } }, "no such column", "a."],
    ["a bad cell", { map: { small: "bad" } }, 'line 3, column "bad": the cell is empty', "number"],
    ["another dimension", { map: { temperature: "mass" } }, "do not measure the same quantity", "degC"],
    [
      "a fraction for an Int32",
      { map: { int_in: "half" } },
      "to 0.5 at 0 s: it would lose its fraction",
      "Int32",
    ],
    ["a Boolean of 0.5", { map: { on: "half" } }, "a Boolean is 0 or 1", "Boolean"],
    ["a UInt8 of 300", { map: { byte_in: "big" } }, "goes from 0 to 255", "UInt8"],
    [
      "an item that is none",
      { map: { mode: "big" } },
      "its items are off (1), heat (2), 1 (3)",
      "Enumeration",
    ],
    [
      "lines for an integer",
      { map: { int_in: "a" }, interpolation: { int_in: "linear" } },
      "in steps",
      '"hold"',
    ],
    ["an interpolation of nothing", { map: { small: "a" }, interpolation: { on: "hold" } }, '"on"', "small"],
    ["nothing to drive", {}, "no column is named as an input is", "map"],
  ] as const)("%s", async (_, mapping, message, remedy) => {
    const csv = "t,a,bad,mass [kg],half,big\n0,1,1,1,0.5,300\n10,2,,2,0.5,300";
    const error = await refuse(csv, mapping);
    expect(error.code).toBe("invalid_argument");
    expect(error.message).toContain(message);
    expect(error.remedy).toContain(remedy);
  });

  test("a table shorter than the run, naming both ranges", async () => {
    const error = await refuse("t,small\n0,1\n9,2");
    expect(error.code).toBe("out_of_range");
    expect(error.message).toContain("0 s to 9 s, and the run goes from 0 s to 10 s");
  });
});

describe("mapColumns of a weather file", () => {
  const epw = (values: (hour: number) => Record<number, number>) =>
    readEpw(epwFile({ rows: epwDays(1, values) }), "site.epw", {});
  const mapping = { map: { temperature: "dry_bulb_temperature", small: "direct_normal_radiation" } };
  const run = { startTime: 0, stopTime: 86_400 };

  test("converts temperatures and holds radiation", () => {
    const { series, notes } = mapColumns(
      epw((hour) => ({ 6: hour, 14: hour })),
      MODEL,
      mapping,
      run,
    );
    expect(series.columns.get("temperature")).toMatchObject({ interpolation: "linear" });
    expect(series.columns.get("temperature")?.values[2]).toBe(274.15);
    expect(series.columns.get("small")).toMatchObject({ interpolation: "hold" });
    expect(notes.join(" ")).toContain("end their interval");
  });

  test("warns of missing values only where the column is used", () => {
    const { warnings } = mapColumns(
      epw((hour): Record<number, number> => (hour === 3 ? { 14: 1 } : { 6: 10, 14: 1, 8: 50 })),
      MODEL,
      mapping,
      run,
    );
    expect(warnings.filter((text) => text.includes("missing"))).toHaveLength(1);
  });

  test("refuses straight lines through means", async () => {
    const linear = { ...mapping, interpolation: { small: "linear" as const } };
    const error = await catchToolError(() =>
      mapColumns(
        epw(() => ({ 6: 1, 14: 1 })),
        MODEL,
        linear,
        run,
      ),
    );
    expect(error.message).toContain("whole intervals");
  });

  test("throws for a used column without any value", async () => {
    const humid = { map: { small: "relative_humidity" } };
    const error = await catchToolError(() =>
      mapColumns(
        epw(() => ({ 6: 1 })),
        MODEL,
        humid,
        run,
      ),
    );
    expect(error.message).toContain("no values");
  });
});
