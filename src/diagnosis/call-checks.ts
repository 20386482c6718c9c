import { ToolError } from "../errors.ts";
import type { CallOutcome, CallStatus, LogEntry, Modal } from "../modal/modal.ts";
import type { RunRecord } from "../runs/record.ts";
import { type Check, type Fault, fail, faultOf, ok, warn } from "./check.ts";
import { quoteForeign } from "./quote.ts";
import { explainFailure, type Failure, lastLine, runAgain } from "./run-faults.ts";
import { countStarting, waitingFault } from "./runner-checks.ts";

type Ended = Exclude<CallOutcome, { state: "unfinished" }>;
type Broken = Exclude<Ended, { state: "success" }>;

/** A function call to look at, and what is known of it. */
export interface CallSubject {
  id: string;
  runner: "fmi" | "energyplus";
  /** Of the run that it belongs to. */
  run: RunRecord | undefined;
}

const LOG_LINES = 400;
const DAY_MS = 86_400_000;
/** The clocks of the server and of what logs may differ. */
const MARGIN_MS = 60_000;

/** What the endpoint knows of one function call: queued, running, or how it ended, and why. */
export async function checkCall(modal: Modal, call: CallSubject, signal: AbortSignal): Promise<Check[]> {
  const name = `call ${call.id}`;
  const looked = await lookUp(modal, call.id, signal);
  if (looked instanceof ToolError) {
    return [fail(name, { ...faultOf(looked), code: "call_not_found" })];
  }
  const [status, outcome] = looked;
  if (outcome.state === "unfinished") return [await describeUnfinished(modal, call, status, signal)];
  if (outcome.state === "success") {
    const fault = await readValue(modal, call, status, outcome.value, signal);
    return [fault === undefined ? ok(name, "It returned a result") : fail(name, fault)];
  }
  return [fail(name, await explainBroken(modal, call, status, outcome, signal))];
}

async function lookUp(
  modal: Modal,
  id: string,
  signal: AbortSignal,
): Promise<[CallStatus, CallOutcome] | ToolError> {
  try {
    return await Promise.all([modal.calls.status(id, signal), modal.calls.wait(id, 0, signal)]);
  } catch (thrown) {
    if (thrown instanceof ToolError && thrown.code === "not_found") return thrown;
    throw thrown;
  }
}

async function describeUnfinished(
  modal: Modal,
  { id }: CallSubject,
  status: CallStatus,
  signal: AbortSignal,
): Promise<Check> {
  const name = `call ${id}`;
  const queued = status.queuedSeconds === undefined ? "" : ` for ${status.queuedSeconds.toFixed(1)} s`;
  if (status.status === "pending") {
    const [stats, starting] = await Promise.all([
      status.functionId === undefined ? undefined : modal.functions.stats(status.functionId, signal),
      status.appId === undefined ? 0 : countStarting(modal, status.appId, signal),
    ]);
    if (starting > 0)
      return ok(
        name,
        `A container is starting for it (loading the image): queued${queued}`,
        "container_booting",
      );
    if (stats && stats.runningContainers > 0) {
      const busy = `${stats.runningContainers} containers are busy, ${stats.backlog} calls wait`;
      return ok(name, `It waits for its turn${queued}: ${busy}`, "queued");
    }
    const notice = (await readLog(modal, id, status, signal)).findLast(
      ({ event }) => event !== undefined,
    )?.event;
    const figures = `queued${queued}, backlog ${stats?.backlog ?? 1}, ${stats?.runningContainers ?? 0} containers`;
    return warn(name, waitingFault(notice ? `${figures}; ${quoteForeign(notice)}` : figures, id));
  }
  const running = status.runningSeconds === undefined ? "" : ` for ${status.runningSeconds.toFixed(1)} s`;
  const last = (await readLog(modal, id, status, signal)).at(-1);
  const ago = last && `${Math.max(0, (Date.now() - Date.parse(last.time)) / 1000).toFixed(0)} s ago`;
  const said = last
    ? `its last log line, ${ago}: ${quoteForeign(last.event ?? last.text, 120)}`
    : "nothing logged yet";
  return ok(name, `Alive: it runs${running}; ${said}`, "slow_but_alive");
}

/** A runner answers with a status of its own: what the call returned is not what the simulation came to. */
async function readValue(
  modal: Modal,
  call: CallSubject,
  status: CallStatus,
  value: unknown,
  signal: AbortSignal,
): Promise<Fault | undefined> {
  if (typeof value !== "object" || value === null) return undefined;
  const {
    status: state,
    errors,
    outputs,
  } = value as { status?: unknown; errors?: unknown; outputs?: unknown };
  if (state === "success")
    return findNotANumber(call.run?.run_id ?? `Call ${call.id}`, outputs, call.run?.fmu.checksum);
  if (state !== "error") return undefined;
  const texts = Array.isArray(errors) ? errors.filter((one) => typeof one === "string") : [];
  const failure = await describeFailure(modal, call, status, { errors: texts }, signal);
  return explainFailure(failure, ownReason(failure));
}

async function explainBroken(
  modal: Modal,
  call: CallSubject,
  status: CallStatus,
  { state, exception, traceback }: Broken,
  signal: AbortSignal,
): Promise<Fault> {
  const ended = `Call ${call.id}`;
  const thrown = { errors: exception ? [exception] : [], traceback, isException: true };
  const failure = await describeFailure(modal, call, status, thrown, signal);
  const words = traceback ? lastLine(traceback) : lastLine(exception);
  const said = words === "" ? `it ended as ${state}` : quoteForeign(words);
  const again = runAgain(failure.tool, failure.checksum);
  if (state === "timeout")
    return {
      ...explainFailure({ ...failure, errors: ["hit its timeout"] }, ownReason(failure)),
      evidence: said,
    };
  if (state === "terminated")
    return { code: "run_cancelled", message: `${ended} was cancelled`, evidence: said, remedy: again };
  if (state === "expired") {
    const message = `The endpoint no longer keeps the output of call ${call.id}`;
    return { code: "output_expired", message, evidence: "no output, and no input unfinished", remedy: again };
  }
  if (state === "internal_failure" || state === "idle_timeout") {
    const message = `${ended} was interrupted on the endpoint's side`;
    return { code: "run_interrupted", message, evidence: said, remedy: again };
  }
  const isImport = /ModuleNotFoundError|ImportError|No module named/.test(`${exception}\n${words}`);
  if (state === "init_failure" || isImport) return importFault(call, said, status);
  const message = `${ended} failed in its container`;
  const remedy = `Call \`tail_logs\` with ${failure.argument} to read the traceback.`;
  return explainFailure(failure, { code: "run_crashed", message, evidence: said, remedy });
}

function importFault({ id, runner }: CallSubject, evidence: string, { appId }: CallStatus): Fault {
  return {
    code: "container_import_error",
    message: `The runner's container fails as it starts: its Python code cannot be imported${appId ? ` (${appId})` : ""}`,
    evidence,
    remedy: `Call \`tail_logs\` with function_call_id "${id}", mend the image, then call \`deploy_runner\` with runner "${runner}".`,
  };
}

async function describeFailure(
  modal: Modal,
  { id, run, runner }: CallSubject,
  status: CallStatus,
  said: { errors: readonly string[]; traceback?: string | undefined; isException?: boolean },
  signal: AbortSignal,
): Promise<Failure> {
  const log = await readLog(modal, id, status, signal);
  return {
    what: run ? run.run_id : `Call ${id}`,
    argument: run ? `run_id "${run.run_id}"` : `function_call_id "${id}"`,
    tool: runner === "fmi" ? "run_fmi_simulation" : "run_energyplus_simulation",
    runner,
    checksum: run?.kind === undefined ? run?.fmu.checksum : undefined,
    traceback: undefined,
    isException: false,
    ...said,
    log: log.map(({ text, event }) => event ?? text),
  };
}

/** A run that failed for a reason that no rule knows: its own words say it. */
export function ownReason({ what, errors, argument }: Failure): Fault {
  return {
    code: "run_failed",
    message: `${what} failed`,
    evidence: quoteForeign(errors[0] ?? "it tells no reason"),
    remedy: `Call \`tail_logs\` with ${argument} to see what the FMU and the runner logged.`,
  };
}

/** A success whose values are none; undefined where all are numbers. */
export function findNotANumber(what: string, outputs: unknown, checksum?: string): Fault | undefined {
  if (typeof outputs !== "object" || outputs === null) return undefined;
  const names = Object.entries(outputs).flatMap(([name, value]) => (isNotFinite(value) ? [name] : []));
  if (names.length === 0) return undefined;
  return {
    code: "not_a_number",
    message: `${what} ended well, but not every output is a finite number`,
    evidence: `not finite at the end: ${names
      .slice(0, 5)
      .map((name) => quoteForeign(name, 80))
      .join(", ")}`,
    remedy: `Call \`run_fmi_simulation\` with ${checksum ? `fmu_checksum "${checksum}", ` : ""}the same arguments and \`debug: true\`, and look at what happens before the first such value.`,
  };
}

function isNotFinite(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isNotFinite);
  return value === null || (typeof value === "number" && !Number.isFinite(value));
}

/** The newest lines of a call's log; none where the log cannot be read, for it only adds to the evidence. */
async function readLog(
  modal: Modal,
  functionCallId: string,
  { appId, createdAt }: CallStatus,
  signal: AbortSignal,
): Promise<LogEntry[]> {
  if (appId === undefined) return [];
  const since = new Date(createdAt === undefined ? Date.now() - DAY_MS : Date.parse(createdAt) - MARGIN_MS);
  const range = { since, until: undefined, limit: LOG_LINES };
  return modal.logs.between({ appId, functionCallId }, range, signal).catch(() => []);
}

/** What a finished run's record tells, with its call's log where there is one. */
export async function explainRun(
  modal: Modal | undefined,
  run: RunRecord,
  runner: "fmi" | "energyplus",
  signal: AbortSignal,
): Promise<Fault | undefined> {
  const name = run.run_id;
  if (run.status === "success")
    return run.kind === undefined ? findNotANumber(name, run.outputs, run.fmu.checksum) : undefined;
  const errors = run.errors.map(({ message }) => message);
  const first = run.errors[0];
  const tool = run.kind === undefined ? "run_fmi_simulation" : "run_energyplus_simulation";
  const again = runAgain(tool, run.kind === undefined ? run.fmu.checksum : undefined);
  const said = quoteForeign(errors[0] ?? "no reason is kept");
  if (run.status === "cancelled")
    return { code: "run_cancelled", message: `${name} was cancelled`, evidence: said, remedy: again };
  if (run.status === "interrupted")
    return { code: "run_interrupted", message: `${name} was interrupted`, evidence: said, remedy: again };
  if (first?.code === "not_found" && /no longer keeps the output/.test(first.message)) {
    const message = `The endpoint no longer keeps the output of ${name}`;
    return { code: "output_expired", message, evidence: said, remedy: again };
  }
  const log = await readRunLog(modal, run, signal);
  const failure: Failure = {
    ...{ what: name, argument: `run_id "${run.run_id}"`, tool, runner, errors, traceback: undefined, log },
    isException: first?.code === "function_failed",
    checksum: run.kind === undefined ? run.fmu.checksum : undefined,
  };
  if (run.status === "timed_out") {
    const fault = explainFailure({ ...failure, errors: ["hit its timeout"], log: [] }, ownReason(failure));
    return { ...fault, evidence: said };
  }
  return explainFailure(failure, ownReason(failure));
}

async function readRunLog(modal: Modal | undefined, run: RunRecord, signal: AbortSignal): Promise<string[]> {
  const kept = run.logs ?? [];
  const id = run.function_call_id;
  if (modal === undefined || id === undefined) return kept;
  const status = await modal.calls.status(id, signal).catch(() => undefined);
  if (status === undefined) return kept;
  const entries = await readLog(modal, id, status, signal);
  return [...kept, ...entries.map(({ text, event }) => event ?? text)];
}
