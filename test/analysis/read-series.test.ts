import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSeries } from "../../src/analysis/read-series.ts";
import { writeCsv } from "../../src/runs/csv.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "read-series-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("readSeries", () => {
  test("reads back what writeCsv wrote, bit by bit", async () => {
    const path = join(folder, "run.csv");
    const rows = 3_000;
    const values = Float64Array.from({ length: rows }, (_, row) => Math.sin(row) / 3);
    values[7] = Number.NaN;
    values[8] = Number.NEGATIVE_INFINITY;
    const time = Float64Array.from({ length: rows }, (_, row) => row / 10);
    await writeCsv(path, [
      { name: "time", unit: "s", values: time },
      { name: 'body, "left".x[2]', unit: "m/s", values },
      { name: "label", unit: undefined, values: Array.from({ length: rows }, (_, row) => `a\r\n${row}`) },
    ]);
    const series = await readSeries(path);
    expect(series.time).toEqual(time);
    expect(series.columns).toEqual([{ name: 'body, "left".x[2]', unit: "m/s", values }]);
  });

  test("takes the index of an array's element as a part of its name", async () => {
    const path = join(folder, "index.csv");
    await writeCsv(path, [
      { name: "time", unit: "s", values: Float64Array.of(0) },
      { name: "x[2]", unit: undefined, values: Float64Array.of(1) },
    ]);
    expect((await readSeries(path)).columns[0]).toMatchObject({ name: "x[2]", unit: undefined });
  });

  test("names a file that is gone or cut off, and the next step", async () => {
    await expect(readSeries(join(folder, "none.csv"))).rejects.toMatchObject({
      code: "not_found",
      remedy: expect.stringContaining("run_fmi_simulation"),
    });
    const path = join(folder, "cut.csv");
    await writeFile(path, "time [s],y\r\n0,1\r\n0.1");
    await expect(readSeries(path)).rejects.toMatchObject({ code: "data_loss" });
  });
});
