import type { Variable } from "../fmi/description/model-description.ts";
import type { CallLog } from "./call-log.ts";
import type { ProbeArguments, ProbeResult } from "./contract.ts";
import { containerPaths } from "./fmu-file.ts";
import type { HostedCall } from "./hosted-app.ts";
import { type MountPlace, withMountedFmu } from "./mounted-fmu.ts";

/** Opens the FMU that the call names and lists its variables, running nothing of it. */
export async function probe(
  call: HostedCall,
  args: ProbeArguments,
  log: CallLog,
  place: MountPlace,
): Promise<ProbeResult> {
  const started = performance.now();
  log.write("INFO", `probe_fmu started: ${containerPaths(args)[0] ?? args.fmu_storage_key}`);
  const found = await withMountedFmu(call, args, place, async ({ fmu: { description } }) =>
    description.variables.map((variable) => toProbedVariable(variable, description.fmiVersion)),
  );
  const seconds = (performance.now() - started) / 1000;
  const problem = "problem" in found ? found.problem : undefined;
  const variables = "problem" in found ? [] : found;
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

/** What FMI 1.0 and 2.0 call a type, where it is not as in FMI 3.0. */
const OLD_TYPE_NAMES: Partial<Record<Variable["type"], string>> = { Float64: "Real", Int32: "Integer" };

/** Types are called as the FMU's own version of FMI spells them, as callers have always read them. */
function toProbedVariable(variable: Variable, fmiVersion: string): ProbeResult["variables"][number] {
  const { name, causality, variability, valueReference, type, unit } = variable;
  return {
    ...{ name, causality, variability },
    value_reference: valueReference,
    value_type: fmiVersion.startsWith("3.") ? type : (OLD_TYPE_NAMES[type] ?? type),
    unit: unit ?? null,
  };
}
