import type { LastDeploy } from "../deployment/last-outcome.ts";
import type { Step, Steps } from "../deployment/steps.ts";
import { ToolError, toError } from "../errors.ts";
import type { DeployOutcome, DeployRequest, Endpoint, Services } from "./services.ts";

/** A deploy as it is asked for. */
export interface DeployPlan {
  endpoint: Endpoint;
  services: Services;
  request: DeployRequest & { onLine(line: string): void };
  /** Whether a live app that is not of the bundled runner, or of another shared package, may be replaced. */
  replace: boolean;
  /** Whether the shared package is upgraded before. */
  updateShared: boolean;
  /** Whether a candidate that is live may be left over from a deploy from here that was cut short. */
  tookOver?: boolean;
  redact(text: string): string;
}

/** What a deploy did. */
export interface Deployed {
  outcome: DeployOutcome;
  volumesCreated: string[];
  steps: Step[];
}

type Work = (plan: DeployPlan, steps: Steps) => Promise<Omit<Deployed, "steps">>;

/** Deploys a runner step by step: volumes, shared package, candidate, known answers, the real name, known answers again, else back. */
export function deployInSteps(plan: DeployPlan): Promise<Deployed> {
  return claimAndKeep("deploy", plan, async (asked, steps) => {
    const { endpoint, request } = asked;
    const body = await endpoint.deployer.check(request);
    if (body === "python") await refuseForeign(asked);
    const volumesCreated = await steps.run("volumes", () => ensureVolumes(asked), describeCreated);
    if (body === "built_in") {
      const deploying = () => endpoint.deployer.deploy(request);
      return { outcome: await steps.run("deploy", deploying, () => request.app), volumesCreated };
    }
    await tagSource(asked, steps);
    const { deployByCandidate } = await import("./deploy-candidate.ts");
    return { outcome: await deployByCandidate(asked, steps), volumesCreated };
  });
}

/** Goes back one version of the app; no source is needed. */
export function rollBackInSteps(plan: DeployPlan): Promise<Deployed> {
  return claimAndKeep("rollback", plan, async ({ endpoint, request }, steps) => {
    await requireVersionBefore(endpoint, request);
    await steps.run(
      "rollback",
      () => endpoint.deployer.rollBack(request),
      () => request.app,
    );
    const command = `modal app rollback ${request.app}`;
    const outcome: DeployOutcome = {
      ...{ answeredBy: "python", folder: undefined, command, appId: undefined, version: undefined },
      ...{ url: undefined, tail: [], notes: [] },
    };
    return { outcome, volumesCreated: [] };
  });
}

async function requireVersionBefore({ modal }: Endpoint, { app, signal }: DeployRequest): Promise<void> {
  const { appId } = await modal.apps.lookUp(app, signal);
  const versions = appId ? await modal.apps.history(appId, signal) : [];
  if (versions.length > 1) return;
  throw new ToolError(
    "failed_precondition",
    `Cannot roll back ${app}: ${appId ? "there is no version before the live one" : "it is not deployed"}`,
    "Call `deploy_runner` to deploy another version.",
  );
}

/** Does the work while no other process deploys the app, and keeps how it ended. */
async function claimAndKeep(action: LastDeploy["action"], plan: DeployPlan, work: Work): Promise<Deployed> {
  const { endpoint, request, services } = plan;
  const folder = services.settings.deploysFolder;
  const [{ createSteps }, { claimDeploy }, { keepLastDeploy }, { environment }] = await Promise.all([
    import("../deployment/steps.ts"),
    import("../deployment/deploy-claim.ts"),
    import("../deployment/last-outcome.ts"),
    endpoint.describe(request.signal),
  ]);
  const url = endpoint.name === "embedded" ? undefined : endpoint.modal.url;
  const target = { app: request.app, environment, url };
  const steps = createSteps((name) => request.onLine(name));
  const claim = await claimDeploy(folder, target);
  const begun = Date.now();
  const keep = (ending: Pick<LastDeploy, "state"> & Partial<LastDeploy>) =>
    keepLastDeploy(folder, target, {
      ...{ ...target, runner: request.runner, endpoint: endpoint.name, action, tag: request.tag },
      started_at: new Date(begun).toISOString(),
      finished_at: new Date().toISOString(),
      seconds: (Date.now() - begun) / 1000,
      steps: steps.done.map((step) => ({ ...step, message: plan.redact(step.message) })),
      rolled_back: wasRolledBack(steps.done),
      ...ending,
    });
  try {
    const done = await work({ ...plan, tookOver: claim.tookOver }, steps);
    await keep({ state: "success" });
    return { ...done, steps: steps.done };
  } catch (thrown) {
    const error = withSteps(thrown, steps.done);
    await keep(describeFailure(error, steps.done, plan.redact)).catch(() => undefined);
    throw error;
  } finally {
    await claim.release();
  }
}

function describeFailure(error: unknown, done: readonly Step[], redact: DeployPlan["redact"]) {
  const known = error instanceof ToolError ? error : undefined;
  return {
    state: "failed" as const,
    failed_step: done.find(({ status }) => status === "failed")?.name,
    code: known?.code ?? "unknown",
    message: redact(toError(error).message),
    remedy: known?.remedy,
    detail: known?.detail && redact(known.detail).slice(-4000),
  };
}

/** Upgrades the shared package where that is asked for, checks it, and gives the source a tag. */
async function tagSource(plan: DeployPlan, steps: Steps): Promise<void> {
  const { endpoint, request } = plan;
  const [{ checkShared }, { deploymentTag }] = await Promise.all([
    import("./deploy-shared.ts"),
    import("../deployment/shared-package.ts"),
  ]);
  if (plan.updateShared) {
    await steps.run(
      "update shared package",
      () => endpoint.deployer.updateShared(request),
      (message) => message,
    );
  }
  const shared = await steps.run(
    "shared package",
    () => checkShared(plan),
    ({ message }) => message,
  );
  const source = await endpoint.deployer.source(request);
  if (source) request.tag = deploymentTag(source.fingerprint, shared.version);
}

/** A live app that did not come from the bundled runner is somebody's own. */
async function refuseForeign({ endpoint, request, replace }: DeployPlan): Promise<void> {
  const { app, source, signal } = request;
  if (replace || source !== "bundled" || !endpoint.deployer.guardsLive) return;
  const { appId } = await endpoint.modal.apps.lookUp(app, signal);
  if (!appId || "runner_version" in (await endpoint.modal.apps.tags(appId, signal))) return;
  const [newest] = await endpoint.modal.apps.history(appId, signal);
  const who = newest?.deployedBy ?? "somebody";
  throw new ToolError(
    "failed_precondition",
    `Cannot deploy the bundled runner as ${app}: the live one is not of it; ${who} deployed it at ${newest?.deployedAt ?? "an unknown time"}`,
    "Call `deploy_runner` with `replace: true` to replace it.",
  );
}

async function ensureVolumes({ endpoint, request, services }: DeployPlan): Promise<string[]> {
  const { fmi, fmiTest, energyplus, energyplusTest } = services.settings.volumes;
  const created: string[] = [];
  for (const name of request.runner === "fmi" ? [fmi, fmiTest] : [energyplus, energyplusTest]) {
    if ((await endpoint.modal.volumes.ensure(name, request.signal)).created) created.push(name);
  }
  return created;
}

function describeCreated(created: readonly string[]): string {
  return created.length > 0 ? `Created ${created.join(", ")}.` : "All there.";
}

function wasRolledBack(done: readonly Step[]): boolean {
  return done.some(({ name, status }) => name === "rollback" && status === "ok");
}

/** A failure tells which steps were done, and what is live now. */
function withSteps(error: unknown, done: readonly Step[]): unknown {
  if (!(error instanceof ToolError) || done.length === 0) return error;
  const stopped = done.some(({ name, status }) => name === "stop" && status === "ok");
  const now = stopped ? "; the app was stopped, as there was no version before" : "";
  const live = wasRolledBack(done) ? "; the version before is live again" : now;
  const lines = done.map(({ name, status, seconds }) => `${name}: ${status}, ${seconds} s`);
  const detail = [`Steps: ${lines.join("; ")}`, error.detail].filter(Boolean).join("\n");
  return new ToolError(error.code, `${error.message}${live}`, error.remedy, { detail, cause: error });
}
