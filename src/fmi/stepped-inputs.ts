import { ToolError } from "../errors.ts";
import { countElements } from "./dimensions.ts";
import { createInputCursor, type InputCursor } from "./input/input-cursor.ts";
import { findInputElement, type InputElement, isHeld } from "./input/input-element.ts";
import type { InputSeries } from "./input/input-series.ts";
import type { CoSimulationInstance } from "./instance.ts";
import type { StartValue, Variable } from "./model-description.ts";
import type { SimulationSettings } from "./simulation-settings.ts";
import { createValueBlocks, type ValueAccess, type ValueBlock } from "./value-block.ts";

/** Inputs over time, as a Co-Simulation sets them: at communication points, before each step. */
export interface SteppedInputs {
  /** Sets, at a communication point, what may be set in Step Mode, and its slopes where the FMU interpolates. */
  setForStep(time: number): void;
  /** Sets all to the values that hold from a time on, in Initialization Mode or Event Mode. */
  setAll(time: number): void;
  /** The first time later than `time`, s, at which an input jumps; infinity where none is left. */
  nextEventAfter(time: number): number;
}

interface Driven extends InputElement {
  key: string;
}

/** Makes the inputs of an instance; undefined where the settings have no series. Throws `invalid_argument` for a stray column. */
export function createSteppedInputs(
  instance: CoSimulationInstance,
  settings: SimulationSettings,
): SteppedInputs | undefined {
  const { inputSeries } = settings;
  if (inputSeries === undefined || inputSeries.columns.size === 0) return undefined;
  const { access, eventMode } = instance;
  const driven = [...inputSeries.columns.keys()].map((key) => findDriven(access, key));
  const cursor = createInputCursor(
    inputSeries,
    driven.map(({ key, variable }) => ({ name: key, isDiscrete: isHeld(variable) })),
  );
  const setAll = createSetter(access, settings, driven, cursor, () => true);
  // Discrete inputs and parameters change in Event Mode only, where there is one (FMI 3.0.2, section 4.2.1).
  const setSome =
    eventMode === undefined
      ? setAll
      : createSetter(access, settings, driven, cursor, (variable) => !isHeld(variable));
  const setSlopes = createSlopeSetter(instance, inputSeries, driven, cursor);
  return {
    setAll,
    setForStep: (time) => {
      setSome(time);
      setSlopes?.(time);
    },
    nextEventAfter: (time) => cursor.nextEventAfter(time),
  };
}

function findDriven({ description }: ValueAccess, key: string): Driven {
  const found = findInputElement(description, key);
  if (found !== undefined) return { ...found, key };
  throw new ToolError(
    "invalid_argument",
    `Cannot set "${key}" over time: the model has no such variable.`,
    "Name an input in the input series.",
  );
}

/* Elements of an array that no column drives keep their start values. */
function createSetter(
  access: ValueAccess,
  { startValues }: SimulationSettings,
  driven: readonly Driven[],
  cursor: InputCursor,
  filter: (variable: Variable) => boolean,
): (time: number) => void {
  const variables = [...new Set(driven.map(({ variable }) => variable))].filter(filter);
  const blocks = createValueBlocks(access, variables);
  const starts = new Map(startValues.map(({ name, values }) => [name, values]));
  const offsets = new Map<Variable, number>();
  const elements: number[] = [];
  for (const variable of blocks.flatMap((block) => block.variables)) {
    offsets.set(variable, elements.length);
    const size = countElements(variable, access.description);
    elements.push(...startElements(starts.get(variable.name) ?? variable.start ?? [], size));
  }
  const values = Float64Array.from(elements);
  const read = new Float64Array(driven.length);
  const places = driven.map(({ variable, index }) => (offsets.get(variable) ?? Number.NaN) + index);
  return (time) => {
    cursor.readValues(time, "right", read, 0);
    for (let i = 0; i < places.length; i++) {
      const place = places[i] as number;
      if (!Number.isNaN(place)) values[place] = read[i] as number;
    }
    writeBlocks(blocks, values);
  };
}

function startElements(start: readonly StartValue[], size: number): number[] {
  return Array.from({ length: size }, (_, i) => Number((start.length === 1 ? start[0] : start[i]) ?? 0));
}

function writeBlocks(blocks: readonly ValueBlock[], values: Float64Array): void {
  let at = 0;
  for (const block of blocks) {
    block.writeNumbers(values, at);
    block.set();
    at += block.size;
  }
}

function createSlopeSetter(
  { setInputDerivatives }: CoSimulationInstance,
  { columns }: InputSeries,
  driven: readonly Driven[],
  cursor: InputCursor,
): ((time: number) => void) | undefined {
  const linear = driven.flatMap(({ key, variable }, column) => {
    const isLinear = columns.get(key)?.interpolation === "linear" && !isHeld(variable);
    return isLinear && variable.causality === "input" ? [{ variable, column }] : [];
  });
  if (setInputDerivatives === undefined || linear.length === 0) return undefined;
  const references = linear.map(({ variable }) => variable.valueReference);
  const slopes = new Float64Array(linear.length);
  return (time) => {
    linear.forEach(({ column }, index) => {
      slopes[index] = cursor.derivativeAt(column, time, "right");
    });
    setInputDerivatives(references, slopes);
  };
}
