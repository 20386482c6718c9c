import { ToolError } from "../errors.ts";
import { RUNNER_APPS } from "./runners.ts";
import type { Question, ToolContext } from "./tool.ts";

/** A deploy or rollback that is about to be started. */
export interface DeployAsked {
  runner: keyof typeof RUNNER_APPS;
  source: "configured" | "bundled";
  rollback: boolean;
  environment?: string | undefined;
}

/**
 * What to ask before a runner app on Modal changes: always something, as every run after it is answered by what is
 * deployed. Throws `permission_denied` where the configuration closes production. On this computer nothing is asked.
 */
export async function confirmDeploy(
  { runner, source, rollback, environment }: DeployAsked,
  { services, signal }: ToolContext,
): Promise<Question | undefined> {
  const endpoint = await services.connect(undefined, environment);
  if (endpoint.name !== "modal") return undefined;
  const { app } = RUNNER_APPS[runner];
  if (!services.settings.allowProduction) throw closedApp(app, rollback);
  const facts = await endpoint.describe(signal);
  const { appId } = await endpoint.modal.apps.lookUp(app, signal);
  const [newest] = appId ? await endpoint.modal.apps.history(appId, signal) : [];
  const live = newest
    ? `live now: version ${newest.version}, deployed ${newest.deployedAt} by ${newest.deployedBy ?? "somebody unknown"}`
    : "no version of it is live now";
  const from =
    source === "bundled" ? "the source that comes with this server" : "the source in MODAL_RUNNERS_DIR";
  return {
    question: rollback
      ? `Roll ${app} back one version on Modal?`
      : `Deploy ${app} on Modal${newest ? " in place of the live version" : ""}?`,
    facts: [
      `workspace ${facts.workspace}, environment ${facts.environment}`,
      live,
      ...(rollback ? [] : [`from ${from}`]),
      "everybody who runs simulations there gets the new version",
    ],
  };
}

function closedApp(app: string, rollback: boolean): ToolError {
  return new ToolError(
    "permission_denied",
    `Cannot ${rollback ? "roll back" : "deploy"} app "${app}" on Modal: \`MODAL_FMI_ALLOW_PRODUCTION\` is 0`,
    "Ask the user to unset `MODAL_FMI_ALLOW_PRODUCTION`, or call `deploy_runner` with `dry_run: true`.",
  );
}
