import type { InterfaceDescription, ModelDescription } from "../description/model-description.ts";
import { quote } from "../invalid-fmu.ts";
import type { Findings } from "./finding.ts";

const KNOWN_VERSIONS = /^(?:1\.0|2\.0|3\.0(?:\.\d+)?)$/;

/** The root element and the interface types. Unknown capability flags are nobody's fault: they are passed over. */
export function checkRoot(description: ModelDescription, findings: Findings): void {
  const { fmiMajor, fmiVersion, instantiationToken, repeated = [] } = description;
  if (!KNOWN_VERSIONS.test(fmiVersion)) {
    findings.warning(
      "root",
      1,
      "fmi-version",
      `The fmiVersion ${quote(fmiVersion)} is none of 1.0, 2.0 and 3.0.`,
    );
  }
  if (instantiationToken.trim() === "") {
    const name = fmiMajor === 3 ? "instantiationToken" : "guid";
    findings.error("root", 1, "token-blank", `The ${name} is blank.`);
  }
  if (description.modelName.trim() === "") {
    findings.error("root", 1, "model-name-blank", "The modelName is blank.");
  }
  for (const { kind, name, line } of repeated) {
    if (kind === "log category")
      findings.error(
        "root",
        line,
        "log-category-repeated",
        `The log category ${quote(name)} is there twice.`,
      );
  }
  checkInterface(description.coSimulation, "CoSimulation", description, findings);
  checkInterface(description.modelExchange, "ModelExchange", description, findings);
  checkInterface(description.scheduledExecution, "ScheduledExecution", description, findings);
}

function checkInterface(
  each: InterfaceDescription | undefined,
  element: string,
  { fmiMajor, lines }: ModelDescription,
  findings: Findings,
): void {
  if (each === undefined) return;
  const line = lines?.get(element) ?? 1;
  const { modelIdentifier, fixedInternalStepSize, maxOutputDerivativeOrder } = each;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(modelIdentifier)) {
    const message = `The modelIdentifier ${quote(modelIdentifier)} is not an identifier of C.`;
    findings.error("interface", line, "model-identifier", message);
  }
  if (fixedInternalStepSize !== undefined && !(fixedInternalStepSize > 0)) {
    const message = `The fixedInternalStepSize ${fixedInternalStepSize} is not above 0.`;
    findings.error("interface", line, "fixed-internal-step-size", message);
  }
  if (!Number.isInteger(maxOutputDerivativeOrder) || maxOutputDerivativeOrder < 0) {
    const message = `The maxOutputDerivativeOrder ${maxOutputDerivativeOrder} is not a whole number from 0.`;
    findings.error("interface", line, "output-derivative-order", message);
  }
  if (each.canSerializeFmuState && !each.canGetAndSetFmuState) {
    const message = "The FMU state can be serialized, but neither got nor set.";
    findings.error("interface", line, "serialize-without-state", message);
  }
  if (
    fmiMajor === 3 &&
    each.canReturnEarlyAfterIntermediateUpdate === true &&
    !each.providesIntermediateUpdate
  ) {
    const message = "canReturnEarlyAfterIntermediateUpdate is set without providesIntermediateUpdate.";
    findings.warning("interface", line, "early-return-flag", message);
  }
}
