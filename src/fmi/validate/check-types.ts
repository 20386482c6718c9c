import type { ModelDescription, TypeDefinition, Variable } from "../description/model-description.ts";
import { quote } from "../invalid-fmu.ts";
import type { Findings } from "./finding.ts";

/** Type definitions: unique, enumerations sound, and there and of the same kind where variables name them. */
export function checkTypes(description: ModelDescription, findings: Findings): void {
  for (const { kind, name, line } of description.repeated ?? []) {
    if (kind === "type")
      findings.error("types", line, "type-repeated", `The type ${quote(name)} is there twice.`);
  }
  const types = description.typeDefinitions ?? new Map<string, TypeDefinition>();
  for (const type of types.values()) checkDefinition(type, findings);
  for (const variable of description.variables) checkUse(variable, types, findings);
}

function checkDefinition({ name, line, enumeration, min, max }: TypeDefinition, findings: Findings): void {
  const report = (rule: string, message: string) =>
    findings.error("types", line, rule, `The type ${quote(name)} ${message}.`);
  if (min !== undefined && max !== undefined && min > max)
    report("min-above-max", `has min ${min} above max ${max}`);
  if (enumeration === undefined) return;
  if (enumeration.length === 0) report("enumeration-empty", "has no items");
  const names = new Set<string>();
  const values = new Set<number>();
  for (const item of enumeration) {
    if (names.has(item.name)) report("enumeration-name-repeated", `has the item ${quote(item.name)} twice`);
    if (values.has(item.value)) report("enumeration-value-repeated", `has the value ${item.value} twice`);
    if (item.name.trim() === "") report("enumeration-name-blank", "has an item without a name");
    names.add(item.name);
    values.add(item.value);
  }
}

function checkUse(variable: Variable, types: ReadonlyMap<string, TypeDefinition>, findings: Findings): void {
  const { name, line, declaredType, type } = variable;
  const report = (rule: string, message: string) =>
    findings.error("variables", line, rule, `The variable ${quote(name)} ${message}.`);
  if (declaredType === undefined) {
    if (type === "Enumeration")
      report("enumeration-without-type", "is an enumeration without a declared type");
    return;
  }
  const declared = types.get(declaredType);
  if (declared === undefined)
    report("type-undefined", `has the type ${quote(declaredType)}, which is not defined`);
  else if (declared.type !== undefined && declared.type !== type) {
    report("type-differs", `is a ${type}, and its type ${quote(declaredType)} a ${declared.type}`);
  }
}
