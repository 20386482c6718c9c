import type { Variable } from "../description/model-description.ts";
import { isTriggeredClock } from "./triggered-clocks.ts";

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
