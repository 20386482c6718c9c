import { expect, test } from "vitest";
import { type ChartSource, makeChart } from "../../src/plots/make-chart.ts";

const TEXTS = { title: "Room", subtitles: [] };

function source(columns: Record<string, string | undefined>, parts: Partial<ChartSource> = {}): ChartSource {
  const time = Float64Array.of(0, 1);
  const values = Float64Array.of(1, 2);
  return {
    series: { time, columns: Object.entries(columns).map(([name, unit]) => ({ name, unit, values })) },
    mark: undefined,
    steps: [],
    ...parts,
  };
}

const shape = (chart: ReturnType<typeof makeChart>) =>
  chart.panels.map(({ name, unit, curves }) => [
    name === undefined ? unit : `${name} ${unit}`,
    ...curves.map(({ label }) => label),
  ]);

test("makeChart gives each unit a panel of its own, in the order of the columns", () => {
  const chart = makeChart([source({ T_room: "K", P: "W", T_wall: "K" })], TEXTS, undefined);
  expect(shape(chart)).toEqual([
    ["[K]", "T_room", "T_wall"],
    ["P [W]", "P"],
  ]);
});

test("makeChart sets stepped variables without a unit apart from others", () => {
  const chart = makeChart([source({ x: undefined, on: undefined }, { steps: ["on"] })], TEXTS, undefined);
  expect(shape(chart)).toEqual([
    ["x [no unit]", "x"],
    ["on [no unit]", "on"],
  ]);
  expect(chart.panels.map(({ curves }) => curves[0]?.steps)).toEqual([false, true]);
});

test("makeChart draws the elements of a discrete array as steps", () => {
  const chart = makeChart([source({ "k[2]": undefined }, { steps: ["k"] })], TEXTS, undefined);
  expect(chart.panels[0]?.curves[0]?.steps).toBe(true);
});

test("makeChart puts two runs over one another: marked, the second dashed, each in a colour of its own", () => {
  const runs = [source({ T: "K" }, { mark: "A" }), source({ T: "K", P: "W" }, { mark: "B" })];
  const chart = makeChart(runs, TEXTS, undefined);
  expect(shape(chart)).toEqual([
    ["T [K]", "T, A", "T, B"],
    ["P [W]", "P, B"],
  ]);
  expect(chart.panels[0]?.curves.map(({ dashed, colour }) => [dashed, colour])).toEqual([
    [false, 0],
    [true, 1],
  ]);
});

test("makeChart puts a variable that changed its unit on two panels", () => {
  const chart = makeChart(
    [source({ T: "K" }, { mark: "A" }), source({ T: "degC" }, { mark: "B" })],
    TEXTS,
    undefined,
  );
  expect(shape(chart).map(([label]) => label)).toEqual(["T [K]", "T [degC]"]);
});

test("makeChart chooses variables by name and pattern, in the order asked for", () => {
  const columns = { "a.T": "K", "b.T": "K", "c.p": "Pa" };
  expect(shape(makeChart([source(columns)], TEXTS, ["c.p", "*.T", "a.T"]))).toEqual([
    ["c.p [Pa]", "c.p"],
    ["[K]", "a.T", "b.T"],
  ]);
  expect(makeChart([source(columns)], TEXTS, ["x"]).panels).toEqual([]);
});

test("makeChart spreads many variables of one unit, and counts those that it leaves out", () => {
  const columns = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`x${index}`, "K"]));
  const chart = makeChart([source(columns)], TEXTS, undefined);
  expect(chart.panels.map(({ curves }) => curves.length)).toEqual([8, 8, 8, 8, 8, 8]);
  expect(chart.note).toBe("12 more variables are in the CSV file.");
});
