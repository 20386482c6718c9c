import { isRecorded, type TimeGrid } from "../time-grid.ts";

const MOST_EVENT_ROWS = 20_000;
const LEAST_EVENT_ROWS = 200;

/** How many rows beyond those of `points` grid points a recording should have for events, two each. */
export function chooseEventCapacity(points: number): number {
  return Math.min(MOST_EVENT_ROWS, Math.max(LEAST_EVENT_ROWS, points));
}

/** The rows of a simulation with events: grid points, and a row before and a row after each event. */
export interface RowWriter {
  /** Takes grid point `k`. */
  gridPoint(k: number, time: number): void;
  /** Takes a point off the grid that is worth a row of its own: the end of a simulation before its stop time. */
  lastPoint(time: number): void;
  /** Takes note of rows that were written elsewhere, the last one at this time. */
  wroteUpTo(time: number): void;
  beforeEvent(time: number): void;
  afterEvent(time: number): void;
  /** When the first event came that was not recorded as a pair, s; undefined where all were. */
  readonly firstUnpaired: number | undefined;
}

/** Writes rows through `sample`, which takes the time and whether to keep the row. */
export function createRowWriter(
  grid: TimeGrid,
  stepsPerPoint: number,
  eventCapacity: number,
  sample: (time: number, keep: boolean) => void,
): RowWriter {
  let room = eventCapacity;
  let lastKept = Number.NaN;
  let isPair = false;
  let firstUnpaired: number | undefined;
  const write = (time: number, keep: boolean) => {
    sample(time, keep);
    if (keep) lastKept = time;
  };
  return {
    gridPoint: (k, time) => write(time, isRecorded(grid, k, stepsPerPoint)),
    lastPoint: (time) => {
      if (time !== lastKept) write(time, true);
    },
    wroteUpTo: (time) => {
      lastKept = time;
    },
    beforeEvent: (time) => {
      const isThere = time === lastKept;
      const needed = isThere ? 1 : 2;
      isPair = room >= needed;
      if (isPair) room -= needed;
      else firstUnpaired ??= time;
      if (!isThere) write(time, isPair);
    },
    afterEvent: (time) => write(time, isPair),
    get firstUnpaired() {
      return firstUnpaired;
    },
  };
}
