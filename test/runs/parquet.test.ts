import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { writeParquet } from "../../src/runs/parquet.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("writeParquet writes columns that read back exactly, and their units", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "run.parquet");
  await writeParquet(path, [
    { name: "time", unit: "s", values: Float64Array.of(0, 0.1, 0.1) },
    { name: "x", unit: undefined, values: Float64Array.of(0.1 + 0.2, Number.NaN, -0) },
    { name: "text", unit: undefined, values: ["a", "", "grüß"] },
    { name: "time", unit: "h", values: Float64Array.of(1, 2, 3) },
  ]);
  const file = new Uint8Array(await readFile(path)).buffer;
  expect(await parquetReadObjects({ file })).toEqual([
    { time: 0, x: 0.1 + 0.2, text: "a", "time (2)": 1 },
    { time: 0.1, x: Number.NaN, text: "", "time (2)": 2 },
    { time: 0.1, x: -0, text: "grüß", "time (2)": 3 },
  ]);
  const { key_value_metadata: metadata, num_rows: rows } = parquetMetadata(file);
  expect(Number(rows)).toBe(3);
  expect(JSON.parse(metadata?.find(({ key }) => key === "units")?.value ?? "")).toEqual({
    time: "s",
    "time (2)": "h",
  });
  expect(await readdir(folder)).toEqual(["run.parquet"]);
});

test("writeParquet writes many rows", async () => {
  const path = join(await temporaryFolder(), "run.parquet");
  const values = Float64Array.from({ length: 150_000 }, (_, row) => Math.sin(row));
  await writeParquet(path, [{ name: "x", unit: "K", values }]);
  const rows = await parquetReadObjects({ file: new Uint8Array(await readFile(path)).buffer });
  expect(rows).toHaveLength(150_000);
  expect(rows[149_999]?.x).toBe(Math.sin(149_999));
});
