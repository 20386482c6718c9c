import { ToolError } from "../errors.ts";
import { instantiateCoSimulation2 } from "./co-simulation-2.ts";
import { instantiateCoSimulation3 } from "./co-simulation-3.ts";
import { isNumeric } from "./dimensions.ts";
import { FmuCallError, STATUS_FATAL, STATUS_WARNING, statusWord } from "./fmu-status.ts";
import type { CoSimulationInstance, FmuLogMessage, LoadedFmu, StepOutcome } from "./instance.ts";
import type { ModelDescription, StartValue, Variable } from "./model-description.ts";
import { findVariables } from "./recorded-columns.ts";
import type { Recorder } from "./recorder.ts";
import type { SimulationSettings } from "./simulation-settings.ts";
import { createTimeGrid, gridTime, isRecorded, stepBetween, type TimeGrid } from "./time-grid.ts";
import { createValueBlocks, type ValueBlock } from "./value-block.ts";

/** How the simulation tells of itself while it runs. */
export interface SimulationHooks {
  log(message: FmuLogMessage): void;
  /** Called at most about ten times a second with the model time reached, s. */
  progress(time: number): void;
}

/** The end of a simulation that did not fail. */
export interface SimulationResult {
  end: "completed" | "terminated_by_fmu";
  /** Last value of every output, strings and Binary too. */
  outputs: { name: string; values: StartValue[] }[];
  /** Terminates and frees the instance. What goes wrong in it no longer touches the result. */
  finish(): void;
}

/**
 * Simulates a Co-Simulation FMU from start to stop in this process, blocking it; samples go to the recorder as they come.
 * Throws `simulation_failed` with the FMU's status in words and its last messages, `invalid_fmu` for a library that lacks
 * a function.
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
    const instantiate = fmu.description.fmiMajor === 2 ? instantiateCoSimulation2 : instantiateCoSimulation3;
    instance = instantiate(fmu, { logging: settings.logging, log });
    initialize(instance, settings);
    return run(instance, settings, recorder, hooks);
  } catch (thrown) {
    if (!(thrown instanceof FmuCallError)) throw thrown;
    if (thrown.status < STATUS_FATAL) instance?.free();
    throw failure(fmu.description, thrown, lastMessages);
  }
}

/** Instantiated takes every start value; Initialization Mode takes inputs once more, as inputs (FMI 2.0.5 4.2.4, 3.0 2.3). */
function initialize(instance: CoSimulationInstance, settings: SimulationSettings): void {
  const { access } = instance;
  const values = new Map(settings.startValues.map((each) => [each.name, each.values]));
  const variables = findVariables(access.description, [...values.keys()]);
  const blocks = createValueBlocks(access, variables);
  const inputs = createValueBlocks(
    access,
    variables.filter((variable) => variable.causality === "input"),
  );
  for (const block of [...blocks, ...inputs]) {
    block.write(block.variables.map((variable) => values.get(variable.name) ?? []));
  }
  for (const block of blocks) block.set();
  instance.enterInitializationMode(settings.startTime, settings.stopTime, settings.tolerance);
  for (const block of inputs) block.set();
  instance.exitInitializationMode();
}

function run(
  instance: CoSimulationInstance,
  settings: SimulationSettings,
  recorder: Recorder,
  hooks: SimulationHooks,
): SimulationResult {
  const outputs = findVariables(instance.access.description, settings.outputs);
  const sample = createSampler(createValueBlocks(instance.access, outputs.filter(isNumeric)), recorder);
  const grid = createTimeGrid(settings.startTime, settings.stopTime, settings.stepSize);
  sample(settings.startTime, true);
  const end = stepThrough(instance, grid, settings.stepsPerPoint, sample, paced(hooks.progress));
  return {
    end,
    outputs: readOutputs(createValueBlocks(instance.access, outputs), outputs),
    finish: () => {
      instance.terminate();
      instance.free();
    },
  };
}

/** Gets one sample of every numeric block and hands it to the recorder. */
function createSampler(blocks: readonly ValueBlock[], recorder: Recorder) {
  const current = new Float64Array(blocks.reduce((sum, block) => sum + block.size, 0));
  return (time: number, keep: boolean) => {
    let at = 0;
    for (const block of blocks) {
      block.get();
      block.copyNumbers(current, at);
      at += block.size;
    }
    recorder.sample(time, current, keep);
  };
}

function stepThrough(
  instance: CoSimulationInstance,
  grid: TimeGrid,
  stepsPerPoint: number,
  sample: (time: number, keep: boolean) => void,
  progress: (time: number) => void,
): SimulationResult["end"] {
  let time = grid.startTime;
  for (let k = 1; k <= grid.steps; k++) {
    const target = gridTime(grid, k);
    // More than one turn only where the FMU returned early.
    while (time < target) {
      const outcome = instance.doStep(time, stepBetween(grid, time, target));
      if (outcome.terminated) {
        if (outcome.reached > time) sample(outcome.reached, true);
        return "terminated_by_fmu";
      }
      if (outcome.status > STATUS_WARNING) throw stepError(instance, outcome, time, target);
      if (outcome.reached <= time) throw stuckError(instance, time);
      time = target - outcome.reached <= grid.stepSize * 1e-9 ? target : outcome.reached;
    }
    sample(time, isRecorded(grid, k, stepsPerPoint));
    progress(time);
  }
  return "completed";
}

class StepError extends FmuCallError {
  constructor(functionName: string, status: number, text: string) {
    super(functionName, status);
    this.message = text;
  }
}

function stepError(
  instance: CoSimulationInstance,
  outcome: StepOutcome,
  from: number,
  to: number,
): StepError {
  const name = `fmi${instance.access.fmiMajor}DoStep`;
  const short = (value: number) => String(Number(value.toPrecision(12)));
  const reached = outcome.reached > from ? `; it came to ${short(outcome.reached)} s` : "";
  const where = `in the step from model time ${short(from)} s to ${short(to)} s${reached}`;
  return new StepError(
    name,
    outcome.status,
    `${name} returned the status "${statusWord(outcome.status)}" ${where}`,
  );
}

function stuckError(instance: CoSimulationInstance, time: number): StepError {
  const name = `fmi${instance.access.fmiMajor}DoStep`;
  return new StepError(name, 3, `${name} returned early at model time ${time} s without any progress`);
}

function readOutputs(blocks: readonly ValueBlock[], order: readonly Variable[]): SimulationResult["outputs"] {
  const values = new Map<string, StartValue[]>();
  for (const block of blocks) {
    block.get();
    const read = block.read();
    block.variables.forEach((variable, index) => {
      values.set(variable.name, read[index] ?? []);
    });
  }
  return order.map(({ name }) => ({ name, values: values.get(name) ?? [] }));
}

/** Passes on a call when 100 ms have gone by, looking at the clock seldom enough to cost nothing. */
function paced(progress: (time: number) => void): (time: number) => void {
  let stride = 1;
  let calls = 0;
  let checked = performance.now();
  let told = checked;
  return (time) => {
    calls += 1;
    if (calls < stride) return;
    calls = 0;
    const now = performance.now();
    if (now - checked < 5) stride = Math.min(stride * 2, 65_536);
    else if (now - checked > 50) stride = Math.max(1, stride >> 1);
    checked = now;
    if (now - told < 100) return;
    told = now;
    progress(time);
  };
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
