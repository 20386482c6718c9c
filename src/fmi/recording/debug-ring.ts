import { FmuCallError } from "../fmu-status.ts";
import { createValueBlocks, type ValueAccess } from "../value-block.ts";
import { DEBUG_LAYOUT, DEBUG_POINTS, debugVariables } from "./debug-points.ts";
import type { SampleWatch } from "./sampling.ts";

/**
 * Makes a watcher that keeps the last 100 points in zeroed memory of `debugRingBytes`, up to the first at which a value
 * stops to be finite. Variables that the FMU does not hand out are NaN.
 */
export function createDebugRing(access: ValueAccess, memory: ArrayBuffer): SampleWatch {
  const data = new Float64Array(memory);
  const blocks = createValueBlocks(access, debugVariables(access.description));
  const size = blocks.reduce((sum, block) => sum + block.size, 0);
  const refused = new Set<number>();
  const current = new Float64Array(size);
  const previous = new Float64Array(size).fill(Number.NaN);
  data[DEBUG_LAYOUT.nonFinite] = Number.NaN;
  const read = () => {
    let at = 0;
    blocks.forEach((block, index) => {
      if (!refused.has(index) && !tryGet(block)) refused.add(index);
      if (refused.has(index)) current.fill(Number.NaN, at, at + block.size);
      else block.copyNumbers(current, at);
      at += block.size;
    });
  };
  return (time) => {
    if (!Number.isNaN(data[DEBUG_LAYOUT.nonFinite] as number)) return;
    read();
    const taken = data[DEBUG_LAYOUT.taken] as number;
    const row = DEBUG_LAYOUT.rows + (taken % DEBUG_POINTS) * (size + 1);
    data[row] = time;
    data.set(current, row + 1);
    data[DEBUG_LAYOUT.taken] = taken + 1;
    const wentWrong = current.some((value, i) => !Number.isFinite(value) && Number.isFinite(previous[i]));
    if (wentWrong) data[DEBUG_LAYOUT.nonFinite] = time;
    previous.set(current);
  };
}

function tryGet(block: { get(): void }): boolean {
  try {
    block.get();
    return true;
  } catch (thrown) {
    if (thrown instanceof FmuCallError) return false;
    throw thrown;
  }
}
