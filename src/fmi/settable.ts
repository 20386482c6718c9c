import type { Variable } from "./description/model-description.ts";

/** Why a start value cannot be set, as the end of a sentence; undefined where it can (FMI 2.0.5 2.2.7, FMI 3.0 2.4.7.4). */
export function whyNotSettable({ causality, variability, initial, type }: Variable): string | undefined {
  if (type === "Clock") return "it is a Clock, and Clocks are not set from outside here";
  if (variability === "constant") return "it is a constant";
  if (causality === "independent") return "it is the independent variable";
  if (causality === "input" || causality === "parameter" || causality === "structuralParameter")
    return undefined;
  if (initial === "exact" || initial === "approx") return undefined;
  return `it is calculated by the FMU (causality ${causality})`;
}

/** Whether a variable may be set while the simulation runs. */
export function isTunable({ causality, variability }: Pick<Variable, "causality" | "variability">): boolean {
  return causality === "input" || (causality === "parameter" && variability === "tunable");
}
