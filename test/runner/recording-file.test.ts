import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createRecorder, recordingBytes } from "../../src/fmi/recording/recorder.ts";
import { findLists, findRecording } from "../../src/runner/recording-file.ts";
import { planModel } from "../support/plan-model.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function recordingOf(rows: number, capacity: number): Promise<string> {
  const memory = new ArrayBuffer(recordingBytes(2, capacity));
  const recorder = createRecorder(2, capacity, memory);
  for (let i = 0; i < rows; i++) recorder.sample(i, Float64Array.of(10 * i, -i), true);
  const path = join(await temporaryFolder(), "recording");
  await writeFile(path, new Uint8Array(memory));
  return path;
}

describe("findRecording", () => {
  test("reads back what was recorded before the end of its room", async () => {
    const found = await findRecording(await recordingOf(5, 100), 2, 100, 1e6);
    expect(found).toMatchObject({ rows: 5, steps: 4, timeReached: 4, thinnedBy: 1 });
    expect([...found!.time]).toEqual([0, 1, 2, 3, 4]);
    expect([...found!.columns[0]!]).toEqual([0, 10, 20, 30, 40]);
  });

  test.each([
    [1000, 240],
    [1001, 240],
    [11, 120],
  ])("thins %i rows to %i bytes at most, keeping the first and the last", async (rows, maxBytes) => {
    const found = await findRecording(await recordingOf(rows, rows), 2, rows, maxBytes);
    const bytes = 8 * 3 * found!.time.length;
    expect(bytes).toBeLessThanOrEqual(maxBytes);
    expect([found!.time[0], found!.time[1], found!.time.at(-1)]).toEqual([0, found!.thinnedBy, rows - 1]);
    expect(found!.columns[1]!.at(-1)).toBe(1 - rows);
  });

  test.each([
    [1000, 20, 2400, "all"],
    [1001, 7, 1200, "all"],
    [1000, 500, 1200, "some"],
    [11, 5, 160, "some"],
  ])("keeps both rows of a pair, %i rows with %i pairs in %i bytes", async (rows, pairs, maxBytes, kept) => {
    const memory = new ArrayBuffer(recordingBytes(2, rows));
    const recorder = createRecorder(2, rows, memory);
    const every = Math.floor(rows / pairs);
    // Every so many rows, one repeats the time before; its values tell the halves apart.
    const isSecond = (row: number) => row % every === every - 1;
    for (let row = 0, time = 0; row < rows; row++) {
      if (row > 0 && !isSecond(row)) time++;
      recorder.sample(time, Float64Array.of(row, isSecond(row) ? 1 : 0), true);
    }
    const path = join(await temporaryFolder(), "recording");
    await writeFile(path, new Uint8Array(memory));
    const found = await findRecording(path, 2, rows, maxBytes);
    const seen = [...found!.columns[0]!];
    expect(24 * seen.length).toBeLessThanOrEqual(maxBytes);
    expect([seen[0], seen.at(-1)]).toEqual([0, rows - 1]);
    const halves = Array.from({ length: rows }, (_, row) => row).filter(
      (row) => isSecond(row) && seen.includes(row) !== seen.includes(row - 1),
    );
    expect(halves).toEqual([]);
    const seconds = seen.filter(isSecond).length;
    expect(seconds).toBeGreaterThan(0);
    if (kept === "all") expect(seconds).toBe(pairs);
    expect([...found!.time].every((time, k, all) => k === 0 || time >= all[k - 1]!)).toBe(true);
  });

  test("finds nothing where no recording was begun", async () => {
    expect(await findRecording(join(await temporaryFolder(), "none"), 1, 1, 1)).toBeUndefined();
  });
});

test("findLists reads no more than a recording of texts may hold, however long an FMU has made its file", async () => {
  const path = join(await temporaryFolder(), "lists");
  await writeFile(path, "");
  await truncate(path, 3 * 1024 ** 3);
  expect(await findLists(path, planModel(), ["text"])).toEqual([{ name: "text", values: [] }]);
  expect(await findLists(path, planModel(), ["h"])).toEqual([]);
});
