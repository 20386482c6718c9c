import type { Causality, ModelDescription, Variability, Variable } from "../description/model-description.ts";
import { quote } from "../invalid-fmu.ts";
import type { Findings } from "./finding.ts";

type Initial = NonNullable<Variable["initial"]>;

// The values of `initial` that the standard's tables allow (FMI 2.0.5 section 2.2.7, FMI 3.0.2 section 2.4.7.4).
const EXACT: readonly Initial[] = ["exact"];
const COMPUTED: readonly Initial[] = ["approx", "calculated"];
const ANY: readonly Initial[] = ["exact", "approx", "calculated"];

const PARAMETER: Partial<Record<Variability, readonly Initial[]>> = { fixed: EXACT, tunable: EXACT };
const ALLOWED: Readonly<Record<Causality, Partial<Record<Variability, readonly Initial[]>>>> = {
  parameter: PARAMETER,
  structuralParameter: PARAMETER,
  calculatedParameter: { fixed: COMPUTED, tunable: COMPUTED },
  input: { discrete: [], continuous: [] },
  output: { constant: EXACT, discrete: ANY, continuous: ANY },
  local: { constant: EXACT, fixed: COMPUTED, tunable: COMPUTED, discrete: ANY, continuous: ANY },
  independent: { continuous: [] },
  // FMI 3.1.
  dependent: { fixed: COMPUTED, tunable: COMPUTED },
};

/** Causality, variability and initial: only the standard's combinations, and one independent variable at most. */
export function checkRoles(description: ModelDescription, findings: Findings): void {
  const independent: Variable[] = [];
  for (const variable of description.variables) {
    if (variable.causality === "independent") independent.push(variable);
    // FMI 1.0 has other words for its roles, which the parser has translated.
    if (description.fmiMajor !== 1) checkVariable(variable, description.fmiMajor, findings);
  }
  const [first, ...others] = independent;
  for (const other of others) {
    const message = `The variable ${quote(other.name)} is independent, and ${quote(first?.name ?? "")} is already.`;
    findings.error("variables", other.line, "independent-twice", message);
  }
}

function checkVariable(variable: Variable, fmiMajor: 2 | 3, findings: Findings): void {
  const { name, line, type, causality, variability, writtenInitial } = variable;
  const isFloat = type === "Float64" || type === "Float32";
  const report = (rule: string, message: string) =>
    findings.error("variables", line, rule, `The variable ${quote(name)} ${message}.`);
  if (variability === "continuous" && !isFloat) report("continuous-not-float", `is a continuous ${type}`);
  if (causality === "independent" && !isFloat)
    report("independent-not-float", `is independent, but a ${type}`);
  if (causality === "structuralParameter" && fmiMajor === 2)
    report("causality-unknown", "is a structural parameter, which FMI 2.0 does not have");
  const initials = ALLOWED[causality][variability];
  if (initials === undefined) {
    report("role", `has the causality ${causality}, which does not go with the variability ${variability}`);
  } else if (writtenInitial !== undefined && !mayHaveInitial(writtenInitial, initials, variable, fmiMajor)) {
    report("initial", `has initial="${writtenInitial}", which a ${variability} ${causality} cannot have`);
  }
}

// FMI 3.0 lets an input say what holds for every input.
function mayHaveInitial(
  written: Initial,
  initials: readonly Initial[],
  { causality, type }: Variable,
  fmiMajor: 2 | 3,
): boolean {
  if (type === "Clock") return false;
  return initials.includes(written) || (fmiMajor === 3 && causality === "input" && written === "exact");
}
