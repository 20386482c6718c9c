import type { EventMode } from "../instance.ts";
import { settleEvent } from "../model-exchange/event-iteration.ts";
import type { ClockSchedule, SavedClock } from "./clock-schedule.ts";
import type { SteppedInputs } from "./stepped-inputs.ts";

/** Where an event takes place; times in seconds. */
export interface EventPoint {
  time: number;
  /** Inputs have the values that hold from this time on: that of a jump within rounding of `time`. */
  inputTime: number;
  /** Clocks that are to tick up to here tick now. */
  until: number;
}

/** Events ahead of a saved state; null stands for none. */
export interface SavedEvents {
  nextEventTime: number | null;
  clocks: SavedClock[];
}

const NO_CLOCKS: ReadonlySet<number> = new Set();

/** The events of a Co-Simulation FMU with Event Mode (FMI 3.0.2, section 4.2.1). */
export class StepEvents {
  readonly #mode: EventMode;
  readonly #clocks: ClockSchedule | undefined;
  readonly #inputs: SteppedInputs | undefined;
  #nextEventTime = Number.POSITIVE_INFINITY;

  constructor(mode: EventMode, clocks: ClockSchedule | undefined, inputs: SteppedInputs | undefined) {
    this.#mode = mode;
    this.#clocks = clocks;
    this.#inputs = inputs;
  }

  /** When Event Mode is to be entered next, s, as far as is known: infinity where it is not. */
  next(): number {
    return Math.min(this.#nextEventTime, this.#clocks?.next() ?? Number.POSITIVE_INFINITY);
  }

  /** What a later run must know to go on from here. */
  save(): SavedEvents {
    return { nextEventTime: finite(this.#nextEventTime), clocks: this.#clocks?.save() ?? [] };
  }

  /** Goes on where another run saved, instead of `begin`. */
  restore({ nextEventTime, clocks }: SavedEvents): void {
    this.#nextEventTime = nextEventTime ?? Number.POSITIVE_INFINITY;
    this.#clocks?.restore(clocks);
  }

  /** In Initialization Mode, once all start values are set. */
  initialize(): void {
    this.#clocks?.initialize();
  }

  /** The first event, in the Event Mode that Initialization Mode ended in; whether the simulation goes on. */
  begin(point: EventPoint): boolean {
    return this.#settle(point);
  }

  /** An event at the start of a run from a saved state, in which `set` sets what is given anew; whether the simulation goes on. */
  resume(point: EventPoint, set: () => void): boolean {
    this.#mode.enterEventMode();
    set();
    return this.#settle(point);
  }

  /** An event at the time reached, from Step Mode to Step Mode; whether the simulation goes on. */
  handle(point: EventPoint): boolean {
    this.#mode.enterEventMode();
    return this.#settle(point);
  }

  #settle({ time, inputTime, until }: EventPoint): boolean {
    // What is clocked can be set when its Clock is active.
    const active = this.#clocks?.activate(until);
    this.#inputs?.setAll(inputTime, active ?? NO_CLOCKS);
    const { terminate, nextEventTime } = settleEvent(this.#mode, time);
    this.#nextEventTime = nextEventTime;
    if (terminate) return false;
    this.#clocks?.refresh(time);
    this.#mode.enterStepMode();
    return true;
  }
}

function finite(time: number): number | null {
  return Number.isFinite(time) ? time : null;
}
