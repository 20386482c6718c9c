import type { Variable } from "../fmi/model-description.ts";
import type { CallLog } from "./call-log.ts";
import type { ProbeArguments, ProbeResult } from "./contract.ts";
import { containerPaths } from "./fmu-file.ts";
import type { HostedCall } from "./hosted-app.ts";
import { withMountedFmu } from "./mounted-fmu.ts";

/** Opens the FMU that the call names and lists its variables, running nothing of it. */
export async function probe(
  call: HostedCall,
  args: ProbeArguments,
  log: CallLog,
  workDir: string,
): Promise<ProbeResult> {
  const started = performance.now();
  log.write("INFO", `probe_fmu started: ${containerPaths(args)[0] ?? args.fmu_storage_key}`);
  const found = await withMountedFmu(call, args, workDir, async ({ fmu }) => fmu.description.variables);
  const seconds = (performance.now() - started) / 1000;
  const problem = "problem" in found ? found.problem : undefined;
  const variables = "problem" in found ? [] : found.map(toProbedVariable);
  if (problem !== undefined) log.write("ERROR", problem);
  log.write("INFO", `probe_fmu finished in ${seconds.toFixed(3)} s: ${variables.length} variables`);
  return {
    status: problem === undefined ? "success" : "error",
    variables,
    errors: problem === undefined ? [] : [problem],
    messages: problem === undefined ? [`Parsed ${variables.length} variables from modelDescription.xml`] : [],
    execution_seconds: seconds,
  };
}

function toProbedVariable(variable: Variable): ProbeResult["variables"][number] {
  const { name, causality, variability, valueReference, type, unit } = variable;
  return {
    ...{ name, causality, variability },
    value_reference: valueReference,
    value_type: type,
    unit: unit ?? null,
  };
}
