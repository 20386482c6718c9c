import { ToolError } from "../../errors.ts";
import { type ClockSchedule, createClockSchedule, type SavedClock } from "../co-simulation/clock-schedule.ts";
import type { SimulationHooks, SimulationResult } from "../co-simulation/co-simulation.ts";
import { createSeriesInputs } from "../co-simulation/driven-inputs.ts";
import { paceProgress } from "../co-simulation/pacing.ts";
import type { ModelDescription } from "../description/model-description.ts";
import { restoreState, saveState } from "../fmu-state.ts";
import { FmuCallError, STATUS_FATAL } from "../fmu-status.ts";
import { initializeInstance, setTunable } from "../initialization.ts";
import type { FmuLogMessage, LoadedFmu } from "../instance.ts";
import { createRowWriter, type RowWriter } from "../recording/event-rows.ts";
import { findVariables } from "../recording/recorded-columns.ts";
import type { Recorder } from "../recording/recorder.ts";
import { createNumericBlocks, createSampler, readOutputs } from "../recording/sampling.ts";
import { readStateHeader } from "../saved-state.ts";
import { shortTime } from "../short-time.ts";
import type { SimulationSettings } from "../simulation-settings.ts";
import { Automatic } from "../solver/automatic.ts";
import type { Solver, SolverStatistics } from "../solver/ode.ts";
import { createTimeGrid } from "../time-grid.ts";
import type { ValueAccess } from "../value-block.ts";
import { createSolver, type SolverName } from "./choose-solver.ts";
import { instantiateModelExchange1 } from "./model-exchange-1.ts";
import { instantiateModelExchange2 } from "./model-exchange-2.ts";
import { instantiateModelExchange3 } from "./model-exchange-3.ts";
import type { ModelExchangeInstance } from "./model-exchange-instance.ts";
import { type EventCounts, ModelExchangeLoop } from "./model-exchange-loop.ts";
import { createProblem, type DrivenInputs } from "./model-exchange-problem.ts";
import { createNativeRows } from "./native-points.ts";

/** The end of a Model Exchange simulation that did not fail, with what its integration took. */
export interface ModelExchangeResult extends SimulationResult {
  solver: SolverName;
  tolerance: number;
  statistics: SolverStatistics;
  events: EventCounts;
  /** What is worth knowing, a sentence each. */
  messages: string[];
}

const DEFAULT_TOLERANCE = 1e-6;

const INSTANTIATE = {
  1: instantiateModelExchange1,
  2: instantiateModelExchange2,
  3: instantiateModelExchange3,
};

/**
 * Simulates a Model Exchange FMU from start to stop in this process, blocking it. Grid points are `startTime + k *
 * stepSize`, read from dense output; around each event there are two rows of the same time, before and after, as long as
 * `eventCapacity` has room. The relative tolerance is that of the settings, else of the default experiment, else 1e-6.
 * Throws `simulation_failed` with the FMU's status in words and its last messages, or the state at which the integration
 * got stuck; `invalid_fmu` for a library that lacks a function.
 */
export function simulateModelExchange(
  fmu: LoadedFmu,
  settings: SimulationSettings,
  recorder: Recorder,
  hooks: SimulationHooks,
): ModelExchangeResult {
  const said: FmuLogMessage[] = [];
  const log = (message: FmuLogMessage) => {
    said.push(message);
    if (said.length > 5) said.shift();
    hooks.log(message);
  };
  const at = { time: settings.startTime };
  let instance: ModelExchangeInstance | undefined;
  try {
    instance = INSTANTIATE[fmu.description.fmiMajor](fmu, { logging: settings.logging, log });
    const tolerance = settings.tolerance ?? fmu.description.defaultExperiment.tolerance;
    const inputs = createSeriesInputs(instance.access, settings);
    const clocks = createClockSchedule(instance.access, settings.startTime, settings.inputSeries);
    if (settings.initialState === undefined) {
      initializeInstance(instance, { ...settings, tolerance }, () => {
        inputs?.setAll(settings.startTime);
        clocks?.initialize();
      });
    } else {
      resumeInstance(instance, settings, settings.initialState);
    }
    const given = { settings, tolerance: tolerance ?? DEFAULT_TOLERANCE, recorder, hooks, at };
    return integrate(instance, inputs, clocks, given);
  } catch (thrown) {
    const isFatal = thrown instanceof FmuCallError && thrown.status >= STATUS_FATAL;
    if (!isFatal) instance?.free();
    throw explainFailure(fmu.description, thrown, at.time, said);
  }
}

/* Into the Event Mode that initialization would have ended in: there inputs and tunable parameters may be set. */
function resumeInstance(
  instance: ModelExchangeInstance,
  settings: SimulationSettings,
  state: Uint8Array,
): void {
  restoreState(instance.access, state);
  instance.enterEventMode();
  setTunable(instance.access, settings);
}

interface Given {
  settings: SimulationSettings;
  tolerance: number;
  recorder: Recorder;
  hooks: SimulationHooks;
  /** The time reached, for the message where it fails. */
  at: { time: number };
}

function integrate(
  instance: ModelExchangeInstance,
  inputs: DrivenInputs | undefined,
  clocks: ClockSchedule | undefined,
  { settings, tolerance, recorder, hooks, at }: Given,
): ModelExchangeResult {
  const { access } = instance;
  const { description } = access;
  const { stepSize, stepsPerPoint, solver: name = "automatic", eventCapacity = 0 } = settings;
  const outputs = findVariables(description, settings.outputs);
  const part = instance.openContinuousPart();
  const nominals = new Float64Array(part.stateCount).fill(1);
  const problem = createProblem(part, nominals, inputs);
  const solver = createSolver(name, problem, { tolerance, stepSize });
  const grid = createTimeGrid(settings.startTime, settings.stopTime, stepSize);
  const sample = createSampler(access, outputs, recorder, hooks.watch?.(access));
  const rows = createRowWriter(grid, stepsPerPoint, eventCapacity, sample);
  const isPlain = inputs === undefined && part.indicatorCount === 0 && hooks.watch === undefined;
  const blocks = createNumericBlocks(access, outputs);
  const nativeRows = isPlain
    ? createNativeRows(part.native, { access, grid, stepsPerPoint, recorder, blocks }, rows)
    : undefined;
  const needsCompletedStep = description.modelExchange?.needsCompletedIntegratorStep ?? true;
  const progress = paceProgress(hooks.progress);
  if (settings.initialState !== undefined) {
    clocks?.restore(readStateHeader(settings.initialState).loop as SavedClock[]);
  }
  const parts = {
    instance,
    part,
    solver,
    nominals,
    inputs,
    clocks,
    grid,
    rows,
    nativeRows,
    needsCompletedStep,
  };
  const loop = new ModelExchangeLoop({
    ...parts,
    progress: (time) => {
      at.time = time;
      progress(time);
    },
  });
  const end = loop.run();
  return {
    end,
    outputs: readOutputs(access, outputs),
    state: settings.saveState && end === "completed" ? saveEnd(access, loop.time, clocks) : undefined,
    solver: name,
    tolerance,
    statistics: solver.statistics,
    events: loop.events,
    messages: [
      ...tell(solver, rows),
      ...(settings.saveState && end !== "completed"
        ? ["Warning: the FMU ended the run, so its state was not saved."]
        : []),
    ],
    finish: () => {
      instance.terminate();
      instance.free();
    },
  };
}

function saveEnd(access: ValueAccess, time: number, clocks: ClockSchedule | undefined): Uint8Array {
  const token = access.description.instantiationToken;
  return saveState(access, { token, interfaceType: "model_exchange", time, loop: clocks?.save() ?? [] });
}

function tell(solver: Solver, rows: RowWriter): string[] {
  const messages: string[] = [];
  if (solver instanceof Automatic && solver.switchTime !== undefined) {
    messages.push(
      `The model is stiff: from ${solver.switchTime} s on it was integrated by implicit formulas (ndf).`,
    );
  }
  if (rows.firstUnpaired !== undefined) {
    messages.push(
      `Warning: from ${rows.firstUnpaired} s on, events were too many to record the values before and after each.`,
    );
  }
  return messages;
}

function explainFailure(
  { modelName }: ModelDescription,
  thrown: unknown,
  time: number,
  said: readonly FmuLogMessage[],
): unknown {
  const lines = said.map(({ status, text }) => `[${status}] ${text.slice(0, 500)}`);
  const detail = lines.length === 0 ? undefined : lines.join("\n");
  if (thrown instanceof FmuCallError) {
    const when = `after model time ${shortTime(time)} s`;
    return new ToolError(
      "simulation_failed",
      `Cannot simulate ${JSON.stringify(modelName)}: ${thrown.message} ${when}.`,
      "Read what the FMU said before it, then change its inputs or the `tolerance`.",
      { detail, cause: thrown },
    );
  }
  if (!(thrown instanceof ToolError) || thrown.detail !== undefined) return thrown;
  return new ToolError(thrown.code, thrown.message, thrown.remedy, { detail, cause: thrown });
}
