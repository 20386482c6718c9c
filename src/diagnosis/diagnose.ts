import { ToolError } from "../errors.ts";
import type { Identity } from "../modal/modal.ts";
import type { RunRecord } from "../runs/record.ts";
import { type Check, fail, faultOf, findLikelyCause, type LikelyCause, runChecks, skip } from "./check.ts";
import { checkCli, checkConfiguration } from "./configuration-checks.ts";
import { checkServer } from "./endpoint-checks.ts";
import type { Connected, DiagnosisRequest } from "./request.ts";
import { checkSubject } from "./subject-checks.ts";

/** What was found. */
export interface Diagnosis {
  status: "ok" | "warn" | "fail";
  checks: Check[];
  likelyCause: LikelyCause | null;
  /** Undefined where the endpoint could not be reached. */
  place: { connected: Connected; identity: Identity } | undefined;
}

/** Kept back for the answer itself, ms. */
const RESERVE_MS = 400;

/**
 * Looks at the whole way from the configuration to the runner, side by side; what depends on a failed check is skipped.
 * Answers within `withinMs` whatever hangs. Findings are never errors; rejects only where the request is cancelled.
 */
export async function diagnose(
  request: DiagnosisRequest,
  signal: AbortSignal,
  withinMs = 10_000,
): Promise<Diagnosis> {
  const deadline = Date.now() + withinMs - RESERVE_MS;
  const left = () => Math.max(1, deadline - Date.now());
  const configuration = checkConfiguration(request.configuration);
  const cli = runChecks("modal CLI", signal, (limit) => checkCli(request.configuration, limit), left());
  // Awaited at the end; a request that is cancelled before must not leave its rejection behind.
  cli.catch(() => {});
  const found = await findRecord(request);
  const { run } = found;
  const server = await reach(request, run, signal, left);
  const remote =
    server.place === undefined
      ? skipRemote(request, server.checks)
      : await checkSubject(request, { ...server.place, run }, signal, left);
  const checks = [...configuration, ...server.checks, ...remote, ...found.checks, ...(await cli)];
  const likelyCause = findLikelyCause(checks);
  return { status: worstOf(checks), checks, likelyCause, place: server.place };
}

function worstOf(checks: readonly Check[]): Diagnosis["status"] {
  const statuses = checks.map(({ status }) => status);
  if (statuses.includes("fail")) return "fail";
  return statuses.includes("warn") ? "warn" : "ok";
}

async function findRecord({
  subject: { runId },
  findRun,
}: DiagnosisRequest): Promise<{ run: RunRecord | undefined; checks: Check[] }> {
  try {
    const run = await findRun();
    if (run !== undefined || runId === undefined) return { run, checks: [] };
    const missing = {
      code: "run_not_found",
      message: `No run "${runId}" is kept on this computer`,
      evidence: "the state folder has no record of that id",
      remedy: "Pass the `run_id` that `run_fmi_simulation` returned, or its `function_call_id`.",
    };
    return { run, checks: [fail("run", missing)] };
  } catch (thrown) {
    if (!(thrown instanceof ToolError)) throw thrown;
    return { run: undefined, checks: [fail("run", { ...faultOf(thrown), code: "run_not_found" })] };
  }
}

interface Reached {
  checks: Check[];
  place: Diagnosis["place"];
}

async function reach(
  request: DiagnosisRequest,
  run: RunRecord | undefined,
  signal: AbortSignal,
  left: () => number,
): Promise<Reached> {
  let place: Reached["place"];
  if (request.configuration.problems.length > 0 && request.configuration.credentials.status === "invalid")
    return { checks: [skip("server", "the configuration must be mended first")], place };
  const checks = await runChecks(
    "server",
    signal,
    async (limit) => {
      const connected = await connect(request, run);
      if ("problem" in connected) return connected.problem;
      const { modal, note } = connected;
      const proxy = request.proxyOf(modal.url);
      const server = await checkServer(modal, { note, proxy, withinMs: left() }, limit);
      if (server.identity) place = { connected, identity: server.identity };
      return server.checks;
    },
    // It gives up by itself, and says more then.
    left() + RESERVE_MS / 2,
  );
  return { checks: place === undefined ? checks.map(asUnreachable) : checks, place };
}

/** A server from which no answer came in time is no slow one: nothing can be done with it. */
function asUnreachable(check: Check): Check {
  if (check.status !== "fail" || check.code !== "endpoint_slow") return check;
  return { ...check, code: "endpoint_unreachable", message: "The endpoint does not answer" };
}

/** Nothing was asked of a server yet: what is wrong with a token or a URL is wrong with the configuration. */
function codeOf({ code }: ToolError, { credentials }: DiagnosisRequest["configuration"]): { code?: string } {
  if (code === "invalid_argument") return { code: "setting_invalid" };
  if (code !== "unauthenticated") return {};
  return { code: credentials.status === "none" ? "credentials_missing" : "credentials_malformed" };
}

/** What the configuration's own checks tell already is no finding of the server's. */
async function connect(
  { configuration, connect: open }: DiagnosisRequest,
  run: RunRecord | undefined,
): Promise<Connected | { problem: Check[] }> {
  try {
    return await open(run);
  } catch (thrown) {
    if (!(thrown instanceof ToolError)) throw thrown;
    if (configuration.problems.length > 0)
      return { problem: [skip("server", "the configuration must be mended first")] };
    return { problem: [fail("server", { ...faultOf(thrown), ...codeOf(thrown, configuration) })] };
  }
}

function skipRemote({ subject, runners }: DiagnosisRequest, server: readonly Check[]): Check[] {
  const why =
    server.find(({ status }) => status === "fail")?.message ?? "the configuration must be mended first";
  const { functionCallId, fmu, runId } = subject;
  const names = ["volumes", `app ${runners[subject.runner ?? "fmi"].app}`];
  if (functionCallId !== undefined) names.push(`call ${functionCallId}`);
  if (runId !== undefined) names.push(`run ${runId}`);
  if (fmu !== undefined) names.push("FMU");
  return names.map((name) => skip(name, why));
}
