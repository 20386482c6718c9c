import { aliasSets } from "../description/aliases.ts";
import type { ModelDescription, Variable } from "../description/model-description.ts";
import { quote } from "../invalid-fmu.ts";
import type { Findings } from "./finding.ts";

/**
 * Value references: one each in FMI 3.0, whose other names are `<Alias>` elements; before it, variables that share one
 * must agree.
 */
export function checkAliases(description: ModelDescription, findings: Findings): void {
  if (description.fmiMajor === 3) {
    checkReferences(description.variables, findings);
    checkNames(description.variables, findings);
  } else if (description.fmiMajor === 2) {
    for (const set of aliasSets(description)) checkSet(set, findings);
  }
}

function checkReferences(variables: readonly Variable[], findings: Findings): void {
  const known = new Map<number, Variable>();
  for (const variable of variables) {
    const first = known.get(variable.valueReference);
    if (first === undefined) known.set(variable.valueReference, variable);
    else {
      const message = `The variable ${quote(variable.name)} has the value reference ${variable.valueReference} of ${quote(first.name)}.`;
      findings.error("variables", variable.line, "value-reference-repeated", message);
    }
  }
}

function checkNames(variables: readonly Variable[], findings: Findings): void {
  const names = new Set(variables.map(({ name }) => name));
  for (const { name, aliases = [], causality } of variables) {
    for (const alias of aliases) {
      if (names.has(alias.name)) {
        const message = `The alias ${quote(alias.name)} of ${quote(name)} is the name of a variable or alias already.`;
        findings.error("variables", alias.line, "name-repeated", message);
      }
      names.add(alias.name);
      if (causality === "independent") {
        const message = `The variable ${quote(name)} is independent and has the alias ${quote(alias.name)}.`;
        findings.warning("variables", alias.line, "independent-alias", message);
      }
    }
  }
}

function checkSet(set: readonly Variable[], findings: Findings): void {
  const [first] = set;
  if (first === undefined) return;
  const names = `${quote(first.name)} and ${set.length - 1} more with the value reference ${first.valueReference}`;
  const report = (at: Variable, rule: string, message: string) =>
    findings.error("variables", at.line, rule, `The variables ${names} ${message}.`);
  const settable = set.filter(({ causality }) => causality === "input" || causality === "parameter");
  if (settable[1] !== undefined) report(settable[1], "alias-settable", "can be set by more than one name");
  const changing = set.filter(({ variability }) => variability !== "constant");
  const started = changing.filter(({ start }) => start !== undefined);
  if (started[1] !== undefined) report(started[1], "alias-start", "have more than one start value");
  const constant = set.find(({ variability }) => variability === "constant");
  if (constant !== undefined && changing[0] !== undefined) {
    report(changing[0], "alias-constant", "are constant by one name and not by another");
  }
  const otherStart = set.find((each) => constant !== undefined && String(each.start) !== String(first.start));
  if (otherStart !== undefined && changing.length === 0)
    report(otherStart, "alias-constant-start", "are constants with different values");
  const otherUnit = set.find(({ unit }) => unit !== first.unit);
  if (otherUnit !== undefined) report(otherUnit, "alias-unit", "have different units");
}
