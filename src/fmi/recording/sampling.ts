import { isNumeric } from "../description/dimensions.ts";
import type { StartValue, Variable } from "../description/model-description.ts";
import { FmuCallError } from "../fmu-status.ts";
import { createValueBlocks, type ValueAccess, type ValueBlock } from "../value-block.ts";
import type { Recorder } from "./recorder.ts";

const MOST_NAMES = 5;

/** Sees every sample besides the recorder: its time, s, and whether its row is kept. */
export type SampleWatch = (time: number, keep: boolean) => void;

/** The blocks of all outputs that are recorded as numbers. */
export function createNumericBlocks(access: ValueAccess, outputs: readonly Variable[]): ValueBlock[] {
  return createValueBlocks(access, outputs.filter(isNumeric)).map(explainClocked);
}

/* An FMU may give what is clocked only while its Clock ticks (FMI 3.0.2, section 2.2.9), and outputs are got between ticks. */
function explainClocked(block: ValueBlock): ValueBlock {
  const names = block.variables.flatMap(({ clocks, name }) => (clocks === undefined ? [] : [`"${name}"`]));
  if (names.length === 0) return block;
  const shown = names.slice(0, MOST_NAMES).join(", ");
  const hint = `; it may give ${shown} while a Clock of it ticks only: leave that out of output_variables`;
  const explain = (call: () => void) => {
    try {
      call();
    } catch (thrown) {
      if (thrown instanceof FmuCallError) thrown.message += hint;
      throw thrown;
    }
  };
  return {
    ...block,
    get: () => explain(block.get),
    check: (status) => explain(() => block.check(status)),
  };
}

/** Makes a function that gets one sample of every numeric output and hands it to the recorder, with whether to keep it. */
export function createSampler(
  access: ValueAccess,
  outputs: readonly Variable[],
  recorder: Recorder,
  watch?: SampleWatch,
): (time: number, keep: boolean) => void {
  const blocks = createNumericBlocks(access, outputs);
  const [only, ...others] = blocks;
  const numbers = others.length === 0 ? only?.numbers : undefined;
  if (only !== undefined && numbers !== undefined) {
    // The usual case, and the fastest: nothing is copied on the way.
    return (time, keep) => {
      only.get();
      recorder.sample(time, numbers, keep);
      watch?.(time, keep);
    };
  }
  const current = new Float64Array(blocks.reduce((sum, block) => sum + block.size, 0));
  return (time, keep) => {
    let at = 0;
    for (const block of blocks) {
      block.get();
      block.copyNumbers(current, at);
      at += block.size;
    }
    recorder.sample(time, current, keep);
    watch?.(time, keep);
  };
}

/** The values of all outputs, strings and Binary too, in their order. */
export function readOutputs(
  access: ValueAccess,
  outputs: readonly Variable[],
): { name: string; values: StartValue[] }[] {
  const values = new Map<string, StartValue[]>();
  for (const block of createValueBlocks(access, outputs)) {
    block.get();
    const read = block.read();
    block.variables.forEach((variable, index) => {
      values.set(variable.name, read[index] ?? []);
    });
  }
  return outputs.map(({ name }) => ({ name, values: values.get(name) ?? [] }));
}
