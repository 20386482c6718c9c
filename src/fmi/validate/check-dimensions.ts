import type { ModelDescription, Variable } from "../description/model-description.ts";
import { quote } from "../invalid-fmu.ts";
import type { Findings } from "./finding.ts";

/** Dimensions: above 0, by structural parameters of type UInt64, and as many start values as elements. */
export function checkDimensions(description: ModelDescription, findings: Findings): void {
  if (description.fmiMajor !== 3) return;
  const byReference = new Map(description.variables.map((variable) => [variable.valueReference, variable]));
  for (const variable of description.variables) {
    if (variable.dimensions.length > 0) checkArray(variable, byReference, findings);
    else if ((variable.start?.length ?? 0) > 1) {
      const message = `The variable ${quote(variable.name)} is a scalar with ${variable.start?.length} start values.`;
      findings.error("variables", variable.line, "start-count", message);
    }
  }
}

function checkArray(array: Variable, byReference: ReadonlyMap<number, Variable>, findings: Findings): void {
  const report = (rule: string, message: string) =>
    findings.error("variables", array.line, rule, `The variable ${quote(array.name)} ${message}.`);
  let elements: number | undefined = 1;
  for (const dimension of array.dimensions) {
    const extent =
      "start" in dimension ? dimension.start : findExtent(dimension.valueReference, byReference, report);
    if (extent !== undefined && extent < 1) report("dimension-zero", `has a dimension of ${extent}`);
    elements = elements === undefined || extent === undefined ? undefined : elements * extent;
  }
  const count = array.start?.length;
  if (count === undefined || elements === undefined || count === 1 || count === elements) return;
  report("start-count", `has ${elements} elements and ${count} start values`);
}

function findExtent(
  reference: number,
  byReference: ReadonlyMap<number, Variable>,
  report: (rule: string, message: string) => void,
): number | undefined {
  const size = byReference.get(reference);
  if (size === undefined) {
    report(
      "dimension-reference",
      `has a dimension by the value reference ${reference}, which no variable has`,
    );
    return undefined;
  }
  const isConstant = size.variability === "constant";
  if (size.causality !== "structuralParameter" && !isConstant) {
    report("dimension-parameter", `has a dimension by ${quote(size.name)}, no structural parameter`);
  }
  if (size.type !== "UInt64")
    report("dimension-type", `has a dimension by ${quote(size.name)}, a ${size.type}`);
  const start = size.start?.[0];
  return start === undefined ? undefined : Number(start);
}
