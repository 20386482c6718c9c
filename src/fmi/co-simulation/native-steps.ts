import type { CoSimulationInstance, StepOutcome } from "../instance.ts";
import { findNativeImporter } from "../native-importer.ts";
import type { RowWriter } from "../recording/event-rows.ts";
import { allocateOutputs, type NativeOutputs, OUTPUT_STATUS } from "../recording/native-outputs.ts";
import { gridTime, stepBetween } from "../time-grid.ts";

/** Steps that are taken in C, several at a time, between which there is nothing to do but to record. */
export interface NativeSteps {
  /**
   * Takes steps `first` to `first + count - 1`, each from one grid point to the next. Returns how many were done wholly; where
   * they are fewer, `outcome` is that of the step after them, which was taken. Throws `FmuCallError` where the outputs after
   * a step could not be got.
   */
  take(first: number, count: number): number;
  readonly outcome: StepOutcome | undefined;
  /** How many of the steps last done returned a warning, and where the first of them began, s. */
  readonly warnings: { count: number; first: number };
}

/* Members of `Steps` in src/fmi/native/importer.c. */
const STATUS = OUTPUT_STATUS + 7;
const WARNINGS = STATUS + 1;
const FIRST_WARNING = STATUS + 2;

/** Undefined where steps cannot be taken in C: no native importer, FMI 1.0, or outputs that are not all Real or Float64. */
export function createNativeSteps(
  { native }: CoSimulationInstance,
  outputs: NativeOutputs,
  rows: RowWriter,
): NativeSteps | undefined {
  const importer = findNativeImporter();
  if (importer === undefined || native === undefined) return undefined;
  const { grid, recorder, blocks } = outputs;
  const { startTime, stopTime, stepSize } = grid;
  const pointers = [native.doStep, native.flags, native.lastSuccessfulTime];
  const steps = allocateOutputs(outputs, [...pointers, [startTime, stopTime, stepSize], 0, 0, [0]]);
  if (steps === undefined) return undefined;
  const { address, integers, reals } = steps;
  const warnings = { count: 0, first: 0 };
  let outcome: StepOutcome | undefined;
  return {
    get outcome() {
      return outcome;
    },
    warnings,
    take: (first, count) => {
      const done = Number(importer.takeSteps(address, recorder.memory, first, count));
      const { reached: from, lastRow } = recorder.reload();
      rows.wroteUpTo(lastRow);
      warnings.count = Number(integers[WARNINGS]);
      warnings.first = reals[FIRST_WARNING] ?? 0;
      outcome = undefined;
      if (done === count) return done;
      blocks[0]?.check(Number(integers[OUTPUT_STATUS]));
      const size = stepBetween(grid, from, gridTime(grid, first + done));
      outcome = native.conclude(Number(integers[STATUS]), from, size);
      return done;
    },
  };
}
