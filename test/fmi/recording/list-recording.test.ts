import { expect, test } from "vitest";
import type { Variable } from "../../../src/fmi/description/model-description.ts";
import { readLists } from "../../../src/fmi/recording/list-recording.ts";

const VARIABLES = [
  { name: "text", type: "String" },
  { name: "bytes", type: "Binary" },
] as Variable[];

/** A recording with a head of these two numbers and these points. */
function recording(used: number, isFull: number, ...counts: number[]): Uint8Array<ArrayBuffer> {
  const memory = new Uint8Array(64);
  new Float64Array(memory.buffer, 0, 2).set([used, isFull]);
  new Uint32Array(memory.buffer, 16).set(counts);
  return memory;
}

test("readLists reads whole points, each element with its length", () => {
  expect(readLists(recording(16, 0, 1, 4, 0x64636261, 0), VARIABLES)).toEqual([
    { name: "text", values: [["abcd"]] },
    { name: "bytes", values: [[]] },
  ]);
  expect(readLists(recording(0, 0), VARIABLES)?.map(({ values }) => values)).toEqual([[], []]);
  expect(readLists(new Uint8Array(), VARIABLES)?.map(({ values }) => values)).toEqual([[], []]);
});

test.each([
  ["is full", recording(0, 1)],
  ["claims more than there is", recording(1e9, 0)],
  ["claims no number of bytes", recording(-1, 0)],
  ["holds an element longer than itself", recording(16, 0, 1, 4_000_000_000)],
  ["holds more elements than itself", recording(16, 0, 4_000_000_000)],
])("readLists gives nothing for a recording that %s", (_, memory) => {
  expect(readLists(memory, VARIABLES)).toBeUndefined();
});
