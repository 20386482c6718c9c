import { FmuCallError, STATUS_DISCARD, STATUS_ERROR, STATUS_WARNING, statusWord } from "../fmu-status.ts";
import type { CoSimulationInstance, StepOutcome } from "../instance.ts";
import type { RowWriter } from "../recording/event-rows.ts";
import { shortTime } from "../short-time.ts";
import { gridTime, ROUNDING, stepBetween, type TimeGrid } from "../time-grid.ts";
import type { NativeSteps } from "./native-steps.ts";
import type { EventPoint, StepEvents } from "./step-events.ts";
import { StepNotes } from "./step-notes.ts";
import type { SteppedInputs } from "./stepped-inputs.ts";

/** What a Co-Simulation is put together from. */
export interface StepLoopParts {
  instance: CoSimulationInstance;
  grid: TimeGrid;
  rows: RowWriter;
  /** Takes a point that is recorded nowhere into the statistics. */
  pass(time: number): void;
  inputs: SteppedInputs | undefined;
  events: StepEvents | undefined;
  /** Whether steps of any size may be taken: to input events, to time events, and smaller ones where one is discarded. */
  variableSteps: boolean;
  progress(time: number): void;
  /** Sets what a run from a saved state is given anew; undefined where that is nothing. */
  setAnew?: (() => void) | undefined;
  /** Where nothing but stepping and recording is to be done between grid points. */
  nativeSteps?: NativeSteps | undefined;
}

/* A step towards grid point `k`, which was to end at `stop`; inputs jump at `jump`. */
interface TakenStep {
  k: number;
  stop: number;
  size: number;
  jump: number;
}

/* Times this close, in communication steps, are one. */
const SAME_TIME = 1e-9;
/* Steps are halved this far where the FMU discards them. */
const SMALLEST_STEP = 1 / 1024;
const MOST_EVENTS_AT_ONCE = 1000;
/* Steps taken at once in C: so many that they take a few milliseconds, after which progress is looked at. */
const FIRST_BATCH = 16;
const LARGEST_BATCH = 8192;
const BATCH_MS = 4;

/** The loop of Co-Simulation (FMI 2.0.5, section 4.2.4; FMI 3.0.2, section 4.2): the order of calls is the standard's. */
export class CoSimulationLoop {
  readonly #parts: StepLoopParts;
  readonly #tiny: number;
  /* Inputs that jump within this of a communication point, s, jump at it. */
  readonly #slack: number;
  #time: number;
  /* Largest step since the FMU discarded one. */
  #largest = Number.POSITIVE_INFINITY;
  #atOnce = 0;
  #batch = FIRST_BATCH;
  readonly #notes = new StepNotes();

  constructor(parts: StepLoopParts) {
    this.#parts = parts;
    this.#time = parts.grid.startTime;
    const { startTime, stopTime, stepSize } = parts.grid;
    // Far from zero, two times that differ by rounding may be further apart than that.
    const rounding = 4 * Number.EPSILON * Math.max(Math.abs(startTime), Math.abs(stopTime));
    this.#tiny = Math.max(SAME_TIME * stepSize, rounding);
    this.#slack = Math.max(ROUNDING * stepSize, rounding);
  }

  /** Last communication point, s. */
  get time(): number {
    return this.#time;
  }

  /** What is worth knowing of the steps taken, a sentence each. */
  get messages(): string[] {
    return this.#notes.tell(this.#functionName());
  }

  /** Takes the instance, in Step Mode, or in the Event Mode that ended its initialization, to the stop time. */
  run(isResumed: boolean): "completed" | "terminated_by_fmu" {
    const { grid, rows, events, progress } = this.#parts;
    if (!(isResumed ? this.#resume() : (events?.begin(this.#here()) ?? true))) return this.#endEarly();
    rows.gridPoint(0, this.#time);
    if (!this.#handleEvents(false)) return this.#endEarly();
    const taken = this.#takeBatches();
    if (taken === undefined) return this.#endEarly();
    for (let k = taken + 1; k <= grid.steps; k++) {
      const target = gridTime(grid, k);
      while (this.#time < target) if (!this.#step(k, target)) return this.#endEarly();
      progress(this.#time);
    }
    return "completed";
  }

  /* What changes at events only is set in Event Mode; whether the simulation goes on. */
  #resume(): boolean {
    const { events, setAnew } = this.#parts;
    return events === undefined || setAnew === undefined || events.resume(this.#here(), setAnew);
  }

  /*
   * Takes steps in C up to the last one, or to one that ends otherwise than at its grid point: from there on each is looked at.
   * Returns how many are done; undefined where the simulation does not go on.
   */
  #takeBatches(): number | undefined {
    const { nativeSteps, grid, progress } = this.#parts;
    if (nativeSteps === undefined) return 0;
    let taken = 0;
    while (taken < grid.steps) {
      const count = Math.min(this.#batch, grid.steps - taken);
      const started = performance.now();
      taken += nativeSteps.take(taken + 1, count);
      this.#chooseBatch(performance.now() - started);
      this.#notes.noteWarnings(nativeSteps.warnings.count, nativeSteps.warnings.first);
      this.#time = gridTime(grid, taken);
      progress(this.#time);
      const { outcome } = nativeSteps;
      if (outcome === undefined) continue;
      const target = gridTime(grid, taken + 1);
      const size = stepBetween(grid, this.#time, target);
      let goesOn = this.#conclude(outcome, {
        k: taken + 1,
        stop: target,
        size,
        jump: Number.POSITIVE_INFINITY,
      });
      while (goesOn && this.#time < target) goesOn = this.#step(taken + 1, target);
      return goesOn ? taken + 1 : undefined;
    }
    return taken;
  }

  #chooseBatch(ms: number): void {
    if (ms < BATCH_MS / 4) this.#batch = Math.min(this.#batch * 2, LARGEST_BATCH);
    else if (ms > BATCH_MS) this.#batch = Math.max(1, Math.floor((this.#batch * BATCH_MS) / (2 * ms)));
  }

  /** One communication step towards a grid point; whether the simulation goes on. */
  #step(k: number, target: number): boolean {
    const { instance, grid, inputs } = this.#parts;
    const from = this.#time;
    const jump = inputs?.nextEventAfter(from + this.#slack) ?? Number.POSITIVE_INFINITY;
    inputs?.setForStep(this.#inputTime());
    const stop = this.#chooseStop(target);
    this.#noteDue(stop);
    const size = stop === target ? stepBetween(grid, from, target) : stop - from;
    return this.#conclude(instance.doStep(from, size), { k, stop, size, jump });
  }

  /** What follows a step; whether the simulation goes on. */
  #conclude(outcome: StepOutcome, { k, stop, size, jump }: TakenStep): boolean {
    const { grid, rows, pass } = this.#parts;
    const from = this.#time;
    const target = gridTime(grid, k);
    // FMUs are known that do not say how far they came, or that name a time outside of the step.
    outcome.reached = outcome.reached >= from ? Math.min(outcome.reached, stop) : from;
    if (outcome.terminated) {
      this.#time = outcome.reached;
      return false;
    }
    if (outcome.status === STATUS_WARNING) this.#notes.noteWarnings(1, from);
    if (outcome.status > STATUS_WARNING) this.#limitStep(outcome, size, k);
    else if (this.#largest < grid.stepSize) this.#largest *= 2;
    else this.#largest = Number.POSITIVE_INFINITY;
    const { reached, needsEvent } = outcome;
    this.#time = stop - reached <= this.#tiny ? stop : reached;
    this.#notes.noteReached(this.#time, this.#tiny);
    if (this.#time > from) this.#atOnce = 0;
    else if (outcome.status !== STATUS_DISCARD) this.#checkProgress(needsEvent);
    if (this.#time === target) rows.gridPoint(k, target);
    else if (this.#time > from) pass(this.#time);
    return this.#handleEvents(needsEvent || jump <= this.#time + this.#slack);
  }

  #inputTime(): number {
    const { inputs } = this.#parts;
    if (inputs === undefined) return this.#time;
    const event = inputs.nextEventAfter(this.#time);
    return event <= this.#time + this.#slack ? event : this.#time;
  }

  #here(): EventPoint {
    return { time: this.#time, inputTime: this.#inputTime(), until: this.#time + this.#tiny };
  }

  #chooseStop(target: number): number {
    const { inputs, events, variableSteps } = this.#parts;
    let stop = target;
    if (!variableSteps) return stop;
    const consider = (time: number, slack = this.#tiny) => {
      if (time > this.#time && time < stop - slack) stop = time;
    };
    if (inputs !== undefined) consider(inputs.nextEventAfter(this.#time + this.#slack), this.#slack);
    if (events !== undefined) consider(events.next());
    if (this.#largest < Number.POSITIVE_INFINITY) consider(this.#time + this.#largest);
    return stop;
  }

  #noteDue(stop: number): void {
    const { events, variableSteps } = this.#parts;
    if (variableSteps || events === undefined) return;
    const due = events.next();
    this.#notes.noteDue(due > this.#time && due < stop - this.#tiny ? due : undefined);
  }

  /** Enters Event Mode where it is needed, and again where events follow at once; whether the simulation goes on. */
  #handleEvents(isAskedFor: boolean): boolean {
    const { events, rows, grid } = this.#parts;
    if (events === undefined) return true;
    if (!isAskedFor && !this.#isEventDue()) return true;
    rows.beforeEvent(this.#time);
    let goesOn = true;
    let wasLate = false;
    do {
      wasLate = this.#nextEvent() < this.#time - this.#tiny;
      goesOn = events.handle(this.#here());
      this.#checkProgress(true);
      // At the stop time nothing follows but on what was late: FMUs are known that name it as their next event for ever.
    } while (goesOn && this.#isEventDue() && (this.#time < grid.stopTime || wasLate));
    rows.afterEvent(this.#time);
    return goesOn;
  }

  #isEventDue(): boolean {
    return this.#nextEvent() <= this.#time + this.#tiny;
  }

  #nextEvent(): number {
    return this.#parts.events?.next() ?? Number.POSITIVE_INFINITY;
  }

  /* A discarded step is tried again from where the FMU stands, in smaller steps where it stands where it was. */
  #limitStep(outcome: StepOutcome, size: number, k: number): void {
    const { grid, variableSteps } = this.#parts;
    const canRetry = outcome.status === STATUS_DISCARD && variableSteps;
    if (canRetry && outcome.reached > this.#time) return;
    if (!canRetry || size / 2 < grid.stepSize * SMALLEST_STEP) throw this.#stepError(outcome, k);
    this.#largest = size / 2;
  }

  #checkProgress(isEvent: boolean): void {
    this.#atOnce += 1;
    if (isEvent && this.#atOnce <= MOST_EVENTS_AT_ONCE) return;
    const what = isEvent ? `asks for more than ${MOST_EVENTS_AT_ONCE} events` : "returned early";
    const name = isEvent && this.#isEventDue() ? "fmi3UpdateDiscreteStates" : this.#functionName();
    throw new StepError(name, STATUS_ERROR, `${name} ${what} at model time ${this.#time} s without progress`);
  }

  #stepError({ status, reached }: StepOutcome, k: number): StepError {
    const { grid, variableSteps } = this.#parts;
    const name = this.#functionName();
    const [from, to] = [gridTime(grid, k - 1), gridTime(grid, k)];
    const came = Math.max(reached, this.#time);
    const progress = came > from ? `; it came to ${shortTime(came)} s` : "";
    const where = `in the step from model time ${shortTime(from)} s to ${shortTime(to)} s${progress}`;
    const isFixed = status === STATUS_DISCARD && !variableSteps;
    const why = isFixed ? ", and it takes steps of one size only, so that none smaller was tried" : "";
    const what = `${name} returned the status "${statusWord(status)}" ${where}${why}`;
    return new StepError(name, status, `${what}${this.#notes.explainFailure()}`);
  }

  #functionName(): string {
    const { fmiMajor } = this.#parts.instance.access;
    return fmiMajor === 1 ? "fmiDoStep" : `fmi${fmiMajor}DoStep`;
  }

  #endEarly(): "terminated_by_fmu" {
    this.#parts.rows.lastPoint(this.#time);
    return "terminated_by_fmu";
  }
}

class StepError extends FmuCallError {
  constructor(functionName: string, status: number, text: string) {
    super(functionName, status);
    this.message = text;
  }
}
