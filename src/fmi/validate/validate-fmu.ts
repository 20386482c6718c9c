import { ToolError } from "../../errors.ts";
import type { Flaw } from "../description/model-description.ts";
import type { Fmu } from "../fmu.ts";
import { quote } from "../invalid-fmu.ts";
import { checkAliases } from "./check-aliases.ts";
import { checkClocks } from "./check-clocks.ts";
import { checkDimensions } from "./check-dimensions.ts";
import { checkExperiment } from "./check-experiment.ts";
import { checkRoles } from "./check-roles.ts";
import { checkRoot } from "./check-root.ts";
import { checkStartValues } from "./check-start-values.ts";
import { checkStructure } from "./check-structure.ts";
import { checkTypes } from "./check-types.ts";
import { checkUnits } from "./check-units.ts";
import { createFindings, type Finding, type Topic } from "./finding.ts";

const MOST_SHOWN = 20;

/**
 * Checks a model description against the rules of the standard that go beyond the schema; the findings come by line, at
 * most 1,000 of them. What the parser passed over (names of variables that are there twice, values of the wrong type) is
 * among them; what it refuses never gets here.
 */
export function validateFmu({ description }: Pick<Fmu, "description">): Finding[] {
  const findings = createFindings(description);
  for (const { line, rule, problem, section } of description.flaws ?? []) {
    findings.error(topicOf(section), line, rule, `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`);
  }
  checkRoot(description, findings);
  checkExperiment(description, findings);
  checkUnits(description, findings);
  checkTypes(description, findings);
  checkRoles(description, findings);
  checkStartValues(description, findings);
  checkAliases(description, findings);
  checkDimensions(description, findings);
  checkClocks(description, findings);
  checkStructure(description, findings);
  return findings.list();
}

const TOPICS: Readonly<Record<string, Topic>> = {
  ...{ UnitDefinitions: "units", TypeDefinitions: "types", DefaultExperiment: "experiment" },
  ...{ ModelVariables: "variables", ModelStructure: "structure", Implementation: "interface" },
  ...{ CoSimulation: "interface", ModelExchange: "interface", ScheduledExecution: "interface" },
};

function topicOf(section: Flaw["section"]): Topic {
  return TOPICS[section ?? ""] ?? "root";
}

/**
 * {@link validateFmu} with a consequence: "strict" throws `invalid_fmu` where there is an error among the findings, with all
 * of them as detail; "lenient" returns them, to be shown, and the FMU is run.
 */
export function checkFmu(fmu: Pick<Fmu, "name" | "description">, mode: "strict" | "lenient"): Finding[] {
  const findings = validateFmu(fmu);
  const errors = findings.filter(({ severity }) => severity === "error");
  const [first] = errors;
  if (mode === "lenient" || first === undefined) return findings;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  const message = `Cannot accept the FMU ${quote(fmu.name)}: modelDescription.xml, line ${first.line}: ${first.message} (${first.section})${more}`;
  const shown = findings.slice(0, MOST_SHOWN).map(formatFinding);
  throw new ToolError("invalid_fmu", message, "Leave out the strict check to run the FMU with warnings.", {
    detail: shown.join("\n"),
  });
}

/** A finding in one line: `line 12: error: … (FMI 2.0 section 2.2.7, start-missing)`. */
export function formatFinding({ severity, line, rule, message, section }: Finding): string {
  return `line ${line}: ${severity}: ${message} (${section}, ${rule})`;
}
