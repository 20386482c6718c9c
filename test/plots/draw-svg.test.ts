import { expect, test } from "vitest";
import type { Chart, Curve } from "../../src/plots/chart.ts";
import { drawSvg } from "../../src/plots/draw-svg.ts";

const STYLE = { theme: "light", width: 800 } as const;

function curve(time: number[], values: number[], parts: Partial<Curve> = {}): Curve {
  const columns = { time: Float64Array.from(time), values: Float64Array.from(values) };
  return { label: "h", colour: 0, dashed: false, steps: false, ...columns, ...parts };
}

function chart(curves: Curve[], parts: Partial<Chart> = {}): Chart {
  return {
    title: "Ball",
    subtitles: [],
    panels: [{ name: curves.length === 1 ? "h" : undefined, unit: "[m]", curves }],
    note: undefined,
    ...parts,
  };
}

/** The points of each curve, as its path has them; an inner list is a stretch without a gap. */
function points(svg: string): number[][][] {
  const paths = [...svg.matchAll(/<path d="([^"]*)"[^>]*stroke-linejoin/g)].map(([, d = ""]) => d);
  return paths.flatMap((d) =>
    d
      .split("M")
      .slice(1)
      .map((part) => part.split("L").map((pair) => pair.replace("Z", "").split(",").map(Number))),
  );
}

const texts = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);

test("drawSvg draws a jump as an upright line", () => {
  const [path = []] = points(drawSvg(chart([curve([0, 1, 1, 2], [0, -4, 3, 0])]), STYLE).svg);
  expect(path).toHaveLength(4);
  expect(path[1]?.[0]).toBe(path[2]?.[0]);
  expect(path[1]?.[1]).not.toBe(path[2]?.[1]);
});

test("drawSvg holds the value of a stepped variable until the next", () => {
  const [path = []] = points(drawSvg(chart([curve([0, 1, 2], [0, 5, 5], { steps: true })]), STYLE).svg);
  const slanted = path
    .slice(1)
    .filter((point, index) => point[0] !== path[index]?.[0] && point[1] !== path[index]?.[1]);
  expect(slanted).toEqual([]);
});

test("drawSvg leaves a gap where a value is not finite", () => {
  const { svg } = drawSvg(chart([curve([0, 1, 2, 3, 4], [1, 2, Number.NaN, 2, 1])]), STYLE);
  expect(points(svg).map((part) => part.length)).toEqual([2, 2]);
});

test("drawSvg draws every curve inside its frame", () => {
  const { svg } = drawSvg(chart([curve([0, 1, 2], [-1e9, 3, 1e9])]), STYLE);
  const [, x, y, width, height] =
    /<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/.exec(svg)?.map(Number) ?? [];
  for (const [left = 0, top = 0] of points(svg).flat()) {
    expect(left).toBeGreaterThanOrEqual(x as number);
    expect(left).toBeLessThanOrEqual((x as number) + (width as number));
    expect(top).toBeGreaterThan(y as number);
    expect(top).toBeLessThan((y as number) + (height as number));
  }
});

test("drawSvg writes title, axes with units, legend and note, escaped", () => {
  const curves = [curve([0, 7200 * 6], [1, 2]), curve([0, 1], [1, 2], { label: "<h> & v" })];
  const { svg } = drawSvg(chart(curves, { title: 'A "ball"\u0007', note: "2 more" }), STYLE);
  expect(texts(svg)).toEqual(
    expect.arrayContaining(["A &quot;ball&quot; ", "time [h]", "[m]", "h", "&lt;h&gt; &amp; v", "2 more"]),
  );
});

test("drawSvg cuts texts that are longer than the picture is wide", () => {
  const long = "a_very_long_name.".repeat(40);
  const { svg } = drawSvg(
    chart([curve([0, 1], [0, 1], { label: long }), curve([0, 1], [0, 1])], { title: long }),
    STYLE,
  );
  for (const text of texts(svg)) expect(text?.length).toBeLessThan(120);
});

test("drawSvg puts panels and legends below one another", () => {
  const many = Array.from({ length: 8 }, (_, index) =>
    curve([0, 1], [0, 1], { label: `a_long_variable_name_${index}` }),
  );
  const panels = [1, 2, 3].map((index) => ({ name: undefined, unit: `[unit${index}]`, curves: many }));
  const { svg, height } = drawSvg(chart([], { panels }), STYLE);
  const frames = [...svg.matchAll(/<rect x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)"/g)].map(
    (match) => match.slice(1).map(Number),
  );
  expect(frames).toHaveLength(3);
  const legends = [...svg.matchAll(/<text x="[\d.]+" y="([\d.]+)" fill="[^"]*">a_long/g)].map(([, y]) =>
    Number(y),
  );
  for (const y of legends)
    for (const [top = 0, tall = 0] of frames) expect(y < top - 2 || y > top + tall + 8).toBe(true);
  const [top = 0, tall = 0] = frames.at(-1) ?? [];
  expect(top + tall).toBeLessThan(height - 40);
});

test("drawSvg takes curves of one point, of no point and of a single time", () => {
  const odd = [
    curve([0], [1]),
    curve([], []),
    curve([3, 3], [1, 2]),
    curve([0, 1], [Number.NaN, Number.NaN]),
  ];
  const { svg } = drawSvg(chart(odd), STYLE);
  expect(svg).not.toContain("NaN");
  expect(svg).not.toContain("Infinity");
});

test("drawSvg says in words where a panel has only values that are not finite", () => {
  const nothing = [
    curve([0, 1], [Number.NaN, Number.POSITIVE_INFINITY]),
    curve([0, 1], [Number.NaN, Number.NaN]),
  ];
  const panels = [
    { name: undefined, unit: "[m]", curves: nothing },
    { name: "v", unit: "[m/s]", curves: [curve([0, 1], [Number.NaN, 2])] },
  ];
  const written = texts(drawSvg(chart([], { panels }), STYLE).svg);
  expect(written.filter((text) => text === "no finite values")).toHaveLength(1);
});

test("drawSvg has a light and a dark theme", () => {
  const light = drawSvg(chart([curve([0, 1], [0, 1])]), STYLE).svg;
  const dark = drawSvg(chart([curve([0, 1], [0, 1])]), { theme: "dark", width: 800 }).svg;
  expect(light).toContain('fill="#ffffff"');
  expect(dark).toContain('fill="#14181d"');
});

test("drawSvg keeps the picture of 100,000 rows small, and its highest peak in it", () => {
  const time = Float64Array.from({ length: 100_000 }, (_, row) => row);
  const values = time.map((_, row) => Math.sin(row));
  values[54_321] = 100;
  const { svg } = drawSvg(chart([{ ...curve([], []), time, values }]), STYLE);
  expect(svg.length).toBeLessThan(60_000);
  const heights = points(svg)
    .flat()
    .map(([, y = 0]) => y);
  expect(heights.filter((y) => y < Math.max(...heights) / 2)).toHaveLength(1);
});

test.each([
  [0, 1e-9],
  [1e6, 1e6 + 0.01],
  [-1e-3, 1e-3],
  [1e12, 1e12 + 1],
  [0, 1e15],
  [86_400 * 300, 86_400 * 300 + 10],
])("drawSvg writes times from %d s to %d s side by side", (from, to) => {
  const { svg } = drawSvg(chart([curve([from, to], [0, 1])]), STYLE);
  const labels = [...svg.matchAll(/<text x="([\d.]+)" y="[\d.]+" text-anchor="middle"[^>]*>([^<]*)</g)].slice(
    0,
    -1,
  );
  expect(labels.length).toBeGreaterThan(1);
  // A digit of the font takes 0.64 em, which is 7.7 pixels here; a comma or a point half of that.
  const widthOf = (text: string) => [...text].reduce((sum, one) => sum + (/[.,]/.test(one) ? 3.9 : 7.7), 0);
  for (const [index, [, x, text = ""]] of labels.entries()) {
    const next = labels[index + 1];
    expect(Number(x) + widthOf(text) / 2).toBeLessThanOrEqual(800);
    if (next)
      expect(Number(next[1]) - Number(x)).toBeGreaterThan((widthOf(text) + widthOf(next[2] ?? "")) / 2);
  }
});

test("drawSvg names a single variable beside the axis, or in a legend where the name is too long for that", () => {
  const short = drawSvg(chart([curve([0, 1], [0, 1])]), STYLE).svg;
  expect(texts(short)).toContain("h [m]");
  const name = "plant.heat_exchanger.primary_side.temperature_difference";
  const panels = [{ name, unit: "[K]", curves: [curve([0, 1], [0, 1], { label: name })] }];
  const long = texts(drawSvg(chart([], { panels }), STYLE).svg);
  expect(long).toEqual(expect.arrayContaining([name, "[K]"]));
});
