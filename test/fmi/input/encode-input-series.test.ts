import { expect, test } from "vitest";
import { decodeInputSeries, encodeInputSeries } from "../../../src/fmi/input/encode-input-series.ts";
import type { InputSeries } from "../../../src/fmi/input/input-series.ts";
import { encodedInputSeries } from "../../../src/inputs/input-series-schema.ts";
import { catchToolError } from "../../support/catch-tool-error.ts";

const SERIES: InputSeries = {
  time: Float64Array.from([0, 0.1, 1e300]),
  columns: new Map([["u[1]", { values: Float64Array.from([-0, Math.PI, 5e-324]), interpolation: "hold" }]]),
};

test("decodeInputSeries gives back what encodeInputSeries took, from bytes that lie anywhere", () => {
  const encoded = encodedInputSeries.parse(encodeInputSeries(SERIES));
  const shifted = new Uint8Array(encoded.time.length + 1);
  shifted.set(encoded.time, 1);
  expect(decodeInputSeries({ ...encoded, time: shifted.subarray(1) })).toEqual(SERIES);
});

test("encodeInputSeries writes little-endian float64", () => {
  expect([...encodeInputSeries(SERIES).time.subarray(8, 16)]).toEqual([
    ...new Uint8Array([0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0x3f]),
  ]);
});

test("decodeInputSeries refuses bytes that are no float64 values", async () => {
  const encoded = { time: new Uint8Array(7), columns: {} };
  expect((await catchToolError(() => decodeInputSeries(encoded))).message).toContain("7 bytes");
});
