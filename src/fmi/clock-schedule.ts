import { checkStatus } from "./fmu-status.ts";
import { allocate, type NativeFunction, type NativeLibrary } from "./library.ts";
import type { ModelDescription, Variable } from "./model-description.ts";

/** The time-based input Clocks of an FMU, which the importer makes tick (FMI 3.0.2, section 2.2.9); times in seconds. */
export interface ClockSchedule {
  /** The next tick; infinity where none is known. */
  next(): number;
  /** In Event Mode: makes the Clocks tick that are due up to a time. */
  activate(until: number): void;
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
  first: number | null;
  next: number | null;
}

interface ScheduledClock {
  valueReference: number;
  kind: "given" | "changing" | "countdown";
  /** Ticks so far. */
  ticks: number;
  interval: number;
  /** Time of the first tick. */
  first: number;
  next: number;
}

const NOT_YET_KNOWN = 0;
const INTERVAL_CHANGED = 2;

/** The schedule of a run that starts at `startTime`; undefined where the FMU has no time-based input Clock. */
export function createClockSchedule(
  library: NativeLibrary,
  instance: number,
  description: ModelDescription,
  startTime: number,
): ClockSchedule | undefined {
  const variables = description.variables.filter(isTimeBased);
  if (variables.length === 0) return undefined;
  const calls = bindClockCalls(library, instance);
  const clocks = variables.map((variable) => schedule(variable, calls, startTime));
  return {
    next: () => clocks.reduce((least, { next }) => Math.min(least, next), Number.POSITIVE_INFINITY),
    activate: (until) => {
      const due = clocks.filter((clock) => clock.next <= until);
      for (const clock of due) {
        calls.tick(clock.valueReference);
        clock.ticks += 1;
        clock.next =
          clock.kind === "given" ? clock.first + clock.ticks * clock.interval : Number.POSITIVE_INFINITY;
      }
    },
    save: () =>
      clocks.map(({ kind: _, first, next, ...rest }) => ({
        ...rest,
        first: Number.isFinite(first) ? first : null,
        next: Number.isFinite(next) ? next : null,
      })),
    restore: (saved) => {
      for (const clock of clocks) {
        const found = saved.find(({ valueReference }) => valueReference === clock.valueReference);
        if (found === undefined) continue;
        const never = Number.POSITIVE_INFINITY;
        Object.assign(clock, { ...found, first: found.first ?? never, next: found.next ?? never });
      }
    },
    refresh: (time) => {
      for (const clock of clocks) {
        if (clock.kind === "given") continue;
        const { interval, qualifier } = calls.interval(clock.valueReference);
        if (qualifier !== NOT_YET_KNOWN) clock.interval = interval;
        // A countdown runs once for each interval; a changing Clock ticks on with the interval it has.
        const isWaiting = clock.next === Number.POSITIVE_INFINITY;
        const ticksOn = clock.kind === "changing" && isWaiting && clock.interval > 0;
        if (qualifier === INTERVAL_CHANGED || ticksOn) clock.next = time + clock.interval;
      }
    },
  };
}

function isTimeBased({ type, causality, clock }: Variable): boolean {
  const kind = clock?.intervalVariability;
  return type === "Clock" && causality === "input" && kind !== undefined && kind !== "triggered";
}

type ClockCalls = ReturnType<typeof bindClockCalls>;

function schedule({ valueReference, clock }: Variable, calls: ClockCalls, startTime: number): ScheduledClock {
  const { resolution = Number.NaN, intervalVariability } = clock ?? {};
  const kind =
    intervalVariability === "changing" || intervalVariability === "countdown" ? intervalVariability : "given";
  if (kind !== "given") {
    const never = Number.POSITIVE_INFINITY;
    return { valueReference, kind, ticks: 0, interval: 0, first: never, next: never };
  }
  const written = clock?.intervalDecimal ?? (clock?.intervalCounter ?? Number.NaN) / resolution;
  const interval = Number.isFinite(written) ? written : calls.interval(valueReference).interval;
  const shifted = clock?.shiftDecimal ?? (clock?.shiftCounter ?? Number.NaN) / resolution;
  const first = startTime + (Number.isFinite(shifted) ? shifted : 0);
  const isUsable = Number.isFinite(interval) && interval > 0;
  return {
    valueReference,
    kind,
    ticks: 0,
    interval,
    first,
    next: isUsable ? first : Number.POSITIVE_INFINITY,
  };
}

function bindClockCalls(library: NativeLibrary, instance: number) {
  const reference = allocate(4);
  const value = allocate(8);
  const qualifier = allocate(4);
  const references = new Uint32Array(reference.buffer);
  const shape = ["uintptr_t", "uintptr_t", "size_t", "uintptr_t"] as const;
  let set: NativeFunction | undefined;
  let get: NativeFunction | undefined;
  return {
    tick: (valueReference: number) => {
      set ??= library.function("fmi3SetClock", "int", shape);
      references[0] = valueReference;
      new Uint8Array(value.buffer)[0] = 1;
      checkStatus("fmi3SetClock", set(instance, reference.address, 1, value.address));
    },
    interval: (valueReference: number) => {
      get ??= library.function("fmi3GetIntervalDecimal", "int", [...shape, "uintptr_t"]);
      references[0] = valueReference;
      const status = get(instance, reference.address, 1, value.address, qualifier.address);
      checkStatus("fmi3GetIntervalDecimal", status);
      return {
        interval: new Float64Array(value.buffer)[0] ?? Number.NaN,
        qualifier: new Int32Array(qualifier.buffer)[0] ?? 0,
      };
    },
  };
}
