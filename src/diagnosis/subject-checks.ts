import type { Identity, RecentCall } from "../modal/modal.ts";
import { isFinished, type RunRecord } from "../runs/record.ts";
import { checkCall, explainRun } from "./call-checks.ts";
import { type Check, fail, ok, runChecks, warn } from "./check.ts";
import { checkVolumes } from "./endpoint-checks.ts";
import { checkFmu, locate, noVolume, resolveChecksum } from "./fmu-checks.ts";
import { explainMissingFmu } from "./missing-fmu.ts";
import type { Connected, DiagnosisRequest } from "./request.ts";
import { checkRunner, type RunnerFindings } from "./runner-checks.ts";

/** An endpoint that answers, and the run that was asked about. */
export interface Place {
  connected: Connected;
  identity: Identity;
  run: RunRecord | undefined;
}

/** Left to say what was found before the limit of a whole group, ms. */
const ANSWER_MS = 150;

type RunnerName = "fmi" | "energyplus";
type Left = () => number;

/** Looks, side by side, at volumes, runners and what was asked about. */
export async function checkSubject(
  request: DiagnosisRequest,
  place: Place,
  signal: AbortSignal,
  left: Left,
): Promise<Check[]> {
  const { subject } = request;
  const { run } = place;
  const hasSubject = run !== undefined || subject.functionCallId !== undefined || subject.fmu !== undefined;
  const wanted = subject.runner ?? runnerOf(request, run) ?? "fmi";
  const others: RunnerName[] = subject.runner === undefined && !hasSubject ? ["energyplus"] : [];
  const main = lookAtRunner(request, place, wanted, true, signal, left);
  const groups = await Promise.all([
    runChecks("volumes", signal, (limit) => lookAtVolumes(request, place, wanted, limit), left()),
    main.then(({ checks }) => (hasSubject ? checks.map(asBefore) : checks)),
    ...others.map(async (name) => (await lookAtRunner(request, place, name, false, signal, left)).checks),
    checkShared(request, wanted, signal, left),
    lookAtCall(request, place, wanted, signal, left),
    lookAtFmu(request, place, main, signal, left),
    hasSubject ? [] : lookAtNewest(request, place, main, wanted, signal, left),
  ]);
  return groups.flat();
}

/** A deploy that failed while the version before goes on answering is no cause of what happened to a run or an FMU. */
function asBefore(check: Check): Check {
  return check.code === "deploy_failed" ? { ...check, status: "ok" } : check;
}

function runnerOf({ runners }: DiagnosisRequest, run: RunRecord | undefined): RunnerName | undefined {
  if (run === undefined) return undefined;
  return run.app === runners.energyplus.app ? "energyplus" : "fmi";
}

async function lookAtVolumes(
  { runners, fmuVolumes }: DiagnosisRequest,
  { connected, run }: Place,
  runner: RunnerName,
  signal: AbortSignal,
): Promise<Check[]> {
  const checks = await checkVolumes(connected.modal, runners[runner].volumes, signal);
  if (run === undefined || run.volume === "" || runner !== "fmi") return checks;
  const gone = (await connected.modal.volumes.find(run.volume, signal)) === undefined;
  const volume = fmuVolumes.find(({ name }) => name === run.volume) ?? { name: run.volume, test: false };
  if (!gone) return checks;
  const { evidence, ...fault } = noVolume(volume);
  return [...checks, fail("volume of the run", { ...fault, evidence: `${run.run_id} used it; ${evidence}` })];
}

async function lookAtRunner(
  request: DiagnosisRequest,
  { connected, identity }: Place,
  runner: RunnerName,
  wanted: boolean,
  signal: AbortSignal,
  left: Left,
): Promise<RunnerFindings> {
  const { app, functions } = request.runners[runner];
  let failed: RecentCall[] = [];
  const { modal } = connected;
  const checks = await runChecks(
    `app ${app}`,
    signal,
    async (limit) => {
      const lastDeploy = await request.lastDeploy(app, modal.url, identity.environment);
      const found = await checkRunner(modal, { runner, app, functions, wanted, lastDeploy }, limit);
      failed = found.failed;
      return found.checks;
    },
    left(),
  );
  return { checks, failed };
}

/** Runner and control plane must agree on the package that they share; without their sources there is nothing to compare. */
async function checkShared(
  { sharedVersions }: DiagnosisRequest,
  runner: RunnerName,
  signal: AbortSignal,
  left: Left,
): Promise<Check[]> {
  return runChecks(
    "shared package",
    signal,
    async (limit) => {
      const found = await sharedVersions(runner, limit).catch(() => []);
      const versions = new Set(found.map(({ version }) => version));
      const [first] = found;
      if (versions.size === 0 || first === undefined) return [];
      if (versions.size === 1) return [ok("shared package", `${first.name} ${first.version}`)];
      return [
        warn("shared package", {
          code: "shared_package_mismatch",
          message: `Runner and control plane name different versions of ${first.name}`,
          evidence: found.map(({ name, version, file }) => `${name} ${version} in ${file}`).join(", "),
          remedy: `Bring these files to one version, then call \`deploy_runner\` with runner "${runner}".`,
        }),
      ];
    },
    left(),
  );
}

async function lookAtCall(
  { subject, fmuVolumes }: DiagnosisRequest,
  { connected: { modal }, run }: Place,
  runner: RunnerName,
  signal: AbortSignal,
  left: Left,
): Promise<Check[]> {
  const id = subject.functionCallId ?? run?.function_call_id;
  if (run !== undefined && isFinished(run)) {
    const name =
      subject.functionCallId === undefined ? `run ${run.run_id}` : `call ${subject.functionCallId}`;
    return runChecks(
      name,
      signal,
      async (limit) => {
        const check = await checkFinishedRun({ connected: { modal }, run }, runner, limit);
        return [{ ...(await explainMissingFmu(modal, check, run, fmuVolumes, limit)), name }];
      },
      left(),
    );
  }
  if (id === undefined) return run === undefined ? [] : [describeUnspawned(run)];
  return runChecks(
    `call ${id}`,
    signal,
    async (limit) => {
      const checks = await checkCall(modal, { id, runner, run }, limit);
      return Promise.all(checks.map((check) => explainMissingFmu(modal, check, run, fmuVolumes, limit)));
    },
    left(),
  );
}

function describeUnspawned({ run_id: id, created_at: since }: RunRecord): Check {
  return ok(`run ${id}`, `It is being handed to the endpoint since ${since}`, "starting");
}

/** What the endpoint itself says of a call that failed there counts for more than the record. */
const FAILED_THERE = new Set(["function_failed", "unknown"]);

async function checkFinishedRun(
  { connected: { modal }, run }: { connected: Pick<Connected, "modal">; run: RunRecord },
  runner: RunnerName,
  signal: AbortSignal,
): Promise<Check> {
  const name = `run ${run.run_id}`;
  const id = run.function_call_id;
  if (id !== undefined && FAILED_THERE.has(run.errors[0]?.code ?? "")) {
    const [call] = await checkCall(modal, { id, runner, run }, signal).catch(() => []);
    if (call?.status === "fail" && call.code !== "output_expired" && call.code !== "call_not_found")
      return { ...call, name };
  }
  const fault = await explainRun(modal, run, runner, signal);
  return fault === undefined ? ok(name, `Ended well at ${run.finished_at}`) : fail(name, fault);
}

async function lookAtFmu(
  { subject, fmuVolumes }: DiagnosisRequest,
  { connected: { modal, platform }, run }: Place,
  main: Promise<RunnerFindings>,
  signal: AbortSignal,
  left: Left,
): Promise<Check[]> {
  const { fmu } = subject;
  if (fmu === undefined) return run === undefined ? [] : lookAtFmuOf(run);
  return runChecks(
    "FMU",
    signal,
    async (limit) => {
      const checksum = await resolveChecksum(modal, fmu, fmuVolumes, limit);
      if (checksum === undefined) {
        const where = fmuVolumes.map(({ name }) => name).join(" and ");
        const evidence = `no file, checksum or model of that name on ${where}`;
        const remedy = "Call `list_volume` to see what is there, or `upload_fmu` with the FMU's `path`.";
        return [
          fail("FMU", { code: "fmu_missing", message: "No FMU on the volumes matches", evidence, remedy }),
        ];
      }
      const isUp = main.then(({ checks }) =>
        checks.every(({ status }) => status === "ok" || status === "warn"),
      );
      // Not awaited where there is no FMU to ask about.
      isUp.catch(() => {});
      const within = Math.max(1, left() - ANSWER_MS);
      return checkFmu(modal, { checksum, volumes: fmuVolumes, platform }, isUp, limit, within);
    },
    left(),
  );

  /** A run that waits or failed may have lost its FMU meanwhile. */
  async function lookAtFmuOf({ status, kind, fmu: { checksum }, volume }: RunRecord): Promise<Check[]> {
    if (kind !== undefined || status === "success" || !/^[0-9a-f]{64}$/.test(checksum)) return [];
    const ordered = [...fmuVolumes].sort((a, b) => Number(b.name === volume) - Number(a.name === volume));
    return runChecks(
      "FMU",
      signal,
      async (limit) => {
        const { fault } = await locate(modal, { checksum, volumes: ordered }, limit);
        return fault === undefined ? [ok("FMU", `It lies on ${volume}`)] : [fail("FMU", fault)];
      },
      left(),
    );
  }
}

/** Without a subject, what was done last is what the user means: the newest run of this hour, or a call that failed. */
async function lookAtNewest(
  { findNewestRun, fmuVolumes }: DiagnosisRequest,
  { connected, identity }: Place,
  main: Promise<RunnerFindings>,
  runner: RunnerName,
  signal: AbortSignal,
  left: Left,
): Promise<Check[]> {
  const { modal } = connected;
  return runChecks(
    "newest run",
    signal,
    async (limit) => {
      const run = await findNewestRun(connected, identity.environment);
      const { failed } = await main;
      const newest = failed.filter(({ functionCallId }) => functionCallId !== run?.function_call_id)[0];
      const calls = newest === undefined ? [] : await checkCall(modal, subjectOf(newest), limit);
      if (run === undefined || run.status === "cancelled") return calls;
      const check = isFinished(run)
        ? await checkFinishedRun({ connected, run }, runner, limit)
        : await unfinished(run, limit);
      return [await explainMissingFmu(modal, check, run, fmuVolumes, limit), ...calls];
    },
    left(),
  );

  function subjectOf({ functionCallId }: RecentCall) {
    return { id: functionCallId, runner, run: undefined };
  }

  async function unfinished(run: RunRecord, limit: AbortSignal): Promise<Check> {
    const id = run.function_call_id;
    if (id === undefined) return describeUnspawned(run);
    const [check] = await checkCall(modal, { id, runner, run }, limit);
    return check ?? describeUnspawned(run);
  }
}
