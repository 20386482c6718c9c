import { countElements } from "./dimensions.ts";
import { createInputCursor, type InputCursor, type InputSide } from "./input/input-cursor.ts";
import { findInputElement, type InputElement, isHeld } from "./input/input-element.ts";
import { type InputSeries, timeTolerance } from "./input/input-series.ts";
import type { Variable } from "./model-description.ts";
import type { DrivenInputs } from "./model-exchange-problem.ts";
import type { SimulationSettings } from "./simulation-settings.ts";
import { createValueBlocks, type ValueAccess, type ValueBlock } from "./value-block.ts";

/* Variables set together, and from which column of the cursor each of their elements comes. */
interface Group {
  cursor: InputCursor;
  blocks: ValueBlock[];
  /** One per element, block after block; elements without a column keep their start value. */
  values: Float64Array;
  /** Of each column of the cursor, its place in `values`. */
  places: Int32Array;
  columnValues: Float64Array;
}

/**
 * Drives the variables that a series has columns for; undefined without a series. Those of variability continuous change
 * in Continuous-Time Mode, all others in Event Mode (FMI 2.0.5, section 3.2.3; FMI 3.0.2, section 3.2). Throws a plain
 * error for a column that no variable takes.
 */
export function createSeriesInputs(
  access: ValueAccess,
  { inputSeries: series, startValues, startTime }: SimulationSettings,
): DrivenInputs | undefined {
  if (series === undefined) return undefined;
  const given = new Map(startValues.map(({ name, values }) => [name, values.map(Number)]));
  const elements = [...series.columns.keys()].map((key) => ({ key, ...requireElement(access, key) }));
  const create = (held: boolean) => {
    const chosen = elements.filter(({ variable }) => isHeld(variable) === held);
    return chosen.length === 0 ? undefined : createGroup(access, series, chosen, given);
  };
  const [continuous, held] = [create(false), create(true)];
  const groups = [continuous, held].filter((group) => group !== undefined);
  const slack = timeTolerance(series.time);
  const isMoving = [...series.columns.values()].some(({ interpolation }) => interpolation === "linear");
  let segmentStart = startTime;
  return {
    setContinuous: (time) => {
      // What is held is as it was set when the segment began.
      if (continuous && isMoving) apply(continuous, time, time > segmentStart ? "left" : "right");
    },
    setAll: (time) => {
      segmentStart = time;
      for (const group of groups) apply(group, time, "right");
    },
    beginSegment: (time) => {
      segmentStart = time;
    },
    nextBreakpointAfter: (time) =>
      groups.reduce((next, { cursor }) => Math.min(next, cursor.nextBreakpointAfter(time)), Infinity),
    isJump: (time) => groups.some(({ cursor }) => cursor.nextEventAfter(segmentStart) <= time + slack),
  };
}

function requireElement({ description }: ValueAccess, key: string): InputElement {
  const element = findInputElement(description, key);
  if (element === undefined) throw new Error(`no variable takes the column ${JSON.stringify(key)}`);
  return element;
}

function createGroup(
  access: ValueAccess,
  series: InputSeries,
  elements: readonly (InputElement & { key: string })[],
  given: ReadonlyMap<string, readonly number[]>,
): Group {
  const variables = [...new Set(elements.map(({ variable }) => variable))];
  const blocks = createValueBlocks(access, variables);
  const starts: number[] = [];
  const placeOf = new Map<Variable, number>();
  for (const variable of blocks.flatMap((block) => block.variables)) {
    placeOf.set(variable, starts.length);
    const start = given.get(variable.name) ?? variable.start?.map(Number) ?? [0];
    const count = countElements(variable, access.description);
    for (let i = 0; i < count; i++) starts.push(start[start.length === 1 ? 0 : i] ?? 0);
  }
  const columns = elements.map(({ key, variable }) => ({ name: key, isDiscrete: isHeld(variable) }));
  return {
    cursor: createInputCursor(series, columns),
    blocks,
    values: Float64Array.from(starts),
    places: Int32Array.from(elements, ({ variable, index }) => (placeOf.get(variable) ?? 0) + index),
    columnValues: new Float64Array(elements.length),
  };
}

function apply({ cursor, blocks, values, places, columnValues }: Group, time: number, side: InputSide): void {
  cursor.readValues(time, side, columnValues, 0);
  for (let i = 0; i < places.length; i++) values[places[i] as number] = columnValues[i] as number;
  let at = 0;
  for (const block of blocks) {
    block.writeNumbers(values, at);
    block.set();
    at += block.size;
  }
}
