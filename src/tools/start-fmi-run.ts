import { isDeepStrictEqual } from "node:util";
import { ToolError } from "../errors.ts";
import type { FunctionInfo } from "../modal/modal.ts";
import type { RunRecord } from "../runs/record.ts";
import type { StartRequest } from "../simulation/start-run.ts";
import type { RunArguments } from "./run-fmi-simulation.ts";
import { planRunWithOptions } from "./run-options.ts";
import { RUNNER_APPS } from "./runners.ts";
import type { Endpoint } from "./services.ts";
import { shortenName } from "./show-value.ts";
import type { ToolContext } from "./tool.ts";
import { ANSWER_WITHIN_MS, type RunClock } from "./wait-for-run.ts";

/** A run that was started, or found (`reused`); with `dry_run` the record that it would start with. */
export interface StartedRun {
  record: RunRecord;
  endpoint: Endpoint;
  reused: boolean;
  /** Whether that holds which it went by unseen, as it was found for a run before; not given where all was looked at. */
  recheck?: (() => Promise<boolean>) | undefined;
}

type Prepared = StartRequest & Pick<StartedRun, "recheck">;

const { app } = RUNNER_APPS.fmi;

/** What a start fails with where the runner is not what it was. */
const OUT_OF_DATE = new Set(["not_found", "failed_precondition"]);

/**
 * Starts what the arguments ask for; throws what prevents that, `unavailable` where the call must be answered before. An FMU
 * that is run over and over is run at once, on the runner as it was last found, unless `looks`: that it came to be run tells
 * that both are there.
 */
export async function startFmiRun(
  args: RunArguments,
  context: ToolContext,
  clock: RunClock,
  looks = false,
): Promise<StartedRun> {
  try {
    return await start(args, context, clock, looks);
  } catch (error) {
    if (context.signal.aborted || !clock.signal.aborted) throw error;
    throw new ToolError(
      "unavailable",
      `Cannot start the run: the endpoint took longer than ${ANSWER_WITHIN_MS / 1000} s over it`,
      "Call `diagnose`, then `run_fmi_simulation` again with the same arguments.",
      { cause: error },
    );
  }
}

/**
 * Starts a run anew in place of one that was in vain. Throws what a first look would have found; undefined where the endpoint
 * cannot be asked any more, so that the run before is what there is to tell of.
 */
export async function startAnew(
  args: RunArguments,
  context: ToolContext,
  clock: RunClock,
): Promise<StartedRun | undefined> {
  try {
    return await startFmiRun(args, context, clock, true);
  } catch (error) {
    if (context.signal.aborted || isOutOfDate(error)) throw error;
    return undefined;
  }
}

/** Whether a run failed before it simulated anything, and went by what does not hold any more. Never throws. */
export async function wasInVain({ recheck }: StartedRun, { status, facts }: RunRecord): Promise<boolean> {
  if (recheck === undefined || status !== "error" || facts !== undefined) return false;
  return recheck().then((holds) => !holds, isOutOfDate);
}

/** Of an endpoint that cannot be asked, nothing follows. */
function isOutOfDate(error: unknown): boolean {
  return error instanceof ToolError && OUT_OF_DATE.has(error.code);
}

async function start(
  args: RunArguments,
  context: ToolContext,
  clock: RunClock,
  looks: boolean,
): Promise<StartedRun> {
  const [endpoint, { draftRun, recallRunFunction, startRun }] = await Promise.all([
    context.services.connect(args.endpoint, args.environment),
    import("../simulation/start-run.ts"),
  ]);
  const begin = async ({ recheck, ...request }: Prepared): Promise<StartedRun> =>
    args.dry_run
      ? { record: await draftRun(request, app, clock.signal), endpoint, reused: false }
      : { endpoint, recheck, ...(await startRun(request, app, clock.signal)) };
  // Whoever does not wait for the run's end would not be told that it failed for what had changed.
  const waits = args.wait_seconds > 0;
  const mustLook = looks || !waits || args.dry_run || args.path !== undefined;
  const last = mustLook ? undefined : recallRunFunction(endpoint.modal, app);
  const prepared = await prepare(last, endpoint, args, context, clock);
  if (prepared.recheck === undefined) return begin(prepared);
  try {
    return await begin(prepared);
  } catch (error) {
    if (!isOutOfDate(error)) throw error;
    return begin(await prepare(undefined, endpoint, args, context, clock));
  }
}

/** Finds and plans what is to be run; with the runner as it was `last` found, an FMU that was found before is not looked for. */
async function prepare(
  last: FunctionInfo | undefined,
  endpoint: Endpoint,
  args: RunArguments,
  { services, progress }: ToolContext,
  clock: RunClock,
): Promise<Prepared> {
  const { signal } = clock;
  const { modal } = endpoint;
  const [{ findOrUpload }, { findRunFunction }] = await Promise.all([
    import("../catalog/find-or-upload.ts"),
    import("../simulation/start-run.ts"),
  ]);
  const look = () => findRunFunction(modal, app, signal);
  const asked = last === undefined ? look() : undefined;
  const [store, facts] = await Promise.all([services.runs(), endpoint.describe(signal)]);
  const subject = args.path === undefined ? { checksum: args.fmu_checksum ?? "" } : { path: args.path };
  const { recheck, ...found } = await findOrUpload(endpoint, subject, {
    operations: services.operations,
    settings: services.settings,
    useTestVolume: args.use_test_volume,
    readOnly: args.dry_run,
    trustsEarlier: last !== undefined,
    answerWithinMs: clock.leftMs(Number.POSITIVE_INFINITY),
    signal,
    onProgress: progress,
  });
  const plan = await planRunWithOptions(found, args, store, services.settings);
  const trusted = recheck && last;
  return {
    modal,
    store,
    endpoint: endpoint.name,
    environment: facts.environment,
    volume: found.volumeName,
    useTestVolume: found.volumeName === services.settings.volumes.fmiTest,
    fmu: {
      checksum: found.checksum,
      file_name: found.fileName,
      model_name: shortenName(found.description.modelName),
      fmi_version: found.description.fmiVersion,
    },
    plan: { ...plan, warnings: [...found.warnings, ...plan.warnings] },
    given: JSON.parse(JSON.stringify(args)),
    returnLogs: args.return_logs,
    timeoutSeconds: args.timeout_seconds ?? services.settings.runTimeoutSeconds,
    newRun: args.new_run,
    fn: trusted ? Promise.resolve(trusted) : (asked ?? look()),
    recheck: trusted && (async () => (await recheck()) && isDeepStrictEqual(await look(), trusted)),
  };
}
