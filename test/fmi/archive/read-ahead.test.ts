import { expect, test } from "vitest";
import { type ByteSource, bufferSource } from "../../../src/fmi/archive/byte-source.ts";
import { readAhead } from "../../../src/fmi/archive/read-ahead.ts";

const KIB = 1024;

function countingSource(size: number): { source: ByteSource; reads: [number, number][] } {
  const bytes = new Uint8Array(size).map((_, index) => index % 251);
  const reads: [number, number][] = [];
  const buffer = bufferSource(bytes);
  const read = (start: number, length: number) => {
    reads.push([start, length]);
    return buffer.read(start, length);
  };
  return { source: { ...buffer, read }, reads };
}

test("readAhead answers many small reads near the end with one read of the last 128 KiB", async () => {
  const { source, reads } = countingSource(1000 * KIB);
  const ahead = readAhead(source);
  for (let start = 1000 * KIB - 10; start > 900 * KIB; start -= KIB) {
    expect((await ahead.read(start, 5))[2]).toBe((start + 2) % 251);
  }
  expect(reads).toEqual([[872 * KIB, 128 * KIB]]);
});

test("readAhead reads a small source once", async () => {
  const { source, reads } = countingSource(300);
  const ahead = readAhead(source);
  await ahead.read(200, 50);
  expect([...(await ahead.read(3, 2))]).toEqual([3, 4]);
  expect(reads).toEqual([[0, 300]]);
});

test("readAhead passes long reads through, and rejects a range outside the source", async () => {
  const { source, reads } = countingSource(1000 * KIB);
  const ahead = readAhead(source);
  expect((await ahead.read(5, 500 * KIB)).length).toBe(500 * KIB);
  expect(reads).toEqual([[5, 500 * KIB]]);
  await expect(ahead.read(999 * KIB, 2 * KIB)).rejects.toThrow(RangeError);
});
