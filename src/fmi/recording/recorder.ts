/** Statistics of one column over every communication point; null where no finite sample was seen. */
export interface ColumnStatistics {
  min: number | null;
  minTime: number | null;
  max: number | null;
  maxTime: number | null;
  /** Mean over time by the trapezoidal rule, between finite neighbours; the value itself for a run of no length. */
  mean: number | null;
  final: number | null;
  nonFiniteCount: number;
  firstNonFiniteTime: number | null;
}

/** What a recording's bytes hold. Times in seconds; each column is as long as `time`. */
export interface Recording {
  /** Last successful communication point; NaN before initialization was done. */
  timeReached: number;
  /** Communication steps done. */
  steps: number;
  time: Float64Array;
  columns: Float64Array[];
  statistics: ColumnStatistics[];
}

/** Writes samples into a recording's bytes as they come, so that what a killed process recorded can still be read. */
export interface Recorder {
  /** Takes one value per column at a communication point into the statistics and, where `keep`, into the columns. */
  sample(time: number, values: Float64Array, keep: boolean): void;
  /** All of the recording, for what takes samples into it elsewhere; it calls `reload` then. */
  readonly memory: Float64Array;
  readonly capacity: number;
  /** Goes on from what is in the memory; returns the times, s, of the last sample and of the last row. */
  reload(): { reached: number; lastRow: number };
}

/* Layout, all float64: rows, steps, time reached; the statistics of each column; times; columns one after another. */
const ROWS = 0;
const STEPS = 1;
const REACHED = 2;
const HEADER = 3;

const MIN = 0;
const MIN_TIME = 1;
const MAX = 2;
const MAX_TIME = 3;
const INTEGRAL = 4;
const DURATION = 5;
const LAST = 6;
const NON_FINITE = 7;
const FIRST_NON_FINITE = 8;
const SAMPLES = 9;
const STATISTICS = 10;

/** Size in bytes of a recording of so many columns and at most so many rows. */
export function recordingBytes(columns: number, capacity: number): number {
  return 8 * (HEADER + columns * STATISTICS + (columns + 1) * capacity);
}

/** Starts a recording in zeroed memory of {@link recordingBytes}. */
export function createRecorder(columns: number, capacity: number, memory: ArrayBuffer): Recorder {
  const data = new Float64Array(memory);
  const timeStart = HEADER + columns * STATISTICS;
  data[REACHED] = Number.NaN;
  let rows = 0;
  let samples = 0;
  let previousTime = Number.NaN;
  return {
    memory: data,
    capacity,
    reload: () => {
      rows = data[ROWS] as number;
      samples = (data[STEPS] as number) + 1;
      previousTime = data[REACHED] as number;
      return { reached: previousTime, lastRow: data[timeStart + rows - 1] as number };
    },
    sample: (time, values, keep) => {
      for (let column = 0; column < columns; column++) {
        const value = values[column] as number;
        accumulate(data, HEADER + column * STATISTICS, time, previousTime, value);
        if (keep && rows < capacity) data[timeStart + (column + 1) * capacity + rows] = value;
      }
      // A second sample of the same time is what an event left, and no step of its own.
      if (time !== previousTime) samples += 1;
      previousTime = time;
      if (keep && rows < capacity) {
        data[timeStart + rows] = time;
        rows += 1;
        data[ROWS] = rows;
      }
      data[STEPS] = samples - 1;
      data[REACHED] = time;
    },
  };
}

function accumulate(data: Float64Array, at: number, time: number, previousTime: number, value: number): void {
  const samples = data[at + SAMPLES] as number;
  // The usual sample, kept short so that it is compiled in place: finite, as all before it.
  if (samples === 0 || data[at + NON_FINITE] !== 0 || value - value !== 0) {
    accumulateUnusual(data, at, time, previousTime, value);
    return;
  }
  const width = time - previousTime;
  data[at + INTEGRAL] = (data[at + INTEGRAL] as number) + ((data[at + LAST] as number) + value) * 0.5 * width;
  data[at + DURATION] = (data[at + DURATION] as number) + width;
  data[at + LAST] = value;
  data[at + SAMPLES] = samples + 1;
  if (value < (data[at + MIN] as number)) {
    data[at + MIN] = value;
    data[at + MIN_TIME] = time;
  } else if (value > (data[at + MAX] as number)) {
    data[at + MAX] = value;
    data[at + MAX_TIME] = time;
  }
}

/** The first sample, and every one from the first on that is not finite. */
function accumulateUnusual(
  data: Float64Array,
  at: number,
  time: number,
  previousTime: number,
  value: number,
): void {
  const samples = data[at + SAMPLES] as number;
  const last = data[at + LAST] as number;
  data[at + LAST] = value;
  data[at + SAMPLES] = samples + 1;
  if (!Number.isFinite(value)) {
    if (data[at + NON_FINITE] === 0) data[at + FIRST_NON_FINITE] = time;
    data[at + NON_FINITE] = (data[at + NON_FINITE] as number) + 1;
    return;
  }
  if (data[at + NON_FINITE] === samples || value < (data[at + MIN] as number)) {
    data[at + MIN] = value;
    data[at + MIN_TIME] = time;
  }
  if (data[at + NON_FINITE] === samples || value > (data[at + MAX] as number)) {
    data[at + MAX] = value;
    data[at + MAX_TIME] = time;
  }
  if (samples === 0 || !Number.isFinite(last)) return;
  const width = time - previousTime;
  data[at + INTEGRAL] = (data[at + INTEGRAL] as number) + (last + value) * 0.5 * width;
  data[at + DURATION] = (data[at + DURATION] as number) + width;
}

/** All of a recording but its columns. */
export type RecordingSummary = Pick<Recording, "timeReached" | "steps" | "statistics"> & { rows: number };

/** Size in bytes of the part at the start of a recording that {@link readSummary} takes. */
export function summaryBytes(columns: number): number {
  return 8 * (HEADER + columns * STATISTICS);
}

/** Byte offset of the times (index 0) or of column `index - 1`; float64 values, `rows` of them. */
export function columnOffset(columns: number, capacity: number, index: number): number {
  return summaryBytes(columns) + 8 * index * capacity;
}

/** Reads the first {@link summaryBytes} of a recording, finished or cut off. */
export function readSummary(head: Float64Array, columns: number, capacity: number): RecordingSummary {
  return {
    rows: Math.min(head[ROWS] ?? 0, capacity),
    timeReached: head[REACHED] ?? Number.NaN,
    steps: head[STEPS] ?? 0,
    statistics: Array.from({ length: columns }, (_, index) =>
      readStatistics(head, HEADER + index * STATISTICS),
    ),
  };
}

/** Reads a recording in memory, finished or cut off; its columns are copies. */
export function readRecording(memory: ArrayBuffer, columns: number, capacity: number): Recording {
  const { rows, ...summary } = readSummary(new Float64Array(memory), columns, capacity);
  const column = (index: number) =>
    new Float64Array(memory, columnOffset(columns, capacity, index), rows).slice();
  return {
    ...summary,
    time: column(0),
    columns: Array.from({ length: columns }, (_, index) => column(index + 1)),
  };
}

function readStatistics(data: Float64Array, at: number): ColumnStatistics {
  const read = (offset: number) => data[at + offset] as number;
  const samples = read(SAMPLES);
  const nonFiniteCount = read(NON_FINITE);
  const some = samples > nonFiniteCount;
  const duration = read(DURATION);
  // With no two finite neighbours there is nothing to weigh: a single finite sample stands for itself.
  const mean = duration > 0 ? read(INTEGRAL) / duration : samples === 1 ? read(LAST) : null;
  return {
    min: some ? read(MIN) : null,
    minTime: some ? read(MIN_TIME) : null,
    max: some ? read(MAX) : null,
    maxTime: some ? read(MAX_TIME) : null,
    mean: some ? mean : null,
    final: samples > 0 ? read(LAST) : null,
    nonFiniteCount,
    firstNonFiniteTime: nonFiniteCount > 0 ? read(FIRST_NON_FINITE) : null,
  };
}
