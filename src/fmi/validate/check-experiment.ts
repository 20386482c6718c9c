import type { ModelDescription } from "../description/model-description.ts";
import type { Findings } from "./finding.ts";

/** The default experiment: start before stop, tolerance and step size above 0. */
export function checkExperiment({ defaultExperiment, lines }: ModelDescription, findings: Findings): void {
  const line = lines?.get("DefaultExperiment") ?? 1;
  const { startTime, stopTime, tolerance, stepSize } = defaultExperiment;
  const report = (rule: string, message: string) => findings.error("experiment", line, rule, message);
  for (const [name, value] of Object.entries(defaultExperiment)) {
    if (value !== undefined && !Number.isFinite(value))
      report("experiment-finite", `The ${name} is ${value}.`);
  }
  const start = startTime ?? 0;
  if (stopTime !== undefined && stopTime <= start) {
    report("experiment-times", `The stopTime ${stopTime} is not after the startTime ${start}.`);
  }
  if (tolerance !== undefined && tolerance <= 0) {
    report("experiment-tolerance", `The tolerance ${tolerance} is not above 0.`);
  }
  if (stepSize !== undefined && stepSize <= 0) {
    report("experiment-step-size", `The stepSize ${stepSize} is not above 0.`);
  }
}
