import type { Variable } from "../description/model-description.ts";
import { findElement, type VariableElement } from "../description/variable-element.ts";
import { createInputCursor, type InputCursor, type InputSide } from "../input/input-cursor.ts";
import { isHeld } from "../input/input-element.ts";
import { type InputSeries, timeTolerance } from "../input/input-series.ts";
import type { DrivenInputs } from "../model-exchange/model-exchange-problem.ts";
import type { SimulationSettings } from "../simulation-settings.ts";
import type { ValueAccess } from "../value-block.ts";
import { createElementSetter } from "./driven-values.ts";

/* Variables set together, their columns in a cursor of their own. */
interface Group {
  /** What is clocked can be set while one of these is active; undefined for what is not. */
  clocks: readonly number[] | undefined;
  cursor: InputCursor;
  columnValues: Float64Array;
  /** Sets the variables to these values. */
  set(columnValues: Float64Array): void;
}

/**
 * Drives the variables that a series has columns for; undefined without a series. Those of variability continuous change
 * in Continuous-Time Mode, all others in Event Mode (FMI 2.0.5, section 3.2.3; FMI 3.0.2, section 3.2). Throws a plain
 * error for a column that no variable takes.
 */
export function createSeriesInputs(
  access: ValueAccess,
  settings: SimulationSettings,
): DrivenInputs | undefined {
  const { inputSeries: series, startTime } = settings;
  if (series === undefined) return undefined;
  const elements = [...series.columns.keys()]
    .map((key) => ({ key, ...requireElement(access, key) }))
    // Clocks tick by their schedule.
    .filter(({ variable }) => variable.type !== "Clock");
  const create = (filter: (variable: Variable) => boolean) => {
    const chosen = elements.filter(({ variable }) => filter(variable));
    return chosen.length === 0 ? [] : [createGroup(access, series, chosen, settings)];
  };
  const [continuous] = create((variable) => !isHeld(variable));
  const clocked = [...new Set(elements.map(({ variable }) => variable))].filter(
    ({ clocks }) => clocks !== undefined,
  );
  const groups = [
    ...(continuous === undefined ? [] : [continuous]),
    ...create((variable) => isHeld(variable) && variable.clocks === undefined),
    ...clocked.flatMap((one) => create((variable) => variable === one)),
  ];
  const slack = timeTolerance(series.time);
  const isMoving = [...series.columns.values()].some(({ interpolation }) => interpolation === "linear");
  let segmentStart = startTime;
  return {
    setContinuous: (time) => {
      // What is held is as it was set when the segment began.
      if (continuous && isMoving) apply(continuous, time, time > segmentStart ? "left" : "right");
    },
    setAll: (time, activeClocks) => {
      segmentStart = time;
      for (const group of groups) {
        const isOpen = group.clocks === undefined || activeClocks === undefined;
        if (isOpen || group.clocks?.some((clock) => activeClocks?.has(clock))) apply(group, time, "right");
      }
    },
    beginSegment: (time) => {
      segmentStart = time;
    },
    nextBreakpointAfter: (time) =>
      groups.reduce((next, { cursor }) => Math.min(next, cursor.nextBreakpointAfter(time)), Infinity),
    isJump: (time) => groups.some(({ cursor }) => cursor.nextEventAfter(segmentStart) <= time + slack),
  };
}

function requireElement({ description }: ValueAccess, key: string): VariableElement {
  const element = findElement(description, key);
  if (element === undefined) throw new Error(`no variable takes the column ${JSON.stringify(key)}`);
  return element;
}

function createGroup(
  access: ValueAccess,
  series: InputSeries,
  elements: readonly (VariableElement & { key: string })[],
  settings: SimulationSettings,
): Group {
  const columns = elements.map(({ key, variable }) => ({ name: key, isDiscrete: isHeld(variable) }));
  return {
    clocks: elements[0]?.variable.clocks,
    cursor: createInputCursor(series, columns),
    columnValues: new Float64Array(elements.length),
    set: createElementSetter(access, settings, elements),
  };
}

function apply({ cursor, columnValues, set }: Group, time: number, side: InputSide): void {
  cursor.readValues(time, side, columnValues, 0);
  set(columnValues);
}
