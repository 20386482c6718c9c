import type { DeploymentLookup, FunctionInfo, FunctionStats, Modal, RecentCall } from "../modal/modal.ts";
import { type Check, fail, ok, skip, warn } from "./check.ts";
import { checkLastDeploy, listApps } from "./last-deploy.ts";
import type { LastDeploy } from "./request.ts";

/** A runner app by name, its functions, and the tool's name for it. */
export interface RunnerApp {
  runner: string;
  app: string;
  /** Function name -> the arguments that this version of the server sends. */
  functions: Readonly<Record<string, readonly string[]>>;
  /** Whether it was asked for: another one may well be missing. */
  wanted: boolean;
  lastDeploy: LastDeploy | undefined;
}

/** What the checks of a runner found beside the checks themselves. */
export interface RunnerFindings {
  checks: Check[];
  /** The newest calls of its functions that did not end well, since the live version was deployed. */
  failed: RecentCall[];
}

const RECENT = 20;
const RECENT_MS = 3_600_000;
const FAILED = new Set(["failure", "timeout", "init_failure", "internal_failure", "evicted"]);
const NO_FAILED: readonly RecentCall[] = [];

/** That the runner app is deployed with its functions, and how its calls fare: backlog, containers, recent failures. */
export async function checkRunner(
  modal: Modal,
  runner: RunnerApp,
  signal: AbortSignal,
): Promise<RunnerFindings> {
  const name = `app ${runner.app}`;
  const found = await modal.apps.lookUp(runner.app, signal);
  if (!found.appId) {
    if (!runner.wanted) {
      const why = `${runner.app} is not deployed; only runs of runner "${runner.runner}" need it`;
      return { checks: [ok(name, why)], failed: [] };
    }
    return {
      checks: [...(await explainAbsence(modal, runner, found, signal)), ...skipFunctions(runner)],
      failed: [],
    };
  }
  const appId = found.appId;
  const [ids, history, apps] = await Promise.all([
    modal.apps.functions(appId, signal),
    modal.apps.history(appId, signal),
    listApps(modal, signal),
  ]);
  const [live] = history;
  const version = live ? `version ${live.version} of ${live.deployedAt}` : "version unknown";
  const deploy = await checkLastDeploy(modal, runner, apps, live?.deployedAt, signal);
  const missing = Object.keys(runner.functions).filter((one) => !ids.has(one));
  if (missing.length > 0) {
    const lacking = fail(name, {
      code: "function_missing",
      message: `${runner.app} (${appId}, ${version}) is deployed without ${missing.join(", ")}`,
      evidence: `its functions: ${[...ids.keys()].sort().join(", ") || "none"}`,
      remedy: `Call \`deploy_runner\` with runner "${runner.runner}" to deploy a complete one.`,
    });
    return { checks: [lacking, ...deploy, ...skipFunctions(runner)], failed: [] };
  }
  const perFunction = await Promise.all(
    Object.entries(runner.functions).map(([one, needed]) =>
      checkFunction(modal, runner, one, needed, signal),
    ),
  );
  const failed = perFunction
    .flatMap((one) => one.failed)
    .filter((call) => isOfVersion(call, live?.deployedAt));
  const isDeployed = ok(name, `${runner.app} (${appId}) is deployed, ${version}`);
  return { checks: [isDeployed, ...deploy, ...perFunction.flatMap((one) => one.checks)], failed };
}

function skipFunctions({ app, functions }: RunnerApp): Check[] {
  return Object.keys(functions).map((one) => skip(one, `${app} does not have it`));
}

function isOfVersion(call: RecentCall, deployedAt: string | undefined): boolean {
  if (call.enqueuedAt === undefined) return false;
  const enqueued = Date.parse(call.enqueuedAt);
  const since = deployedAt === undefined ? 0 : Date.parse(deployedAt);
  return enqueued >= since && enqueued > Date.now() - RECENT_MS;
}

async function explainAbsence(
  modal: Modal,
  runner: RunnerApp,
  found: DeploymentLookup,
  signal: AbortSignal,
): Promise<Check[]> {
  const name = `app ${runner.app}`;
  const deploy = await checkLastDeploy(modal, runner, await listApps(modal, signal), undefined, signal);
  const where = `environment "${found.environment}"`;
  const stopped = found.previousAppId !== undefined;
  return [
    fail(name, {
      code: stopped ? "app_stopped" : "app_not_deployed",
      message: stopped
        ? `${runner.app} was stopped in ${where}: nothing answers its calls`
        : `${runner.app} is not deployed in ${where}`,
      evidence: stopped
        ? `${found.previousAppId} had the name before`
        : `no app has the name ${runner.app} in ${where}, nor had one`,
      remedy: `Call \`deploy_runner\` with runner "${runner.runner}".`,
    }),
    ...deploy,
  ];
}

async function checkFunction(
  modal: Modal,
  runner: RunnerApp,
  name: string,
  needed: readonly string[],
  signal: AbortSignal,
): Promise<RunnerFindings> {
  const fn = await modal.functions.get(runner.app, name, signal);
  const [stats, recent] = await Promise.all([
    modal.functions.stats(fn.id, signal),
    modal.functions.recentCalls(fn.id, RECENT, signal),
  ]);
  const checks = [...checkInterface(fn, runner, needed), await checkLoad(modal, fn, stats, recent, signal)];
  const unfinished = recent.filter(({ status }) => status === "pending" || status === "running");
  if (unfinished.length > 0)
    checks.push(ok(`${name} unfinished`, unfinished.slice(0, 5).map(describeUnfinished).join("; ")));
  const [newest] = recent;
  const finished = recent.find(({ status }) => status !== "pending" && status !== "running");
  const failed = finished !== undefined && FAILED.has(finished.status) ? [finished] : NO_FAILED;
  if (newest && failed.length > 0) {
    const count = recent.filter(({ status }) => FAILED.has(status)).length;
    const last = failed[0]?.functionCallId;
    checks.push(ok(`${name} failures`, `${count} of the last ${recent.length} calls failed; newest ${last}`));
  }
  return { checks, failed: [...failed] };
}

function checkInterface(fn: FunctionInfo, { app, runner }: RunnerApp, needed: readonly string[]): Check[] {
  const again = `Call \`deploy_runner\` with runner "${runner}"`;
  if (!fn.acceptsCbor) {
    return [
      fail(fn.name, {
        code: "client_without_cbor",
        message: `${fn.name} of ${app} was deployed by a Modal client too old to take calls from here`,
        evidence: "its input formats lack CBOR, which Modal clients since 1.2 declare",
        remedy: `Run \`pip install --upgrade modal\`, then call \`deploy_runner\` with runner "${runner}".`,
      }),
    ];
  }
  const lacking = fn.arguments === undefined ? [] : needed.filter((one) => !fn.arguments?.includes(one));
  if (lacking.length === 0) return [];
  return [
    warn(fn.name, {
      code: "runner_outdated",
      message: `The deployed ${fn.name} of ${app} is older than this server: it lacks arguments`,
      evidence: `it does not take ${lacking.join(", ")}`,
      remedy: `${again} to deploy one of this version.`,
    }),
  ];
}

async function checkLoad(
  modal: Modal,
  fn: FunctionInfo,
  stats: FunctionStats,
  recent: readonly RecentCall[],
  signal: AbortSignal,
): Promise<Check> {
  const { backlog, runningContainers } = stats;
  const load = `backlog ${backlog}, ${runningContainers} containers`;
  if (backlog === 0) return ok(fn.name, `Up (${fn.id}): ${load}`);
  const starting = fn.appId === undefined ? 0 : await countStarting(modal, fn.appId, signal);
  if (starting > 0)
    return ok(
      fn.name,
      `Starting: ${load}, ${starting} of them loading the image or starting`,
      "container_booting",
    );
  if (runningContainers > 0) return ok(fn.name, `Busy: ${load}; calls wait for their turn`, "queued");
  const waiting = recent.find(({ status }) => status === "pending")?.functionCallId;
  return warn(fn.name, waitingFault(load, waiting));
}

/** Calls wait and no container is on its way. */
export function waitingFault(evidence: string, call?: string) {
  const which = call === undefined ? 'source "system"' : `function_call_id "${call}"`;
  return {
    code: "waiting_for_container",
    message: "Waiting for a container: calls are queued, and none is running or starting",
    evidence,
    remedy: `Call \`tail_logs\` with ${which} to read what Modal waits for; if nothing changes, check the workspace's limits, or call \`deploy_runner\`.`,
  };
}

/** Containers of the app that are on their way. */
export async function countStarting(modal: Modal, appId: string, signal: AbortSignal): Promise<number> {
  const containers = await modal.apps.containers(appId, signal);
  return containers.filter(({ state }) => state === "starting").length;
}

/** Seconds queued and running apart, for one unfinished call. */
function describeUnfinished(call: RecentCall): string {
  const since = (time: string | undefined) =>
    time === undefined ? undefined : (Date.now() - Date.parse(time)) / 1000;
  const enqueued = since(call.enqueuedAt);
  const running = since(call.startedAt);
  if (call.status === "pending" || running === undefined)
    return `${call.functionCallId} queued for ${seconds(enqueued)}`;
  const queued = enqueued === undefined ? undefined : enqueued - running;
  return `${call.functionCallId} queued ${seconds(queued)}, running for ${seconds(running)}`;
}

function seconds(value: number | undefined): string {
  return value === undefined ? "an unknown time" : `${value.toFixed(1)} s`;
}
