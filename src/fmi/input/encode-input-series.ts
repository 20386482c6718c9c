import { ToolError } from "../../errors.ts";
import type { InputColumn, InputInterpolation, InputSeries } from "./input-series.ts";

/** A series as bytes: little-endian float64, one per time point. */
export interface EncodedInputSeries {
  time: Uint8Array;
  columns: Record<string, { values: Uint8Array; interpolation: InputInterpolation }>;
}

/** Packs a series for another process or computer. */
export function encodeInputSeries({ time, columns }: InputSeries): EncodedInputSeries {
  const entries = [...columns].map(
    ([name, { values, interpolation }]) => [name, { values: toBytes(values), interpolation }] as const,
  );
  return { time: toBytes(time), columns: Object.fromEntries(entries) };
}

/** Unpacks a series; `checkInputSeries` judges what it holds. Throws `invalid_argument` for bytes that are no float64s. */
export function decodeInputSeries({ time, columns }: EncodedInputSeries): InputSeries {
  const decoded = new Map<string, InputColumn>();
  for (const [name, { values, interpolation }] of Object.entries(columns))
    decoded.set(name, { values: fromBytes(values, name), interpolation });
  return { time: fromBytes(time, "time"), columns: decoded };
}

function toBytes(values: Float64Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat64(i * 8, values[i] as number, true);
  return bytes;
}

function fromBytes(bytes: Uint8Array, name: string): Float64Array {
  if (bytes.byteLength % 8 !== 0)
    throw new ToolError(
      "invalid_argument",
      `Cannot use the input series: ${JSON.stringify(name)} has ${bytes.byteLength} bytes, which are no float64 values`,
      "Send each column as little-endian float64 values of 8 bytes.",
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float64Array(bytes.byteLength / 8);
  for (let i = 0; i < values.length; i++) values[i] = view.getFloat64(i * 8, true);
  return values;
}
