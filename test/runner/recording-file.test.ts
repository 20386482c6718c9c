import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createRecorder, recordingBytes } from "../../src/fmi/recorder.ts";
import { findRecording } from "../../src/runner/recording-file.ts";
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

  test("finds nothing where no recording was begun", async () => {
    expect(await findRecording(join(await temporaryFolder(), "none"), 1, 1, 1)).toBeUndefined();
  });
});
