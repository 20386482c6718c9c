import * as z from "zod";
import type { Modal } from "../modal/modal.ts";
import type { DeployRequest, Endpoint } from "./services.ts";

/** A version of an app: the live one, or the one that a deploy would make. */
export const deployment = z.object({
  app_id: z.string().nullable(),
  version: z.number().nullable(),
  deployed_at: z.string().nullable(),
  deployed_by: z.string().nullable(),
  tag: z.string().nullable(),
  commit: z.string().nullable(),
  dirty: z.boolean().nullable(),
});

type Version = z.output<typeof deployment>;

const NONE: Version = {
  ...{ app_id: null, version: null, deployed_at: null, deployed_by: null },
  ...{ tag: null, commit: null, dirty: null },
};

/** The version of an app that answers now, and its functions. */
export async function describeLive(
  modal: Modal,
  app: string,
  signal: AbortSignal,
): Promise<{ deployment: Version; functions: string[] }> {
  const { appId } = await modal.apps.lookUp(app, signal);
  if (!appId) return { deployment: NONE, functions: [] };
  const [[newest], functions] = await Promise.all([
    modal.apps.history(appId, signal),
    modal.apps.functions(appId, signal),
  ]);
  const live = {
    app_id: appId,
    version: newest?.version ?? null,
    deployed_at: newest?.deployedAt ?? null,
    deployed_by: newest?.deployedBy ?? null,
    tag: newest?.tag ?? null,
    commit: newest?.commit?.hash ?? null,
    dirty: newest?.commit?.dirty ?? null,
  };
  return { deployment: live, functions: [...functions.keys()].sort() };
}

/** The version that a deploy would make live; the live one's number and tag where it would change nothing. */
export async function describePlanned(endpoint: Endpoint, request: DeployRequest): Promise<Version> {
  const { modal, deployer } = endpoint;
  const [{ deployment: live }, source, [shared], { deploymentTag }, who] = await Promise.all([
    describeLive(modal, request.app, request.signal),
    deployer.source(request),
    deployer.sharedVersions(request),
    import("../deployment/shared-package.ts"),
    endpoint.who(request.signal),
  ]);
  const tag = source ? deploymentTag(source.fingerprint, shared) : null;
  const isLive = tag !== null && tag === live.tag;
  return {
    app_id: live.app_id,
    version: isLive ? live.version : (live.version ?? 0) + 1,
    deployed_at: null,
    deployed_by: who ?? null,
    tag,
    commit: source?.commit?.hash ?? null,
    dirty: source?.commit?.dirty ?? null,
  };
}
