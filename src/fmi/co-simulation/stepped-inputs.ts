import { ToolError } from "../../errors.ts";
import type { Variable } from "../description/model-description.ts";
import { findElement, type VariableElement } from "../description/variable-element.ts";
import { createInputCursor, type InputCursor } from "../input/input-cursor.ts";
import { isHeld } from "../input/input-element.ts";
import type { InputSeries } from "../input/input-series.ts";
import type { CoSimulationInstance } from "../instance.ts";
import type { SimulationSettings } from "../simulation-settings.ts";
import type { ValueAccess } from "../value-block.ts";
import { createElementSetter } from "./driven-values.ts";

/** Inputs over time, as a Co-Simulation sets them: at communication points, before each step. */
export interface SteppedInputs {
  /** Sets, at a communication point, what may be set in Step Mode, and its slopes where the FMU interpolates. */
  setForStep(time: number): void;
  /**
   * Sets all to the values that hold from a time on, in Initialization Mode or Event Mode; of those that are clocked only
   * the ones with a Clock that is active, where it is said which are (FMI 3.0.2, section 2.2.9).
   */
  setAll(time: number, activeClocks?: ReadonlySet<number>): void;
  /** The first time later than `time`, s, at which an input jumps; infinity where none is left. */
  nextEventAfter(time: number): number;
}

interface Driven extends VariableElement {
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
  const found = [...inputSeries.columns.keys()].map((key) => findDriven(access, key));
  // Clocks tick by their schedule.
  const driven = found.filter(({ variable }) => variable.type !== "Clock");
  if (driven.length === 0) return undefined;
  const cursor = createInputCursor(
    inputSeries,
    driven.map(({ key, variable }) => ({ name: key, isDiscrete: isHeld(variable) })),
  );
  const values = new Float64Array(driven.length);
  const setter = (filter: (variable: Variable) => boolean) => {
    const set = createElementSetter(access, settings, driven, filter);
    return (time: number) => {
      cursor.readValues(time, "right", values, 0);
      set(values);
    };
  };
  const setAll = setter(() => true);
  const setUnclocked = setter(({ clocks }) => clocks === undefined);
  const clocked = [...new Set(driven.map(({ variable }) => variable))].flatMap((variable) =>
    variable.clocks === undefined
      ? []
      : [{ clocks: variable.clocks, set: setter((each) => each === variable) }],
  );
  // Discrete inputs and parameters change in Event Mode only, where there is one (FMI 3.0.2, section 4.2.1).
  const setSome = eventMode === undefined ? setAll : setter((variable) => !isHeld(variable));
  const setSlopes = createSlopeSetter(instance, inputSeries, driven, cursor);
  return {
    setAll: (time, activeClocks) => {
      if (activeClocks === undefined) setAll(time);
      else {
        setUnclocked(time);
        for (const { clocks, set } of clocked) if (clocks.some((clock) => activeClocks.has(clock))) set(time);
      }
    },
    setForStep: (time) => {
      setSome(time);
      setSlopes?.(time);
    },
    nextEventAfter: (time) => cursor.nextEventAfter(time),
  };
}

function findDriven({ description }: ValueAccess, key: string): Driven {
  const found = findElement(description, key);
  if (found !== undefined) return { ...found, key };
  throw new ToolError(
    "invalid_argument",
    `Cannot set "${key}" over time: the model has no such variable.`,
    "Name an input in the input series.",
  );
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
