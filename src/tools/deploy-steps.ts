import { setTimeout as delay } from "node:timers/promises";
import type { Step, Steps } from "../deployment/steps.ts";
import { ToolError } from "../errors.ts";
import type { DeployOutcome, DeployRequest, Endpoint, Services } from "./services.ts";

/** A deploy as it is asked for. */
export interface DeployPlan {
  endpoint: Endpoint;
  services: Services;
  request: DeployRequest & { onLine(line: string): void };
  /** Whether a live app that is not of the bundled runner may be replaced. */
  replace: boolean;
}

/** What a deploy did. */
export interface Deployed {
  outcome: DeployOutcome;
  volumesCreated: string[];
  steps: Step[];
}

const TAKE_OVER_MS = 60_000;
const ASK_EVERY_MS = 2000;

/** Deploys a runner step by step: volumes, candidate, known answers, the real name, known answers again, else back. */
export async function deployInSteps(plan: DeployPlan): Promise<Deployed> {
  const { endpoint, services, request } = plan;
  const { createSteps } = await import("../deployment/steps.ts");
  const steps = createSteps((name) => request.onLine(name));
  try {
    const body = await endpoint.deployer.check(request);
    if (body === "python") await refuseForeign(plan);
    const volumesCreated = await steps.run(
      "volumes",
      () => ensureVolumes(request, endpoint, services),
      (created) => (created.length > 0 ? `Created ${created.join(", ")}.` : "All there."),
    );
    if (body === "python") {
      await steps.run(
        "shared package",
        () => checkSharedPackage(plan),
        (message) => message,
      );
    }
    const outcome =
      body === "python" && request.runner === "fmi"
        ? await deployByCandidate(plan, steps)
        : await steps.run(
            "deploy",
            () => endpoint.deployer.deploy(request),
            () => request.app,
          );
    return { outcome, volumesCreated, steps: steps.done };
  } catch (error) {
    throw withSteps(error, steps.done);
  }
}

/** Goes back one version of the app. */
export async function rollBackInSteps({ endpoint, request }: DeployPlan): Promise<Deployed> {
  const { createSteps } = await import("../deployment/steps.ts");
  const steps = createSteps((name) => request.onLine(name));
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
  return { outcome, volumesCreated: [], steps: steps.done };
}

async function deployByCandidate(plan: DeployPlan, steps: Steps): Promise<DeployOutcome> {
  const { endpoint, request, services } = plan;
  const { verifyRunner } = await import("../deployment/verify-runner.ts");
  const testVolume = services.settings.volumes.fmiTest;
  const { examplesFolder } = endpoint.deployer;
  const verify = (app: string) =>
    verifyRunner(endpoint.modal, { app, testVolume, examplesFolder, signal: request.signal });
  const tellEngine = (engine: string | undefined) => engine ?? "Known answers came back.";
  const candidate = `${request.app}-candidate`;
  await steps.run(
    "candidate",
    () => endpoint.deployer.deploy({ ...request, name: candidate }),
    () => candidate,
  );
  const wanted = await steps.run("verify candidate", () => verify(candidate), tellEngine);
  const hadLive = (await endpoint.modal.apps.lookUp(request.app, request.signal)).appId !== undefined;
  const outcome = await steps.run(
    "deploy",
    () => endpoint.deployer.deploy(request),
    () => request.app,
  );
  try {
    await steps.run("verify", () => askUntil(() => verify(request.app), wanted, request), tellEngine);
  } catch (error) {
    if (request.signal.aborted || !hadLive) throw error;
    await steps.run(
      "rollback",
      () => endpoint.deployer.rollBack(request),
      () => request.app,
    );
    throw error;
  }
  return outcome;
}

/** Containers of the version before may answer for a while. */
async function askUntil(
  ask: () => Promise<string | undefined>,
  wanted: string | undefined,
  { app, signal }: DeployRequest,
): Promise<string | undefined> {
  const until = Date.now() + TAKE_OVER_MS;
  for (;;) {
    const engine = await ask();
    if (engine === wanted) return engine;
    if (Date.now() > until) {
      throw new ToolError(
        "failed_precondition",
        `Cannot verify ${app}: "${engine}" still answers instead of "${wanted}"`,
        "Call `diagnose`, then call `deploy_runner` again.",
      );
    }
    await delay(ASK_EVERY_MS, undefined, { signal });
  }
}

/** Runner and control plane must agree on the package that they share. */
async function checkSharedPackage({ endpoint, request }: DeployPlan): Promise<string> {
  const found = await endpoint.deployer.sharedVersions(request);
  const versions = new Set(found.map(({ version }) => version));
  if (versions.size === 0) return "No exact version is named.";
  if (versions.size === 1) return `${found[0]?.name} ${found[0]?.version}`;
  const named = found.map(({ name, version, file }) => `${name} ${version} in "${file}"`).join(", ");
  throw new ToolError(
    "failed_precondition",
    `Cannot deploy ${request.app}: the shared package has several versions: ${named}`,
    "Bring the named files to one version, then call `deploy_runner` again.",
  );
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

async function ensureVolumes(
  { runner, signal }: DeployRequest,
  { modal }: Endpoint,
  { settings }: Services,
): Promise<string[]> {
  const { fmi, fmiTest, energyplus, energyplusTest } = settings.volumes;
  const created: string[] = [];
  for (const name of runner === "fmi" ? [fmi, fmiTest] : [energyplus, energyplusTest]) {
    if ((await modal.volumes.ensure(name, signal)).created) created.push(name);
  }
  return created;
}

/** A failure tells which steps were done, and whether the version before is live again. */
function withSteps(error: unknown, done: readonly Step[]): unknown {
  if (!(error instanceof ToolError) || done.length === 0) return error;
  const rolledBack = done.some(({ name, status }) => name === "rollback" && status === "ok");
  const message = rolledBack ? `${error.message}; the version before is live again` : error.message;
  const lines = done.map(({ name, status, seconds }) => `${name}: ${status}, ${seconds} s`);
  const detail = [error.detail, `Steps: ${lines.join("; ")}`].filter(Boolean).join("\n");
  return new ToolError(error.code, message, error.remedy, { detail, cause: error });
}
