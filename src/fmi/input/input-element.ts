import { elementNames } from "../description/dimensions.ts";
import type { ModelDescription, Variable } from "../description/model-description.ts";
import { isTriggeredClock } from "./triggered-clocks.ts";

/** What a column of an input series drives: a scalar variable, or one element of an array. */
export interface InputElement {
  variable: Variable;
  /** In row-major order; 0 for a scalar. */
  index: number;
}

/** Finds what a column's key means: a variable's name, or an array's with indices from 1 (`u[2]`, `k[1,2]`). */
export function findInputElement(description: ModelDescription, key: string): InputElement | undefined {
  const named = description.variables.find(({ name }) => name === key);
  if (named !== undefined) return { variable: named, index: 0 };
  const array = /^(.+)\[\d+(?:,\d+)*\]$/.exec(key)?.[1];
  const variable = description.variables.find(({ name }) => name === array);
  const index = variable === undefined ? -1 : elementNames(variable, description).indexOf(key);
  return variable === undefined || index < 0 ? undefined : { variable, index };
}

/** Whether a variable changes at events only and so cannot follow a straight line (FMI 3.0.2, 2.4.7.4, `variability`). */
export function isHeld({ type, variability }: Variable): boolean {
  return variability !== "continuous" || (type !== "Float64" && type !== "Float32");
}

/** Why a variable cannot be driven over time, as the end of a sentence; undefined where it can. */
export function whyNotDriven(variable: Variable): string | undefined {
  const { causality, variability, type } = variable;
  if (type === "String" || type === "Binary") return `it is a ${type}, and a series holds numbers`;
  if (type === "Clock" && !isTriggeredClock(variable)) return "it is a Clock that ticks by itself";
  if (variability === "constant") return "it is a constant";
  if (causality === "input") return undefined;
  if (causality === "parameter")
    return variability === "tunable" ? undefined : "it is a fixed parameter, set once before the run";
  if (causality === "structuralParameter") return "it is a structural parameter, which sizes arrays";
  if (causality === "independent") return "it is the independent variable (time)";
  return `the FMU calculates it (causality ${causality})`;
}
