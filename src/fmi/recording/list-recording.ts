import type { ModelDescription, StartValue, Variable } from "../description/model-description.ts";
import { createValueBlocks, type ValueAccess } from "../value-block.ts";
import { findVariables } from "./recorded-columns.ts";
import type { SampleWatch } from "./sampling.ts";

/** The values of a String or Binary variable at every recorded point; arrays as lists of their elements. */
export interface RecordedList {
  name: string;
  values: StartValue[][];
}

/** Bytes of a recording of lists; what does not fit is not kept. */
export const LIST_BYTES = 1024 * 1024;

/* How many bytes of whole points there are, and whether one did not fit: float64, as in a recording. */
const USED = 0;
const IS_FULL = 1;
const HEAD_BYTES = 16;
const COUNT_BYTES = 4;

/** The variables of these names that are recorded in lists: Strings and Binaries. */
export function listedVariables(description: ModelDescription, outputs: readonly string[]): Variable[] {
  return findVariables(description, outputs).filter(({ type }) => type === "String" || type === "Binary");
}

/**
 * Makes a watcher that keeps the variables of {@link listedVariables} at every row that is kept, in zeroed memory, as far as
 * that goes. A point is there once it is whole: the memory can be read when this process was killed in the middle of one.
 */
export function createListRecording(
  access: ValueAccess,
  variables: readonly Variable[],
  memory: ArrayBuffer,
): SampleWatch {
  const blocks = createValueBlocks(access, variables);
  const head = new Float64Array(memory, 0, HEAD_BYTES / 8);
  const bytes = new Uint8Array(memory, HEAD_BYTES);
  return (_, keep) => {
    if (!keep || head[IS_FULL] !== 0) return;
    const values = new Map<string, StartValue[]>();
    for (const block of blocks) {
      block.get();
      block.read().forEach((each, index) => {
        values.set(block.variables[index]?.name ?? "", each);
      });
    }
    const point = encodePoint(variables.map(({ name }) => values.get(name) ?? []));
    const used = head[USED] as number;
    if (used + point.length > bytes.length) {
      head[IS_FULL] = 1;
      return;
    }
    bytes.set(point, used);
    head[USED] = used + point.length;
  };
}

/**
 * Reads a recording of lists back, finished or cut off; undefined where its memory did not hold every point, or holds what is
 * none: an FMU may have written over it.
 */
export function readLists(
  memory: Uint8Array<ArrayBuffer>,
  variables: readonly Variable[],
): RecordedList[] | undefined {
  const lists = variables.map(({ name }) => ({ name, values: [] as StartValue[][] }));
  // Cut off before it was begun.
  if (memory.length < HEAD_BYTES) return lists;
  const head = new Float64Array(memory.slice(0, HEAD_BYTES).buffer);
  const used = head[USED] as number;
  if (head[IS_FULL] !== 0 || !(used >= 0)) return undefined;
  try {
    const points = Buffer.from(memory.buffer, memory.byteOffset + HEAD_BYTES, used);
    for (let at = 0; at < points.length; ) {
      for (const [index, { type }] of variables.entries()) {
        const { values, end } = readElements(points, at, type);
        lists[index]?.values.push(values);
        at = end;
      }
    }
    return lists;
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

function readElements(points: Buffer, start: number, type: Variable["type"]) {
  const values: StartValue[] = [];
  const count = points.readUInt32LE(start);
  let end = start + COUNT_BYTES;
  for (let element = 0; element < count; element++) {
    const length = points.readUInt32LE(end);
    const value = points.subarray(end + COUNT_BYTES, end + COUNT_BYTES + length);
    end += COUNT_BYTES + length;
    values.push(type === "String" ? value.toString() : new Uint8Array(value));
  }
  return { values, end };
}

/* For each variable how many elements it has, then each with its length. */
function encodePoint(values: readonly StartValue[][]): Buffer {
  const parts: Buffer[] = [];
  const addCount = (count: number) => {
    const part = Buffer.alloc(COUNT_BYTES);
    part.writeUInt32LE(count);
    parts.push(part);
  };
  for (const elements of values) {
    addCount(elements.length);
    for (const element of elements) {
      const content = Buffer.from(element instanceof Uint8Array ? element : String(element));
      addCount(content.length);
      parts.push(content);
    }
  }
  return Buffer.concat(parts);
}
