import { createHash } from "node:crypto";
import { resolveFmu } from "../catalog/find-fmu.ts";
import { openRemoteSource } from "../catalog/remote-source.ts";
import { readSidecars } from "../catalog/sidecars.ts";
import { ToolError } from "../errors.ts";
import { openFmu } from "../fmi/fmu.ts";
import { findLibraryPath, type Platform } from "../fmi/platforms.ts";
import type { Modal, VolumeEntry, VolumeInfo } from "../modal/modal.ts";
import { FMI_RUNNER_APP, probeResult } from "../runner/contract.ts";
import { checkCall } from "./call-checks.ts";
import { type Check, type Fault, fail, ok, runChecks, skip, warn } from "./check.ts";
import { quoteForeign } from "./quote.ts";
import type { FmuVolume } from "./request.ts";

/** Name of the check that asks the runner. */
const PROBE = "FMU probe";
const PROBE_WITHIN_MS = 4_000;
/** A larger file is not fetched to hash it. */
const MOST_BYTES = 64 * 1024 * 1024;
const SEND_AGAIN = "Call `upload_fmu` with the FMU's `path` to send it again.";

/** An FMU on a volume. */
interface Place extends FmuVolume {
  volume: VolumeInfo;
  entry: VolumeEntry;
}

/** An FMU to look at: where runs look for it by default stands first. */
export interface FmuSubject {
  checksum: string;
  volumes: readonly FmuVolume[];
  platform: Platform;
}

/** The sha256 that `text` means; undefined where no FMU on the volumes matches. */
export async function resolveChecksum(
  modal: Modal,
  text: string,
  volumes: readonly FmuVolume[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const digits = /[0-9a-f]{64}/i.exec(text)?.[0]?.toLowerCase();
  if (digits !== undefined) return digits;
  try {
    const names = volumes.map(({ name }) => name);
    return (await resolveFmu(modal, names, text, signal)).checksum;
  } catch (thrown) {
    if (thrown instanceof ToolError && thrown.code === "not_found") return undefined;
    throw thrown;
  }
}

/**
 * Where an FMU lies, what it needs, and what the runner's own `probe_fmu` says of it (once `runnerIsUp` says so). Each
 * part is given up after `withinMs`, and the others stand.
 */
export async function checkFmu(
  modal: Modal,
  subject: FmuSubject,
  runnerIsUp: Promise<boolean>,
  signal: AbortSignal,
  withinMs?: number,
): Promise<Check[]> {
  const name = `FMU ${subject.checksum.slice(0, 12)}`;
  const begun = Date.now();
  const { place, fault } = await locate(modal, subject, signal);
  if (place === undefined)
    return [
      fault ? fail(name, fault) : ok(name, "Nothing is known of it"),
      skip(PROBE, "there is no file for the runner to read"),
    ];
  const where = `It lies on ${place.name} (${place.entry.size} bytes)`;
  const left = withinMs === undefined ? undefined : Math.max(1, withinMs - (Date.now() - begun));
  const within = (part: string, checks: (limit: AbortSignal) => Promise<Check[]>) =>
    runChecks(part, signal, checks, left);
  const [content, probed] = await Promise.all([
    within(name, async (limit) =>
      (await readContent(modal, place, subject, limit)).map((one) => fail(name, one)),
    ),
    within(PROBE, async (limit) =>
      (await runnerIsUp)
        ? probe(modal, subject.checksum, place, limit)
        : [skip(PROBE, "the runner is not there to ask")],
    ),
  ]);
  const located = fault ? [warn(name, fault)] : content.length > 0 ? [] : [ok(name, where)];
  return [...located, ...content, ...(content.some(isBroken) ? [] : probed)];
}

/** What the runner says of a broken file is no other fault. */
function isBroken({ code }: Check): boolean {
  return code === "upload_unfinished" || code === "fmu_invalid";
}

/** Where an FMU lies, and what is wrong with that: nowhere, on another volume than runs read, no volume. */
export async function locate(
  modal: Modal,
  { checksum, volumes }: Pick<FmuSubject, "checksum" | "volumes">,
  signal: AbortSignal,
): Promise<{ place: Place | undefined; fault: Fault | undefined }> {
  const looked = await Promise.all(
    volumes.map(async (where) => {
      const volume = await modal.volumes.find(where.name, signal);
      const entry = volume && (await modal.volumes.findFile(volume, `${checksum}.fmu`, signal));
      return { where, volume, place: volume && entry ? { ...where, volume, entry } : undefined };
    }),
  );
  const [wanted] = looked;
  const elsewhere = looked.find(({ place }) => place !== undefined)?.place;
  if (wanted === undefined || wanted.place) return { place: wanted?.place, fault: undefined };
  if (elsewhere !== undefined) return { place: elsewhere, fault: inOther(wanted.where, elsewhere, checksum) };
  if (wanted.volume === undefined) return { place: undefined, fault: noVolume(wanted.where) };
  const names = looked
    .map(({ where, volume }) => `${where.name}${volume ? "" : " (no such volume)"}`)
    .join(" and ");
  const fault = {
    code: "fmu_missing",
    message: `The FMU is on no volume that runs read`,
    evidence: `no file ${checksum}.fmu on ${names}`,
    remedy: "Call `upload_fmu` with the FMU's `path`.",
  };
  return { place: undefined, fault };
}

function inOther(wanted: FmuVolume, place: Place, checksum: string): Fault {
  return {
    code: "fmu_in_other_volume",
    message: `The FMU is on ${place.test ? "the test" : "the production"} volume only, ${place.name}, and not on ${wanted.name}`,
    evidence: `${checksum.slice(0, 12)}….fmu: ${place.entry.size} bytes on ${place.name}, not on ${wanted.name}`,
    remedy: `Call \`run_fmi_simulation\` with fmu_checksum "${checksum}" and \`use_test_volume: ${place.test}\`, or \`upload_fmu\` with \`use_test_volume: ${wanted.test}\`.`,
  };
}

/** A volume that something counts on is not there. */
export function noVolume({ name, test }: FmuVolume): Fault {
  return {
    code: "volume_missing",
    message: `There is no volume "${name}"`,
    evidence: "the endpoint lists no volume of that name in this environment",
    remedy: `Call \`upload_fmu\` with the FMU's \`path\` and \`use_test_volume: ${test}\`, which creates it, or correct \`${test ? "FMI_TEST_VOLUME_NAME" : "FMI_VOLUME_NAME"}\`.`,
  };
}

/** What the file itself says: whole, an FMU, for this platform, on its own. */
async function readContent(
  modal: Modal,
  place: Place,
  { checksum, platform }: FmuSubject,
  signal: AbortSignal,
): Promise<Fault[]> {
  const { volume, entry } = place;
  const sidecars = await readSidecars(modal, volume, [entry.path], signal);
  const size = sidecars.get(entry.path)?.size ?? entry.size;
  if (size !== entry.size) return [unfinished(place, `${entry.size} bytes instead of ${size}`)];
  try {
    const fmu = await openFmu(openRemoteSource(modal, volume, entry, signal), entry.path);
    try {
      return explainUnrunnable(fmu, checksum, platform);
    } finally {
      await fmu.close();
    }
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof ToolError) || thrown.code !== "invalid_fmu") throw thrown;
    const broken = await findMismatch(modal, place, checksum, signal);
    if (broken) return [broken];
    const message = `The file on ${place.name} is no FMU that can be read`;
    return [{ code: "fmu_invalid", message, evidence: quoteForeign(thrown.message), remedy: SEND_AGAIN }];
  }
}

function explainUnrunnable(
  fmu: Awaited<ReturnType<typeof openFmu>>,
  checksum: string,
  platform: Platform,
): Fault[] {
  const { description, archive, platforms } = fmu;
  const used = description.coSimulation ?? description.modelExchange;
  if (used === undefined) return [];
  if (used.needsExecutionTool) {
    return [
      {
        code: "needs_execution_tool",
        message: "The FMU needs the tool that made it on the computer where it runs",
        evidence: `needsExecutionTool="true" in its model description; made by ${quoteForeign(description.generationTool ?? "unknown", 80)}`,
        remedy:
          "Export the FMU anew as a standalone one (without an execution tool), then call `upload_fmu`.",
      },
    ];
  }
  const library = findLibraryPath(archive.entries, used.modelIdentifier, description.fmiMajor, platform);
  const hasSources = archive.entries.some(
    ({ path, isDirectory }) => !isDirectory && path.startsWith("sources/"),
  );
  if (library !== undefined || (hasSources && platforms.length === 0)) return [];
  const there = platforms.map(({ label }) => label).join(", ") || "none";
  return [
    {
      code: "no_binary_for_platform",
      message: `The FMU has no binary for the runner's platform, ${platform.label}`,
      evidence: `its platforms: ${there}`,
      remedy: `Call \`inspect_fmu\` with fmu_checksum "${checksum}" to see its platforms, export it for ${platform.label}, then call \`upload_fmu\`.`,
    },
  ];
}

/** A file whose content is not what its name says; undefined where it is, or is too large to look. */
export async function findMismatch(
  modal: Modal,
  place: Place,
  checksum: string,
  signal: AbortSignal,
): Promise<Fault | undefined> {
  if (place.entry.size > MOST_BYTES) return undefined;
  const { bytes } = await modal.volumes.read(place.volume, place.entry.path, { start: 0, length: 0 }, signal);
  const actual = createHash("sha256").update(bytes).digest("hex");
  return actual === checksum
    ? undefined
    : {
        ...unfinished(place, `its sha256 is ${actual.slice(0, 12)}…, not its name`),
        message: `The file on ${place.name} is not the FMU that its name says: its upload was broken off, or another file was stored under that name`,
      };
}

function unfinished({ name, entry }: Place, evidence: string): Fault {
  return {
    code: "upload_unfinished",
    message: `The FMU on ${name} is not whole: its upload was broken off`,
    evidence: `${entry.path.slice(0, 12)}….fmu: ${evidence}`,
    remedy: SEND_AGAIN,
  };
}

/** The runner does not see what is on the volume. */
export function staleView(name: string, evidence: string): Fault {
  return {
    code: "volume_stale_view",
    message: `The file is on ${name}, but the runner's container does not see it: it looks at the volume as it was when it started`,
    evidence,
    remedy: 'Call `deploy_runner` with runner "fmi" for new containers, then `run_fmi_simulation` again.',
  };
}

/** A probe that cannot be started is a finding of its own; where the FMU lies has been found out already. */
async function probe(modal: Modal, checksum: string, place: Place, signal: AbortSignal): Promise<Check[]> {
  try {
    return await askRunner(modal, checksum, place, signal);
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof ToolError)) throw thrown;
    const { message, remedy } = thrown;
    return [fail(PROBE, { code: "check_failed", message, remedy })];
  }
}

async function askRunner(
  modal: Modal,
  checksum: string,
  place: Place,
  signal: AbortSignal,
): Promise<Check[]> {
  const fn = await modal.functions.get(FMI_RUNNER_APP, "probe_fmu", signal);
  const asked = { fmu_storage_key: `${checksum}.fmu`, fmu_url: null, fmu_checksum: checksum };
  const id = await modal.calls.spawn(
    fn,
    { ...asked, use_test_volume: place.test, return_logs: false },
    signal,
  );
  const outcome = await modal.calls.wait(id, PROBE_WITHIN_MS, signal);
  if (outcome.state !== "success") {
    const found = await checkCall(modal, { id, runner: "fmi", run: undefined }, signal);
    if (outcome.state === "unfinished") await modal.calls.cancel(id, signal).catch(() => {});
    return found.map((check) => ({ ...check, name: PROBE }));
  }
  const result = probeResult.safeParse(outcome.value);
  if (!result.success) {
    const message = "The runner's answer is not in the form agreed";
    const remedy = 'Call `deploy_runner` with runner "fmi" to deploy a runner of this version.';
    return [fail(PROBE, { code: "runner_outdated", message, remedy })];
  }
  const { status, variables, errors } = result.data;
  if (status === "success") return [ok(PROBE, `The runner reads it: ${variables.length} variables`)];
  const reason = errors.join("; ") || "the runner cannot read it, and says no reason";
  if (/There is no FMU at/.test(reason)) return [fail(PROBE, staleView(place.name, quoteForeign(reason)))];
  const mismatch = await findMismatch(modal, place, checksum, signal);
  if (mismatch) return [fail(PROBE, mismatch)];
  if (/has the sha256/.test(reason)) return [fail(PROBE, staleView(place.name, quoteForeign(reason)))];
  const message = "The runner cannot read the FMU";
  return [fail(PROBE, { code: "fmu_invalid", message, evidence: quoteForeign(reason), remedy: SEND_AGAIN })];
}
