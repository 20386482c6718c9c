import type { ModelDescription, Variable } from "../description/model-description.ts";
import { createReferenceLookup, type ModelStructure, type Unknown } from "../description/model-structure.ts";
import { quote } from "../invalid-fmu.ts";
import type { Findings } from "./finding.ts";

const PARTS: readonly (readonly [keyof ModelStructure, string])[] = [
  ["outputs", "output"],
  ["derivatives", "derivative"],
  ["clockedStates", "clocked state"],
  ["initialUnknowns", "initial unknown"],
  ["eventIndicators", "event indicator"],
];
const KINDS = ["dependent", "constant", "fixed", "tunable", "discrete"];

/** The model structure: references that lead somewhere, once each, and complete lists. */
export function checkStructure(description: ModelDescription, findings: Findings): void {
  const { structure, fmiMajor } = description;
  if (structure === undefined || fmiMajor === 1) return;
  for (const [part, noun] of PARTS) checkList(structure[part], noun, fmiMajor, findings);
  checkOutputs(description, structure, findings);
  checkDerivatives(description, structure, findings);
  checkClockedStates(description, structure, findings);
  checkEventIndicators(description, structure, findings);
}

function checkList(list: readonly Unknown[], noun: string, fmiMajor: 2 | 3, findings: Findings): void {
  const seen = new Set<number>();
  let last = -1;
  const report = (line: number, rule: string, message: string) =>
    findings.error("structure", line, rule, message);
  for (const { reference, variable, dependencies, kinds, line } of list) {
    const label = variable === undefined ? `${reference}` : quote(variable.name);
    const way = fmiMajor === 3 ? "value reference" : "index";
    if (variable === undefined)
      report(line, "structure-reference", `The ${noun} ${label} is a ${way} that no variable has.`);
    if (seen.has(reference)) report(line, "structure-repeated", `The ${noun} ${label} is listed twice.`);
    seen.add(reference);
    if (dependencies?.includes(-1) === true) {
      report(line, "structure-dependency", `The ${noun} ${label} depends on a ${way} that no variable has.`);
    }
    if (kinds !== undefined && kinds.length !== dependencies?.length) {
      report(
        line,
        "structure-kinds",
        `The ${noun} ${label} has ${kinds.length} kinds for ${dependencies?.length ?? 0} dependencies.`,
      );
    }
    const unknown = kinds?.find((kind) => !KINDS.includes(kind));
    if (unknown !== undefined)
      report(
        line,
        "structure-kind",
        `The ${noun} ${label} has the unknown dependency kind ${quote(unknown)}.`,
      );
    if (fmiMajor === 2 && noun === "initial unknown" && reference < last) {
      report(line, "structure-order", `The ${noun} ${label} does not come in the order of the variables.`);
    }
    last = reference;
  }
}

function checkOutputs(
  { variables, lines }: ModelDescription,
  { outputs }: ModelStructure,
  findings: Findings,
): void {
  const listed = new Set(outputs.map(({ variable }) => variable));
  const line = lines?.get("ModelStructure") ?? 1;
  for (const variable of variables) {
    if (variable.causality !== "output" || variable.type === "Clock" || listed.has(variable)) continue;
    findings.error("structure", line, "output-unlisted", `The output ${quote(variable.name)} is not listed.`);
  }
  for (const unknown of outputs) {
    if (unknown.variable === undefined || unknown.variable.causality === "output") continue;
    const message = `The variable ${quote(unknown.variable.name)} is listed as an output, but is none.`;
    findings.error("structure", unknown.line, "output-other", message);
  }
}

function checkDerivatives(
  description: ModelDescription,
  { derivatives }: ModelStructure,
  findings: Findings,
): void {
  const find = createReferenceLookup(description);
  const listed = new Set(derivatives.map(({ variable }) => variable));
  for (const { variable, line } of derivatives) {
    if (variable === undefined) continue;
    const problem = findDerivativeProblem(
      variable,
      variable.derivative === undefined ? undefined : find(variable.derivative),
    );
    if (problem !== undefined) {
      findings.error("structure", line, "derivative", `The derivative ${quote(variable.name)} ${problem}.`);
    }
  }
  const line = description.lines?.get("ModelStructure") ?? 1;
  for (const variable of description.variables) {
    if (variable.derivative === undefined || listed.has(variable)) continue;
    if (find(variable.derivative) === undefined) {
      const message = `The variable ${quote(variable.name)} is the derivative of ${variable.derivative}, which no variable has.`;
      findings.error("variables", variable.line, "derivative-reference", message);
    }
    if (description.modelExchange === undefined) continue;
    const message = `The derivative ${quote(variable.name)} is not listed.`;
    findings.warning("structure", line, "derivative-unlisted", message);
  }
}

function findDerivativeProblem(derivative: Variable, state: Variable | undefined): string | undefined {
  if (derivative.type !== "Float64" && derivative.type !== "Float32") return `is a ${derivative.type}`;
  if (derivative.variability !== "continuous") return `is ${derivative.variability}, not continuous`;
  if (derivative.derivative === undefined) return "does not say what it is the derivative of";
  if (state === undefined) return `is the derivative of ${derivative.derivative}, which no variable has`;
  if (state === derivative) return "is the derivative of itself";
  if (state.variability !== "continuous")
    return `is the derivative of ${quote(state.name)}, which is ${state.variability}`;
  return state.causality === "input" ? `is the derivative of the input ${quote(state.name)}` : undefined;
}

function checkClockedStates(
  { variables, lines, fmiMajor }: ModelDescription,
  { clockedStates }: ModelStructure,
  findings: Findings,
): void {
  if (fmiMajor !== 3) return;
  const listed = new Set(clockedStates.map(({ variable }) => variable));
  const line = lines?.get("ModelStructure") ?? 1;
  for (const variable of variables) {
    if (variable.previous === undefined || listed.has(variable)) continue;
    findings.error(
      "structure",
      line,
      "clocked-state-unlisted",
      `The clocked state ${quote(variable.name)} is not listed.`,
    );
  }
}

function checkEventIndicators(
  { fmiMajor, numberOfEventIndicators = 0 }: ModelDescription,
  { eventIndicators }: ModelStructure,
  findings: Findings,
): void {
  if (!Number.isInteger(numberOfEventIndicators) || numberOfEventIndicators < 0) {
    const message = `The numberOfEventIndicators ${numberOfEventIndicators} is not a whole number from 0.`;
    findings.error("root", 1, "event-indicators", message);
  }
  for (const { variable, line } of fmiMajor === 3 ? eventIndicators : []) {
    if (variable === undefined || variable.type === "Float64" || variable.type === "Float32") continue;
    const message = `The event indicator ${quote(variable.name)} is a ${variable.type}.`;
    findings.error("structure", line, "event-indicator-type", message);
  }
}
