import type { ModelDescription, StartValue, Variable } from "../description/model-description.ts";
import { quote } from "../invalid-fmu.ts";
import type { Findings } from "./finding.ts";

/** Start values: there or absent as `initial` asks, within min and max, an item of the enumeration. The parser has checked them against the type. */
export function checkStartValues(description: ModelDescription, findings: Findings): void {
  for (const variable of description.variables) {
    checkPresence(variable, description, findings);
    checkRange(variable, findings);
  }
}

function checkPresence(variable: Variable, { fmiMajor }: ModelDescription, findings: Findings): void {
  const { name, line, type, causality, initial, start } = variable;
  if (type === "Clock") return;
  const report = (rule: string, message: string) =>
    findings.error("variables", line, rule, `The variable ${quote(name)} ${message}.`);
  if (causality === "independent") {
    if (start !== undefined) report("start-forbidden", "is independent and has a start value");
  } else if (start === undefined) {
    const wanted = initial === "exact" || initial === "approx" || causality === "input";
    // FMI 1.0 asks inputs, and no other, for one.
    if (wanted && (fmiMajor !== 1 || causality === "input")) {
      report("start-missing", `has no start value, which ${describeRole(variable)} must have`);
    }
  } else if (initial === "calculated" && fmiMajor !== 1) {
    report("start-forbidden", 'has a start value, which a variable with initial="calculated" must not have');
  }
}

function describeRole({ causality, variability, initial }: Variable): string {
  if (causality === "input") return "an input";
  if (causality === "parameter" || causality === "structuralParameter") return "a parameter";
  return variability === "constant" ? "a constant" : `a variable with initial="${initial}"`;
}

function checkRange(variable: Variable, findings: Findings): void {
  const { name, line, min, max, start = [], nominal, enumeration } = variable;
  const report = (rule: string, message: string) =>
    findings.error("variables", line, rule, `The variable ${quote(name)} ${message}.`);
  if (min !== undefined && max !== undefined && min > max)
    report("min-above-max", `has min ${min} above max ${max}`);
  if (nominal !== undefined && !(Math.abs(nominal) > 0)) report("nominal-zero", "has the nominal value 0");
  const low = start.find((value) => isBelow(value, min));
  if (low !== undefined) report("start-below-min", `has the start value ${low}, below its min ${min}`);
  const high = start.find((value) => isAbove(value, max));
  if (high !== undefined) report("start-above-max", `has the start value ${high}, above its max ${max}`);
  if (enumeration === undefined) return;
  const unknown = start.find((value) => !enumeration.some((item) => item.value === Number(value)));
  if (unknown !== undefined)
    report("start-no-item", `has the start value ${unknown}, no item of its enumeration`);
}

// Limits of String, Binary and Boolean do not exist, and a comparison with NaN says no.
function isBelow(value: StartValue, min: number | undefined): boolean {
  return min !== undefined && (typeof value === "number" || typeof value === "bigint") && value < min;
}

function isAbove(value: StartValue, max: number | undefined): boolean {
  return max !== undefined && (typeof value === "number" || typeof value === "bigint") && value > max;
}
