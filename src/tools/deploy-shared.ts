import { ToolError } from "../errors.ts";
import type { DeployPlan } from "./deploy-steps.ts";

/** What is known of the package that runner and control plane share. */
export interface SharedFacts {
  /** The version that would be deployed; undefined where no file names one. */
  version: { name: string; version: string } | undefined;
  message: string;
}

/**
 * Sees to it that runner, control plane and live app have one version of the package that they share. A live app of
 * another version is no hindrance where the control plane has the new one already, or where the change is asked for.
 */
export async function checkShared(plan: DeployPlan): Promise<SharedFacts> {
  const { endpoint, request } = plan;
  const found = await endpoint.deployer.sharedVersions(request);
  const [first] = found;
  if (!first) return { version: undefined, message: "No exact version is named." };
  if (new Set(found.map(({ version }) => version)).size > 1) {
    const named = found.map(({ name, version, of, file }) => `${of} ${name} ${version} in "${file}"`);
    throw mismatch(
      plan,
      `the shared package has several versions: ${named.join(", ")}`,
      "Bring the named files to one version, then call `deploy_runner` again.",
    );
  }
  const version = { name: first.name, version: first.version };
  const live = await findLive(plan);
  if (!live || live.version === toTag(first.version))
    return { version, message: `${first.name} ${first.version}` };
  const message = `${first.name} ${first.version}; the live app has ${live.version}`;
  if (plan.updateShared || plan.replace || found.some(({ of }) => of === "control plane"))
    return { version, message };
  throw mismatch(
    plan,
    `the runner has ${first.name} ${first.version} in "${first.file}", and the live app has ${live.version}: its callers may refuse the new one`,
    "Set `CONTROL_PLANE_DIR` so that the control plane's version is checked, or call `deploy_runner` with `replace: true`.",
  );
}

async function findLive({ endpoint, request }: DeployPlan) {
  const { modal, deployer } = endpoint;
  const { appId } = await modal.apps.lookUp(request.app, request.signal);
  if (!appId) return undefined;
  const [[newest], tags, { sharedVersionOfLive }] = await Promise.all([
    modal.apps.history(appId, request.signal),
    modal.apps.tags(appId, request.signal),
    import("../deployment/shared-package.ts"),
  ]);
  const live = sharedVersionOfLive(newest?.tag, tags, deployer.sharedPackages);
  return live && { ...live, version: toTag(live.version) };
}

/** Tags lack some of the letters that versions have. */
const toTag = (version: string) => version.replace(/[^\w.-]/g, ".");

function mismatch({ request }: DeployPlan, state: string, remedy: string): ToolError {
  return new ToolError("failed_precondition", `Cannot deploy ${request.app}: ${state}`, remedy);
}
