import type { Steps } from "../deployment/steps.ts";
import type { Trial } from "../deployment/trial.ts";
import { ToolError } from "../errors.ts";
import type { DeployPlan } from "./deploy-steps.ts";
import type { DeployOutcome } from "./services.ts";

const STOP_TIMEOUT_MS = 30_000;
/** A candidate is live no longer than its verification takes. */
const DEPLOY_TAKES_MS = 10 * 60_000;

/**
 * Deploys as a candidate, which must give known answers, then under the real name, which must give them too: else the
 * version before is made live again, or a first one stopped. Candidate and trial leave nothing behind.
 */
export async function deployByCandidate(plan: DeployPlan, steps: Steps): Promise<DeployOutcome> {
  const { endpoint, request } = plan;
  const { modal, deployer } = endpoint;
  const [trial, { verifyOnce, verifyUntil }] = await Promise.all([
    createTrial(plan),
    import("../deployment/trial.ts"),
  ]);
  const candidate = `${request.app}-candidate`;
  const tell = (engine: string | undefined) => engine ?? "Known answers came back.";
  await refuseRival(plan, candidate);
  try {
    await steps.run(
      "candidate",
      () => deployer.deploy({ ...request, name: candidate }),
      () => candidate,
    );
    const wanted = await steps.run("verify candidate", () => verifyOnce(trial, candidate), tell);
    const hadLive = (await modal.apps.lookUp(request.app, request.signal)).appId !== undefined;
    const outcome = await steps.run(
      "deploy",
      () => deployer.deploy(request),
      () => request.app,
    );
    try {
      await steps.run("verify", () => verifyUntil(trial, request.app, wanted, request.signal), tell);
    } catch (error) {
      if (!request.signal.aborted) await takeBack(plan, steps, hadLive);
      throw error;
    }
    return outcome;
  } finally {
    await steps.run("clean up", () => cleanUp(plan, trial, candidate), describeLeft);
  }
}

/** Of two deploys from different computers, neither could tell whose candidate answers. */
async function refuseRival({ endpoint, request, replace, tookOver }: DeployPlan, candidate: string) {
  if (replace || tookOver) return;
  const { appId } = await endpoint.modal.apps.lookUp(candidate, request.signal);
  const [newest] = appId ? await endpoint.modal.apps.history(appId, request.signal) : [];
  if (!newest || Date.now() - Date.parse(newest.deployedAt) > DEPLOY_TAKES_MS) return;
  const who = newest.deployedBy ?? "somebody";
  throw new ToolError(
    "aborted",
    `Cannot deploy ${request.app}: another deploy of it seems to be in progress, as ${who} deployed ${candidate} at ${newest.deployedAt}`,
    "Wait until it has ended, or call `deploy_runner` with `replace: true` where that candidate is a left-over.",
  );
}

/** Who was live before is live again; a first version that does not answer rightly is stopped. */
async function takeBack({ endpoint, request }: DeployPlan, steps: Steps, hadLive: boolean): Promise<void> {
  if (hadLive) {
    await steps.run(
      "rollback",
      () => endpoint.deployer.rollBack(request),
      () => request.app,
    );
  } else {
    await steps.run(
      "stop",
      () => stopApp({ endpoint, request }, request.app),
      () => `${request.app}: there was no version before.`,
    );
  }
}

async function stopApp({ endpoint }: Pick<DeployPlan, "endpoint" | "request">, app: string): Promise<void> {
  // A deploy that was cut short leaves nothing behind either, so the request's own signal does not count.
  const limit = AbortSignal.timeout(STOP_TIMEOUT_MS);
  const { appId } = await endpoint.modal.apps.lookUp(app, limit);
  if (appId) await endpoint.modal.apps.stop(appId, limit);
}

/** Resolves to what could not be removed: that is no reason to fail a deploy. */
async function cleanUp(plan: DeployPlan, trial: Trial, candidate: string): Promise<string[]> {
  const left = await trial.cleanUp();
  await stopApp(plan, candidate).catch(() => left.push(`app ${candidate}`));
  return left;
}

function describeLeft(left: readonly string[]): string {
  return left.length === 0 ? "Nothing is left behind." : `Could not be removed: ${left.join(", ")}.`;
}

async function createTrial({ endpoint, services, request }: DeployPlan): Promise<Trial> {
  const { examplesFolder } = endpoint.deployer;
  const { signal } = request;
  if (request.runner === "energyplus") {
    const { createEnergyPlusTrial } = await import("../deployment/trial-energyplus.ts");
    return createEnergyPlusTrial(endpoint.modal, { examplesFolder, signal });
  }
  const { createFmiTrial } = await import("../deployment/trial-fmi.ts");
  const testVolume = services.settings.volumes.fmiTest;
  return createFmiTrial(endpoint.modal, { testVolume, examplesFolder, signal });
}
