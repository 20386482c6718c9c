import type { ModelDescription, Variable } from "../description/model-description.ts";
import { quote } from "../invalid-fmu.ts";
import type { Findings } from "./finding.ts";

type Report = (rule: string, message: string) => void;

/** Clocks, clocked variables and clocked states (FMI 3.0). */
export function checkClocks(description: ModelDescription, findings: Findings): void {
  if (description.fmiMajor !== 3) return;
  const byReference = new Map(description.variables.map((variable) => [variable.valueReference, variable]));
  const previous = new Set<number>();
  for (const variable of description.variables) {
    const report: Report = (rule, message) =>
      findings.error("variables", variable.line, rule, `The variable ${quote(variable.name)} ${message}.`);
    if (variable.type === "Clock") checkClock(variable, report);
    checkClocked(variable, byReference, report);
    if (variable.previous === undefined) continue;
    if (previous.has(variable.previous))
      report("previous-repeated", "shares its previous value with another one");
    previous.add(variable.previous);
    checkPrevious(variable, byReference.get(variable.previous), report);
  }
}

function checkClock(variable: Variable, report: Report): void {
  const { causality, variability, clock } = variable;
  if (!["input", "output", "local"].includes(causality))
    report("clock-causality", `is a Clock of causality ${causality}`);
  if (variability !== "discrete" && variability !== "tunable")
    report("clock-variability", `is a ${variability} Clock`);
  if (clock?.intervalVariability === undefined) {
    report("clock-interval-variability", "is a Clock without intervalVariability");
    return;
  }
  const { intervalVariability, intervalDecimal, intervalCounter, resolution, supportsFraction } = clock;
  const isConstant = intervalVariability === "constant";
  // A fixed or tunable Clock may leave its interval to the FMU.
  if (isConstant && intervalDecimal === undefined && intervalCounter === undefined)
    report("clock-interval", "is a constant Clock without an interval");
  if (intervalDecimal !== undefined && intervalDecimal <= 0)
    report("clock-interval", "is a Clock with an interval not above 0");
  if (supportsFraction && resolution === undefined)
    report("clock-resolution", "is a Clock of fractions without resolution");
}

function checkClocked(
  { clocks, variability }: Variable,
  byReference: ReadonlyMap<number, Variable>,
  report: Report,
): void {
  if (clocks === undefined) return;
  if (variability !== "discrete" && variability !== "tunable")
    report("clocked-variability", `is clocked, but ${variability}`);
  if (clocks.length === 0) report("clocked-by-none", "is clocked by no Clock");
  for (const reference of clocks) {
    const clock = byReference.get(reference);
    if (clock === undefined)
      report("clock-reference", `is clocked by the value reference ${reference}, which no variable has`);
    else if (clock.type !== "Clock")
      report("clock-reference", `is clocked by ${quote(clock.name)}, which is no Clock`);
  }
}

function checkPrevious(state: Variable, before: Variable | undefined, report: Report): void {
  if (state.clocks === undefined) report("previous-unclocked", "has a previous value, but is not clocked");
  if (state.variability !== "discrete")
    report("previous-variability", `has a previous value, but is ${state.variability}`);
  if (before === undefined)
    report("previous-reference", `has the previous value ${state.previous}, which no variable has`);
  else if (before === state) report("previous-reference", "is its own previous value");
  else if (before.type !== state.type)
    report("previous-type", `is a ${state.type}, and its previous value a ${before.type}`);
  else if (before.causality === "input") report("previous-input", `has an input as its previous value`);
}
