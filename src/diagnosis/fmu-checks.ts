import { ToolError } from "../errors.ts";
import type { Modal } from "../modal/modal.ts";
import { FMI_RUNNER_APP, probeResult } from "../runner/contract.ts";
import { type Check, fail, ok, warn } from "./check.ts";

/** Name of the check that asks the runner. */
const PROBE = "FMU probe";

/** Where an FMU lies and what the runner's own `probe_fmu` says of it. */
export async function checkFmu(
  modal: Modal,
  checksum: string,
  volumes: readonly { name: string; test: boolean }[],
  signal: AbortSignal,
): Promise<Check[]> {
  const name = `FMU ${checksum.slice(0, 12)}`;
  const found: { name: string; test: boolean; size: number }[] = [];
  for (const volume of volumes) {
    const info = await modal.volumes.find(volume.name, signal);
    const file = info && (await modal.volumes.findFile(info, `${checksum}.fmu`, signal));
    if (file) found.push({ ...volume, size: file.size });
  }
  const [first] = found;
  if (!first) {
    const searched = volumes.map((volume) => volume.name).join(" and ");
    return [fail(name, `It is on neither volume: ${searched}`, "Call `upload_fmu` with the FMU's path.")];
  }
  const where = found.map((volume) => `${volume.name} (${volume.size} bytes)`).join(" and ");
  return [ok(name, `It lies on ${where}`), await tryProbe(modal, checksum, first.test, signal)];
}

/** A probe that cannot be started is a finding of its own; where the FMU lies has been found out already. */
async function tryProbe(modal: Modal, checksum: string, test: boolean, signal: AbortSignal): Promise<Check> {
  try {
    return await probe(modal, checksum, test, signal);
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof ToolError)) throw thrown;
    return fail(PROBE, thrown.message, thrown.remedy);
  }
}

async function probe(modal: Modal, checksum: string, test: boolean, signal: AbortSignal): Promise<Check> {
  const fn = await modal.functions.get(FMI_RUNNER_APP, "probe_fmu", signal);
  const call = await modal.calls.spawn(
    fn,
    {
      fmu_storage_key: `${checksum}.fmu`,
      fmu_url: null,
      fmu_checksum: checksum,
      use_test_volume: test,
      return_logs: false,
    },
    signal,
  );
  const outcome = await modal.calls.wait(call, 5_000, signal);
  const readLog = `Call \`tail_logs\` with function_call_id "${call}".`;
  if (outcome.state === "unfinished")
    return warn(PROBE, `No answer yet (${call})`, `Call \`diagnose\` with function_call_id "${call}".`);
  if (outcome.state !== "success") return fail(PROBE, `The probe ended as ${outcome.state}`, readLog);
  const result = probeResult.safeParse(outcome.value);
  if (!result.success)
    return fail(
      PROBE,
      "The runner's answer is not in the form agreed",
      "Call `deploy_runner` to deploy a runner of this version.",
    );
  const { status, variables, errors } = result.data;
  if (status === "success") return ok(PROBE, `The runner reads it: ${variables.length} variables`);
  const reason = errors.join("; ") || "The runner cannot read it, and says no reason";
  return fail(PROBE, reason, "Call `upload_fmu` with a good copy of the FMU.");
}
