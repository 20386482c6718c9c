import { allocate } from "../library.ts";
import type { TimeGrid } from "../time-grid.ts";
import type { ValueAccess, ValueBlock } from "../value-block.ts";
import type { Recorder } from "./recorder.ts";

/** What is to be recorded in C, and where. */
export interface NativeOutputs {
  access: ValueAccess;
  grid: TimeGrid;
  stepsPerPoint: number;
  recorder: Recorder;
  /** All that is recorded. */
  blocks: readonly ValueBlock[];
}

/** Members of 8 bytes each, as C code reads and writes them. */
export interface NativeMembers {
  address: number;
  /** The members as integers, and as numbers: each is one of the two. */
  integers: BigUint64Array;
  reals: Float64Array;
}

/** How many members `Outputs` in src/fmi/native/importer.c has, and which is its status. */
const MEMBERS = 11;
export const OUTPUT_STATUS = MEMBERS - 1;

/**
 * Allocates `Outputs`, followed by `further` members: integers, and numbers where a list is given. Undefined where C cannot
 * record the outputs: they are not all Real or Float64, or the library does not export the function that gets them.
 */
export function allocateOutputs(
  { access, grid, stepsPerPoint, recorder, blocks }: NativeOutputs,
  further: readonly (number | readonly number[])[] = [],
): NativeMembers | undefined {
  const [block, ...others] = blocks;
  if (others.length > 0) return undefined;
  const place = block === undefined ? { address: 0, references: 0 } : block.place;
  const getReal = block === undefined ? 0 : findGetter(access);
  if (place === undefined || getReal === undefined) return undefined;
  const members = [
    ...[access.fmiMajor, getReal, access.instance, place.references, block?.variables.length ?? 0],
    ...[place.address, block?.size ?? 0, recorder.capacity, grid.steps, stepsPerPoint, 0],
    ...further,
  ];
  const memory = allocate(8 * members.flat().length);
  const integers = new BigUint64Array(memory.buffer);
  const reals = new Float64Array(memory.buffer);
  let at = 0;
  for (const member of members) {
    if (typeof member === "number") integers[at++] = BigInt(member);
    else for (const value of member) reals[at++] = value;
  }
  return { address: memory.address, integers, reals };
}

function findGetter({ library, fmiMajor, prefix = "" }: ValueAccess): number | undefined {
  const names = { 1: `${prefix}fmiGetReal`, 2: "fmi2GetReal", 3: "fmi3GetFloat64" };
  return library.findAddress(names[fmiMajor]);
}
