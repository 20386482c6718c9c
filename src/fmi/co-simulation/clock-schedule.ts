import type { ClockDescription, Variable } from "../description/model-description.ts";
import type { InputSeries } from "../input/input-series.ts";
import { isTriggeredClock, tickTimes } from "../input/triggered-clocks.ts";
import type { ValueAccess } from "../value-block.ts";
import { bindClockCalls, type ClockCalls, type Fraction } from "./clock-calls.ts";

/**
 * The input Clocks of an FMU, which the importer makes tick (FMI 3.0.2, section 2.2.9): time-based ones, and triggered ones
 * at the times that an input series gives. Times in seconds.
 */
export interface ClockSchedule {
  /** The next tick; infinity where none is known. */
  next(): number;
  /** In Initialization Mode: asks for what the FMU decides about the first ticks. */
  initialize(): void;
  /** In Event Mode: makes the Clocks tick that are due up to a time; returns their value references. */
  activate(until: number): ReadonlySet<number>;
  /** In Event Mode, when the discrete states are updated: asks for the intervals that the FMU decides. */
  refresh(time: number): void;
  save(): SavedClock[];
  restore(saved: readonly SavedClock[]): void;
}

/** Where a Clock stands; null stands for a tick that is not known. */
export interface SavedClock {
  valueReference: number;
  ticks: number;
  interval: number;
  resolution?: number;
  first: number | null;
  next: number | null;
}

interface ScheduledClock extends Fraction {
  valueReference: number;
  /** Listed ones are triggered, at the `times` of a series. */
  kind: "periodic" | "tunable" | "changing" | "countdown" | "listed";
  /** Whether the FMU gives the interval, not the model description. */
  isAsked: boolean;
  asFraction: boolean;
  times: readonly number[];
  /** Ticks since `first`, the first one included. */
  ticks: number;
  first: number;
  next: number;
  /** In this event. */
  hasTicked: boolean;
}

const NEVER = Number.POSITIVE_INFINITY;

/** The schedule of a run that starts at `startTime`; undefined where the FMU has no input Clock that ticks. */
export function createClockSchedule(
  { library, instance, description }: Pick<ValueAccess, "library" | "instance" | "description">,
  startTime: number,
  series?: InputSeries,
): ClockSchedule | undefined {
  const timeBased = description.variables.filter(isTimeBased).map((each) => schedule(each, startTime));
  const listed = description.variables
    .filter(isTriggeredClock)
    .flatMap((each) => list(each, startTime, series));
  const clocks = [...timeBased, ...listed];
  if (clocks.length === 0) return undefined;
  const calls = bindClockCalls(library, instance);
  return {
    next: () => clocks.reduce((least, { next }) => Math.min(least, next), NEVER),
    initialize: () => {
      for (const clock of clocks) if (clock.isAsked) askFirst(clock, calls, startTime);
    },
    activate: (until) => {
      const due = clocks.filter((clock) => clock.next <= until);
      for (const clock of due) {
        calls.tick(clock.valueReference);
        clock.ticks += 1;
        clock.hasTicked = true;
        clock.next = nextOf(clock);
      }
      return new Set(due.map(({ valueReference }) => valueReference));
    },
    refresh: (time) => {
      for (const clock of clocks) askAgain(clock, calls, time);
    },
    save: () =>
      clocks.map(({ valueReference, ticks, counter, resolution, first, next }) => ({
        ...{ valueReference, ticks, interval: counter, resolution },
        first: Number.isFinite(first) ? first : null,
        next: Number.isFinite(next) ? next : null,
      })),
    restore: (saved) => {
      for (const clock of clocks) {
        const found = saved.find(({ valueReference }) => valueReference === clock.valueReference);
        // A tick at the time of a saved state was before it was saved.
        if (clock.kind === "listed") Object.assign(clock, skipTicks(clock, startTime));
        if (found === undefined || clock.kind === "listed") continue;
        const { ticks, interval: counter, resolution = 1, first, next } = found;
        Object.assign(clock, { ticks, counter, resolution, first: first ?? NEVER, next: next ?? NEVER });
      }
    },
  };
}

function isTimeBased({ type, causality, clock }: Variable): boolean {
  const kind = clock?.intervalVariability;
  return type === "Clock" && causality === "input" && kind !== undefined && kind !== "triggered";
}

function schedule({ valueReference, clock }: Variable, startTime: number): ScheduledClock {
  const kind = kindOf(clock);
  const written = readFraction(clock?.intervalDecimal, clock?.intervalCounter, clock?.resolution);
  const shift = readFraction(clock?.shiftDecimal, clock?.shiftCounter, clock?.resolution);
  const isPeriodic = kind === "periodic" || kind === "tunable";
  const scheduled: ScheduledClock = {
    ...{ valueReference, kind, times: [], ticks: 0, hasTicked: false, next: NEVER },
    ...(written ?? { counter: Number.NaN, resolution: 1 }),
    isAsked: !isPeriodic || written === undefined,
    asFraction: clock?.supportsFraction === true,
    first: startTime + (shift === undefined ? 0 : shift.counter / shift.resolution),
  };
  // A Clock without a shift of its own has that of the FMU, which is asked for with the interval.
  if (isPeriodic && shift === undefined && written === undefined) scheduled.first = Number.NaN;
  return { ...scheduled, next: isPeriodic && written !== undefined ? nextOf(scheduled) : NEVER };
}

function kindOf(clock: ClockDescription | undefined): ScheduledClock["kind"] {
  const variability = clock?.intervalVariability;
  const isOwn = variability === "changing" || variability === "countdown" || variability === "tunable";
  return isOwn ? variability : "periodic";
}

function readFraction(
  decimal: number | undefined,
  counter: number | undefined,
  resolution: number | undefined,
): Fraction | undefined {
  if (counter !== undefined && resolution !== undefined && resolution > 0) return { counter, resolution };
  return decimal === undefined ? undefined : { counter: decimal, resolution: 1 };
}

function list(variable: Variable, startTime: number, series: InputSeries | undefined): ScheduledClock[] {
  const times = tickTimes(variable, series).filter((time) => time >= startTime);
  if (times.length === 0) return [];
  return [
    {
      ...{ valueReference: variable.valueReference, kind: "listed", times, ticks: 0, hasTicked: false },
      ...{ counter: Number.NaN, resolution: 1, isAsked: false, asFraction: false },
      ...{ first: times[0] ?? NEVER, next: times[0] ?? NEVER },
    },
  ];
}

function skipTicks({ times }: ScheduledClock, until: number): Pick<ScheduledClock, "ticks" | "next"> {
  const ticks = times.filter((time) => time <= until).length;
  return { ticks, next: times[ticks] ?? NEVER };
}

/* Computed, never accumulated, and exact for a fraction as long as it can be. */
function nextOf({ kind, times, ticks, first, counter, resolution }: ScheduledClock): number {
  if (kind === "listed") return times[ticks] ?? NEVER;
  if (kind === "changing" || kind === "countdown") return NEVER;
  return counter > 0 ? first + (ticks * counter) / resolution : NEVER;
}

function askFirst(clock: ScheduledClock, calls: ClockCalls, startTime: number): void {
  const { valueReference, asFraction, kind } = clock;
  const { counter, resolution, isKnown } = calls.interval(valueReference, asFraction);
  if (!isKnown) return;
  Object.assign(clock, { counter, resolution });
  if (kind === "changing" || kind === "countdown") {
    clock.next = after(startTime, clock);
    return;
  }
  if (Number.isNaN(clock.first)) {
    const shift = calls.shift(valueReference, asFraction);
    clock.first = startTime + shift.counter / shift.resolution;
  }
  clock.next = nextOf(clock);
}

/* A changing Clock is asked when it has ticked, a countdown at every event, a tunable one in case a parameter changed it. */
function askAgain(clock: ScheduledClock, calls: ClockCalls, time: number): void {
  const { kind, isAsked, hasTicked } = clock;
  clock.hasTicked = false;
  const isDue = kind === "countdown" || (kind === "changing" && (hasTicked || clock.next === NEVER));
  if (!isDue && !(kind === "tunable" && isAsked)) return;
  const { counter, resolution, isKnown, hasChanged } = calls.interval(clock.valueReference, clock.asFraction);
  if (!isKnown) return;
  if (kind === "changing" || hasChanged) {
    Object.assign(clock, { counter, resolution, first: time, ticks: 1 });
    clock.next = after(time, clock);
  }
}

function after(time: number, { counter, resolution }: Fraction): number {
  return counter >= 0 ? time + counter / resolution : NEVER;
}
