import { ToolError } from "../../errors.ts";
import type { ModelDescription, StartValue } from "../description/model-description.ts";
import { restoreState, saveState } from "../fmu-state.ts";
import { FmuCallError, STATUS_FATAL } from "../fmu-status.ts";
import { initializeInstance, setTunable } from "../initialization.ts";
import type { CoSimulationInstance, FmuLogMessage, LoadedFmu } from "../instance.ts";
import { createRowWriter } from "../recording/event-rows.ts";
import { findVariables } from "../recording/recorded-columns.ts";
import type { Recorder } from "../recording/recorder.ts";
import { createNumericBlocks, createSampler, readOutputs, type SampleWatch } from "../recording/sampling.ts";
import { readStateHeader } from "../saved-state.ts";
import type { SimulationSettings } from "../simulation-settings.ts";
import { createTimeGrid } from "../time-grid.ts";
import type { ValueAccess } from "../value-block.ts";
import { createClockSchedule } from "./clock-schedule.ts";
import { instantiateCoSimulation1 } from "./co-simulation-1.ts";
import { instantiateCoSimulation2 } from "./co-simulation-2.ts";
import { instantiateCoSimulation3 } from "./co-simulation-3.ts";
import { CoSimulationLoop } from "./co-simulation-loop.ts";
import { clearInputDerivatives } from "./input-derivatives.ts";
import { createNativeSteps } from "./native-steps.ts";
import { paceProgress } from "./pacing.ts";
import { type SavedEvents, StepEvents } from "./step-events.ts";
import { createSteppedInputs } from "./stepped-inputs.ts";

/** How the simulation tells of itself while it runs. */
export interface SimulationHooks {
  log(message: FmuLogMessage): void;
  /** Called at most about ten times a second with the model time reached, s. */
  progress(time: number): void;
  /** Makes a watcher that sees every sample besides the recorder; the instance is initialized. */
  watch?: ((access: ValueAccess) => SampleWatch) | undefined;
}

/** The end of a simulation that did not fail. */
export interface SimulationResult {
  end: "completed" | "terminated_by_fmu";
  /** Last value of every output, strings and Binary too. */
  outputs: { name: string; values: StartValue[] }[];
  /** The state at the end, where the settings ask for it. */
  state?: Uint8Array | undefined;
  /** What is worth knowing, a sentence each. */
  messages?: string[];
  /** Terminates and frees the instance. What goes wrong in it no longer touches the result. */
  finish(): void;
}

/**
 * Simulates a Co-Simulation FMU from start to stop in this process, blocking it; samples go to the recorder as they come,
 * and around each event of Event Mode there are two rows of the same time. Throws `simulation_failed` with the FMU's status
 * in words and its last messages, `invalid_fmu` for a library that lacks a function.
 */
export function simulateCoSimulation(
  fmu: LoadedFmu,
  settings: SimulationSettings,
  recorder: Recorder,
  hooks: SimulationHooks,
): SimulationResult {
  const lastMessages: FmuLogMessage[] = [];
  const log = (message: FmuLogMessage) => {
    lastMessages.push(message);
    if (lastMessages.length > 5) lastMessages.shift();
    hooks.log(message);
  };
  let instance: CoSimulationInstance | undefined;
  try {
    instance = INSTANTIATE[fmu.description.fmiMajor](fmu, { logging: settings.logging, log });
    return run(instance, settings, recorder, hooks);
  } catch (thrown) {
    if (!(thrown instanceof FmuCallError)) throw thrown;
    if (thrown.status < STATUS_FATAL) instance?.free();
    throw failure(fmu.description, thrown, lastMessages);
  }
}

const INSTANTIATE = {
  1: instantiateCoSimulation1,
  2: instantiateCoSimulation2,
  3: instantiateCoSimulation3,
} as const;

function run(
  instance: CoSimulationInstance,
  settings: SimulationSettings,
  recorder: Recorder,
  hooks: SimulationHooks,
): SimulationResult {
  const { access } = instance;
  const { description } = access;
  const { startTime, stopTime, stepSize, stepsPerPoint, eventCapacity = 0, initialState } = settings;
  const inputs = createSteppedInputs(instance, settings);
  const events = createEvents(instance, settings, inputs);
  if (initialState === undefined) {
    initializeInstance(instance, settings, () => {
      inputs?.setAll(startTime);
      events?.initialize();
    });
  } else {
    restoreState(access, initialState);
    events?.restore(readStateHeader(initialState).loop as SavedEvents);
    clearInputDerivatives(instance);
    if (events === undefined) setTunable(access, settings);
  }
  const outputs = findVariables(description, settings.outputs);
  const sample = createSampler(access, outputs, recorder, hooks.watch?.(access));
  const grid = createTimeGrid(startTime, stopTime, stepSize);
  const rows = createRowWriter(grid, stepsPerPoint, eventCapacity, sample);
  const isPlain = inputs === undefined && events === undefined && hooks.watch === undefined;
  const loop = new CoSimulationLoop({
    ...{ instance, grid, rows, inputs, events, progress: paceProgress(hooks.progress) },
    pass: (time) => sample(time, false),
    setAnew:
      inputs === undefined && settings.startValues.length === 0
        ? undefined
        : () => setTunable(access, settings),
    nativeSteps: isPlain
      ? createNativeSteps(
          instance,
          { access, grid, stepsPerPoint, recorder, blocks: createNumericBlocks(access, outputs) },
          rows,
        )
      : undefined,
    variableSteps: description.coSimulation?.canHandleVariableCommunicationStepSize ?? false,
  });
  const end = loop.run(initialState !== undefined);
  return {
    end,
    outputs: readOutputs(access, outputs),
    state:
      settings.saveState && end === "completed"
        ? saveState(access, {
            ...{ token: description.instantiationToken, interfaceType: "co_simulation" },
            ...{ time: loop.time, loop: events?.save() ?? null },
          })
        : undefined,
    messages: [
      ...loop.messages,
      ...(rows.firstUnpaired === undefined ? [] : [tooManyEvents(rows.firstUnpaired)]),
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

function createEvents(
  { access, eventMode }: CoSimulationInstance,
  { startTime, inputSeries }: SimulationSettings,
  inputs: ReturnType<typeof createSteppedInputs>,
): StepEvents | undefined {
  if (eventMode === undefined) return undefined;
  const clocks = createClockSchedule(access, startTime, inputSeries);
  return new StepEvents(eventMode, clocks, inputs);
}

function tooManyEvents(time: number): string {
  return `Warning: from ${time} s on, events were too many to record the values before and after each.`;
}

function failure(
  description: ModelDescription,
  error: FmuCallError,
  messages: readonly FmuLogMessage[],
): ToolError {
  const said = messages.map(({ status, text }) => `[${status}] ${text.slice(0, 500)}`);
  return new ToolError(
    "simulation_failed",
    `Cannot simulate ${JSON.stringify(description.modelName)}: ${error.message}.`,
    "Read what the FMU said before it, then change its inputs or take a smaller `step_size`.",
    { detail: said.length === 0 ? undefined : said.join("\n"), cause: error },
  );
}
