import type { Modal } from "../modal/modal.ts";
import type { RunRecord } from "../runs/record.ts";
import type { Check, Fault } from "./check.ts";
import { findMismatch, locate, staleView } from "./fmu-checks.ts";
import type { FmuVolume } from "./request.ts";

const NOT_THERE = /There is no FMU at|FileNotFoundError.{0,200}\.fmu/;
const NOT_WHOLE = /has the sha256 [0-9a-f]{64}, not/;

/**
 * Why a runner did not find its FMU, or not whole: what lies on the volumes tells whether it was never uploaded, is on the
 * other volume, or is there and not seen. Checks that say something else are returned as they are.
 */
export async function explainMissingFmu(
  modal: Modal,
  check: Check,
  run: RunRecord | undefined,
  fmuVolumes: readonly FmuVolume[],
  signal: AbortSignal,
): Promise<Check> {
  const said = check.evidence ?? "";
  if (check.status === "ok" || !(NOT_THERE.test(said) || NOT_WHOLE.test(said))) return check;
  const [, test, named] = /\/fmus(-test)?\/([0-9a-f]{64})\.fmu/.exec(said) ?? [];
  const checksum = run?.fmu.checksum ?? named;
  if (checksum === undefined) return check;
  const isWanted = ({ name, test: isTest }: FmuVolume) =>
    run ? name === run.volume : isTest === (test !== undefined);
  const volumes = [...fmuVolumes.filter(isWanted), ...fmuVolumes.filter((one) => !isWanted(one))];
  const { place, fault } = await locate(modal, { checksum, volumes }, signal);
  if (fault) return replace(check, { ...fault, evidence: `${fault.evidence}; the runner: ${said}` });
  if (place === undefined) return check;
  const uploaded = new Date(place.entry.modified * 1000);
  const mismatch = await findMismatch(modal, place, checksum, signal);
  if (mismatch) return replace(check, mismatch);
  if (run && uploaded.getTime() > Date.parse(run.created_at) + 1000) {
    return replace(check, {
      code: "fmu_missing",
      message: "The FMU was not on the volume when the run began; it is now",
      evidence: `uploaded at ${uploaded.toISOString()}, the run began at ${run.created_at}`,
      remedy: `Call \`run_fmi_simulation\` with fmu_checksum "${checksum}" again.`,
    });
  }
  const when = `on ${place.name} since ${uploaded.toISOString()}`;
  return replace(check, staleView(place.name, `${when}; the runner: ${said}`));
}

function replace(check: Check, { code, message, evidence, remedy }: Fault): Check {
  return { ...check, code, message, evidence: evidence ?? null, remedy };
}
