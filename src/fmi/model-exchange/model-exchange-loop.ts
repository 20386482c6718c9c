import type { ClockSchedule } from "../co-simulation/clock-schedule.ts";
import type { RowWriter } from "../recording/event-rows.ts";
import { EventLocator } from "../solver/event-location.ts";
import type { EventIndicators, Solver } from "../solver/ode.ts";
import { gridTime, type TimeGrid } from "../time-grid.ts";
import { EventGuard } from "./event-guard.ts";
import { settleEvent } from "./event-iteration.ts";
import type { ContinuousPart, ModelExchangeInstance } from "./model-exchange-instance.ts";
import { createIndicators, type DrivenInputs } from "./model-exchange-problem.ts";
import type { NativeRows } from "./native-points.ts";

/** What a simulation is put together from. */
export interface LoopParts {
  instance: ModelExchangeInstance;
  part: ContinuousPart;
  /** Of the problem whose nominals these are. */
  solver: Solver;
  nominals: Float64Array;
  inputs: DrivenInputs | undefined;
  clocks: ClockSchedule | undefined;
  grid: TimeGrid;
  rows: RowWriter;
  /** Where nothing but recording is to be done at grid points. */
  nativeRows?: NativeRows | undefined;
  needsCompletedStep: boolean;
  progress(time: number): void;
}

/** Events of each kind that were handled; one that is of two kinds counts for both. */
export interface EventCounts {
  state: number;
  time: number;
  step: number;
  input: number;
}

/* So many steps of a run are enough: longer ones are cut, and of more communication points not every one ends a step. */
const ENOUGH_STEPS = 500;

/* Times this close, in communication steps, may be one. */
const SAME_STEP = 1e-3;

const NO_CLOCKS: ReadonlySet<number> = new Set();

/* Times this close, in units in the last place, are one: FMUs compute their next event time with rounding. */
const SAME_TIME_ULPS = 8;

/**
 * The loop of Model Exchange (FMI 2.0.5 and 3.0.2, section 3.2.4): solver steps up to the next time event, outputs from
 * dense output, events between them. The instance comes in Event Mode after initialization, and leaves in
 * Continuous-Time Mode, or in Event Mode where the FMU asked for the end there.
 */
export class ModelExchangeLoop {
  readonly events: EventCounts = { state: 0, time: 0, step: 0, input: 0 };
  readonly #parts: LoopParts;
  readonly #indicators: EventIndicators;
  readonly #locator: EventLocator;
  readonly #guard: EventGuard;
  readonly #x: Float64Array;
  readonly #z: Float64Array;
  /* Signs of the indicators since the last event. */
  readonly #isAbove: Uint8Array;
  #time: number;
  #nextPoint = 1;
  #nextTimeEvent = Number.POSITIVE_INFINITY;

  constructor(parts: LoopParts) {
    const { part, inputs, grid } = parts;
    this.#parts = parts;
    this.#indicators = createIndicators(part, inputs);
    this.#locator = new EventLocator(this.#indicators);
    this.#guard = new EventGuard(grid.startTime, part.indicatorCount);
    this.#x = new Float64Array(part.stateCount);
    this.#z = new Float64Array(part.indicatorCount);
    this.#isAbove = new Uint8Array(part.indicatorCount);
    this.#time = grid.startTime;
  }

  /** Time of the last completed step or event, s. */
  get time(): number {
    return this.#time;
  }

  run(): "completed" | "terminated_by_fmu" {
    const { grid, rows, progress } = this.#parts;
    const { stopTime } = grid;
    if (!this.#settle(true)) return this.#endEarly();
    rows.gridPoint(0, this.#time);
    if (this.#isNow(this.#nextTimeEvent) && !this.#handleEvent()) return this.#endEarly();
    while (this.#time < stopTime) {
      const isStateEvent = this.#step(this.#chooseTarget());
      if (!this.#completeStep(isStateEvent)) return this.#endEarly();
      progress(this.#time);
    }
    return "completed";
  }

  /* The solver may go this far: to the next time event, input breakpoint, or the stop time, and no longer than one step may be. */
  #chooseTarget(): number {
    const { inputs, grid } = this.#parts;
    const breakpoint = inputs?.nextBreakpointAfter(this.#time) ?? Number.POSITIVE_INFINITY;
    const due = Math.min(grid.stopTime, this.#nextTimeEvent, breakpoint);
    const limit = this.#limitStep();
    // What is due within rounding of the limit is gone to itself.
    const target = limit < due && !isSame(limit, due) ? limit : due;
    return isSame(target, grid.stopTime) ? grid.stopTime : target;
  }

  /*
   * An FMU that is to be told of completed steps may look for its own events at their ends, or keep values for a delay: one ends at
   * every communication point, or at every n-th where there are very many. Without states there is no error by which a
   * solver would choose its steps, and event indicators are looked at where steps end.
   */
  #limitStep(): number {
    const { part, grid, needsCompletedStep } = this.#parts;
    const isBlind = part.stateCount === 0 && part.indicatorCount > 0;
    if (isBlind) {
      const rest = (grid.stopTime - grid.startTime) / ENOUGH_STEPS;
      return Math.min(this.#pointTime(), this.#time + rest);
    }
    if (!needsCompletedStep) return Number.POSITIVE_INFINITY;
    return gridTime(grid, this.#nextPoint - 1 + Math.max(1, Math.floor(grid.steps / ENOUGH_STEPS)));
  }

  /* One step of the solver with the grid points in it, up to its end or a state event; whether there is one. */
  #step(target: number): boolean {
    const { solver, grid, nativeRows } = this.#parts;
    const { startTime } = solver.step(target);
    const located = this.#locator.locate(startTime, solver);
    let end = located ?? solver.time;
    let isStateEvent = located !== undefined;
    let checked = startTime;
    if (nativeRows !== undefined) this.#recordPoints(nativeRows, end);
    for (let t = this.#pointTime(); t < end && !this.#isAtPoint(end); t = this.#pointTime()) {
      if (this.#nextPoint > grid.steps) break;
      solver.interpolate(t, this.#x);
      if (this.#hasChangedSign(t)) {
        end = this.#locateBetween(checked, t);
        isStateEvent = true;
        break;
      }
      this.#recordPoint(t);
      checked = t;
    }
    if (end === solver.time) this.#x.set(solver.x);
    else solver.interpolate(end, this.#x);
    this.#time = end;
    this.#setPoint(end);
    return isStateEvent;
  }

  /* What follows a step: the FMU is told, then grid point and events where it ended; false where the FMU wants the end. */
  #completeStep(isStateEvent: boolean): boolean {
    const { instance, inputs, needsCompletedStep } = this.#parts;
    const time = this.#time;
    const completed = needsCompletedStep ? instance.completedIntegratorStep() : undefined;
    if (completed?.terminate) return false;
    if (this.#isAtPoint(time)) this.#recordPoint(time);
    const isTimeEvent = this.#isNow(this.#nextTimeEvent);
    const isStepEvent = completed?.enterEventMode ?? false;
    const isInputEvent = inputs?.isJump(time) ?? false;
    if (isStateEvent) {
      this.events.state += 1;
      this.#guard.noteChanges(time, this.#locator.crossed);
    }
    if (isTimeEvent) this.events.time += 1;
    if (isStepEvent) this.events.step += 1;
    if (isInputEvent) this.events.input += 1;
    if (isStateEvent || isTimeEvent || isStepEvent || isInputEvent) return this.#handleEvent();
    inputs?.beginSegment(time);
    return true;
  }

  /* An event at the time reached, and those that follow at once; false where the FMU wants the end. */
  #handleEvent(): boolean {
    const { instance, rows } = this.#parts;
    rows.beforeEvent(this.#time);
    do {
      this.#guard.noteEvent(this.#time);
      instance.enterEventMode();
      if (!this.#settle(false)) {
        rows.afterEvent(this.#time);
        return false;
      }
      // At the stop time nothing follows: FMUs are known that name it as their next event for ever.
      // One that is rounding later is gone to: an FMU may compare it with its time.
    } while (this.#time < this.#parts.grid.stopTime && this.#nextTimeEvent <= this.#time);
    rows.afterEvent(this.#time);
    return true;
  }

  /* From Event Mode into Continuous-Time Mode, and the solver to where it left the states. */
  #settle(isFirst: boolean): boolean {
    const { instance, part, solver, nominals, inputs, clocks } = this.#parts;
    // What is clocked can be set when its Clock is active.
    const active = clocks?.activate(this.#time + sameTimeRange(this.#time));
    inputs?.setAll(this.#time, active ?? NO_CLOCKS);
    const settled = settleEvent(instance, this.#time);
    if (settled.terminate) return false;
    clocks?.refresh(this.#time);
    this.#nextTimeEvent = Math.min(settled.nextEventTime, clocks?.next() ?? Number.POSITIVE_INFINITY);
    instance.enterContinuousTimeMode();
    if (isFirst || settled.nominalsChanged) part.getNominals(nominals);
    part.getStates(this.#x);
    solver.reset(this.#time, this.#x);
    if (part.indicatorCount === 0) return true;
    this.#locator.start(this.#time, this.#x);
    const z = this.#locator.startIndicators;
    for (let i = 0; i < z.length; i++) this.#isAbove[i] = (z[i] as number) > 0 ? 1 : 0;
    return true;
  }

  #endEarly(): "terminated_by_fmu" {
    this.#parts.rows.lastPoint(this.#time);
    return "terminated_by_fmu";
  }

  /* The grid points before `end`, in C. */
  #recordPoints(nativeRows: NativeRows, end: number): void {
    const { solver, grid } = this.#parts;
    const { size, times, states } = nativeRows;
    for (let count = 1; count > 0; ) {
      count = 0;
      for (let k = this.#nextPoint; count < size && k <= grid.steps; k++, count++) {
        const t = gridTime(grid, k);
        if (t >= end || this.#isAt(k, end)) break;
        times[count] = t;
        solver.interpolate(t, states[count] as Float64Array);
      }
      if (count > 0) nativeRows.record(this.#nextPoint, count);
      this.#nextPoint += count;
    }
  }

  #recordPoint(time: number): void {
    this.#parts.rows.gridPoint(this.#nextPoint, time);
    this.#nextPoint += 1;
  }

  #pointTime(): number {
    return gridTime(this.#parts.grid, this.#nextPoint);
  }

  #isAtPoint(time: number): boolean {
    return this.#isAt(this.#nextPoint, time);
  }

  /* Whether grid point `k` is at a time, or within rounding of it; the last one is the stop time itself. */
  #isAt(k: number, time: number): boolean {
    const { grid } = this.#parts;
    const point = gridTime(grid, k);
    if (k >= grid.steps) return k === grid.steps && time === point;
    // Grid points can be nearer to each other than that, where steps are short and the time is far from zero.
    return isSame(time, point) && Math.abs(time - point) <= grid.stepSize * SAME_STEP;
  }

  #setPoint(time: number): void {
    this.#parts.part.setPoint(time, this.#x);
    this.#parts.inputs?.setContinuous(time);
  }

  /* Sets a point; whether an indicator has changed its sign there, or may have before, as the FMU has none there. */
  #hasChangedSign(time: number): boolean {
    const { part, inputs } = this.#parts;
    if (part.indicatorCount === 0) {
      this.#setPoint(time);
      return false;
    }
    const isSet = part.trySetPoint(time, this.#x);
    inputs?.setContinuous(time);
    if (!isSet || !part.tryGetEventIndicators(this.#z)) return true;
    for (let i = 0; i < this.#z.length; i++) {
      if ((this.#z[i] as number) > 0 !== (this.#isAbove[i] === 1)) return true;
    }
    return false;
  }

  /* A change that was undone within the step, seen at a grid point: locates it between the point before and this one. */
  #locateBetween(from: number, to: number): number {
    const { solver } = this.#parts;
    const x = new Float64Array(this.#x.length);
    const section = { time: to, x: this.#x, interpolate: solver.interpolate.bind(solver) };
    solver.interpolate(from, x);
    this.#locator.start(from, x);
    return this.#locator.locate(from, section) ?? to;
  }

  #isNow(time: number): boolean {
    return time <= this.#time || isSame(time, this.#time);
  }
}

function isSame(a: number, b: number): boolean {
  if (!Number.isFinite(a)) return false;
  return Math.abs(a - b) <= sameTimeRange(Math.max(Math.abs(a), Math.abs(b)));
}

function sameTimeRange(time: number): number {
  return SAME_TIME_ULPS * Number.EPSILON * Math.abs(time);
}
