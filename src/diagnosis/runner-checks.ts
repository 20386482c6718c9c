import type { FunctionInfo, Modal, RecentCall } from "../modal/modal.ts";
import { type Check, fail, ok, warn } from "./check.ts";

/** A runner app by name, its functions, and the tool's name for it. */
export interface RunnerApp {
  runner: string;
  app: string;
  functions: readonly string[];
}

const RECENT = 20;
const FAILED = new Set(["failure", "timeout", "init_failure", "internal_failure", "evicted"]);

/** That the runner app is deployed with its functions, and how its calls fare: backlog, containers, recent failures. */
export async function checkRunner(modal: Modal, runner: RunnerApp, signal: AbortSignal): Promise<Check[]> {
  const name = `app ${runner.app}`;
  const found = await modal.apps.lookUp(runner.app, signal);
  if (!found.appId) {
    const state = found.previousAppId ? "was stopped" : "is not deployed";
    const remedy = `Call \`deploy_runner\` with runner "${runner.runner}".`;
    return [fail(name, `${runner.app} ${state} in environment "${found.environment}"`, remedy)];
  }
  const functions = await modal.apps.functions(found.appId, signal);
  const missing = runner.functions.filter((one) => !functions.has(one));
  if (missing.length > 0) {
    const remedy = `Call \`deploy_runner\` with runner "${runner.runner}" to deploy a complete one.`;
    return [fail(name, `${runner.app} (${found.appId}) lacks ${missing.join(", ")}`, remedy)];
  }
  const [history, ...perFunction] = await Promise.all([
    modal.apps.history(found.appId, signal),
    ...runner.functions.map((one) => checkFunction(modal, runner, one, signal)),
  ]);
  const version = history[0]
    ? `version ${history[0].version} of ${history[0].deployedAt}`
    : "version unknown";
  return [ok(name, `${runner.app} (${found.appId}) is deployed, ${version}`), ...perFunction.flat()];
}

async function checkFunction(
  modal: Modal,
  { app }: RunnerApp,
  name: string,
  signal: AbortSignal,
): Promise<Check[]> {
  const fn = await modal.functions.get(app, name, signal);
  const [stats, recent] = await Promise.all([
    modal.functions.stats(fn.id, signal),
    modal.functions.recentCalls(fn.id, RECENT, signal),
  ]);
  const load = `backlog ${stats.backlog}, ${stats.runningContainers} containers`;
  const checks = [describeLoad(fn, load, stats.backlog > 0 && stats.runningContainers === 0)];
  const unfinished = recent.filter(({ status }) => status === "pending" || status === "running");
  if (unfinished.length > 0)
    checks.push(ok(`${name} unfinished`, unfinished.slice(0, 5).map(describeUnfinished).join("; ")));
  const failed = recent.filter(({ status }) => FAILED.has(status));
  const [newest] = failed;
  if (newest) {
    const message = `${failed.length} of the last ${recent.length} calls failed; newest ${newest.functionCallId} (${newest.status})`;
    checks.push(
      warn(
        `${name} failures`,
        message,
        `Call \`tail_logs\` with function_call_id "${newest.functionCallId}".`,
      ),
    );
  }
  return checks;
}

function describeLoad(fn: FunctionInfo, load: string, stuck: boolean): Check {
  if (!stuck) return ok(fn.name, `Up (${fn.id}): ${load}`);
  return warn(
    fn.name,
    `Calls wait for a container: ${load}`,
    'Call `tail_logs` with source "system" to see why none starts.',
  );
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
