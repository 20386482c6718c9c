import { checkStatus } from "../fmu-status.ts";
import { allocate, type NativeLibrary } from "../library.ts";
import { findNativeImporter } from "../native-importer.ts";
import type { RowWriter } from "../recording/event-rows.ts";
import { allocateOutputs, type NativeOutputs } from "../recording/native-outputs.ts";
import type { ContinuousNames } from "./continuous-part.ts";

/** What C needs to set points of a Model Exchange: the address of `Points` in src/fmi/native/importer.c. */
export interface NativePoints {
  address: number;
  stateCount: number;
  /** The name of the function that returned the last status; undefined for the one that gets outputs. */
  lastFunction(): string | undefined;
}

/** Grid points that are recorded in C, several at a time. */
export interface NativeRows {
  /** How many at a time. */
  readonly size: number;
  readonly times: Float64Array;
  /** The states at each. */
  readonly states: readonly Float64Array[];
  /** Records the first `count` of them as grid points `first` and the following; throws `FmuCallError`. */
  record(first: number, count: number): void;
}

const ROWS_AT_ONCE = 64;

/** Undefined without the native importer. */
export function createNativePoints(
  library: NativeLibrary,
  instance: number,
  names: ContinuousNames,
  stateCount: number,
): NativePoints | undefined {
  const functions = [names.setTime, names.setStates, names.getDerivatives];
  const addresses = functions.map((name) => library.findAddress(name));
  if (findNativeImporter() === undefined || addresses.includes(undefined)) return undefined;
  const block = allocate(6 * 8);
  const members = new BigUint64Array(block.buffer);
  members.set([instance, ...addresses.map((each) => each ?? 0), stateCount].map(BigInt));
  // A time that is refused is told as states that are: the point is set by both.
  const told = [names.setStates, names.setStates, names.getDerivatives];
  return { address: block.address, stateCount, lastFunction: () => told[Number(members[5])] };
}

/** Undefined where C cannot record the outputs. */
export function createNativeRows(
  points: NativePoints | undefined,
  outputs: NativeOutputs,
  rows: RowWriter,
): NativeRows | undefined {
  const importer = findNativeImporter();
  const members = allocateOutputs(outputs);
  if (importer === undefined || points === undefined || members === undefined) return undefined;
  const { recorder, blocks } = outputs;
  const { stateCount } = points;
  const times = new Float64Array(ROWS_AT_ONCE);
  const all = new Float64Array(ROWS_AT_ONCE * stateCount);
  return {
    ...{ size: ROWS_AT_ONCE, times },
    states: Array.from({ length: ROWS_AT_ONCE }, (_, i) =>
      all.subarray(i * stateCount, (i + 1) * stateCount),
    ),
    record: (first, count) => {
      const { address } = members;
      const { memory } = recorder;
      const status = importer.recordPoints(points.address, address, memory, times, all, first, count);
      rows.wroteUpTo(recorder.reload().lastRow);
      const name = points.lastFunction();
      if (name === undefined) blocks[0]?.check(status);
      else checkStatus(name, status);
    },
  };
}
