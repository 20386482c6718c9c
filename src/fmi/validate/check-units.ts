import type { ModelDescription } from "../description/model-description.ts";
import { quote } from "../invalid-fmu.ts";
import type { Findings } from "./finding.ts";

interface Measured {
  name: string;
  line: number;
  unit: string | undefined;
  displayUnit: string | undefined;
}

/** Units: defined once, and defined where variables and types name them, display units with them. */
export function checkUnits(description: ModelDescription, findings: Findings): void {
  for (const { kind, name, line } of description.repeated ?? []) {
    if (kind === "unit")
      findings.error("units", line, "unit-repeated", `The unit ${quote(name)} is there twice.`);
  }
  const reported = new Set<string>();
  const check = (measured: Measured, kind: string) => {
    const problem = findProblem(measured, description);
    // Variables take over their type's unit: once is enough.
    if (problem === undefined || reported.has(problem.key)) return;
    reported.add(problem.key);
    const message = `The ${kind} ${quote(measured.name)} has ${problem.text}.`;
    findings.error("units", measured.line, problem.rule, message);
  };
  for (const type of description.typeDefinitions?.values() ?? []) check(type, "type");
  for (const variable of description.variables) check(variable, "variable");
}

function findProblem(
  { unit, displayUnit }: Measured,
  { unitDefinitions, fmiMajor }: ModelDescription,
): { rule: string; text: string; key: string } | undefined {
  if (unit === undefined) {
    if (displayUnit === undefined) return undefined;
    const text = `the display unit ${quote(displayUnit)}, but no unit`;
    return { rule: "display-unit-alone", text, key: `alone ${displayUnit}` };
  }
  const defined = unitDefinitions.get(unit);
  if (defined === undefined) {
    // FMI 1.0 lets a unit stand for itself.
    if (fmiMajor === 1) return undefined;
    return {
      rule: "unit-undefined",
      text: `the unit ${quote(unit)}, which is not defined`,
      key: `unit ${unit}`,
    };
  }
  if (displayUnit === undefined || displayUnit === unit || defined.displayUnits.has(displayUnit))
    return undefined;
  const text = `the display unit ${quote(displayUnit)}, which the unit ${quote(unit)} does not define`;
  return { rule: "display-unit-undefined", text, key: `display ${unit} ${displayUnit}` };
}
