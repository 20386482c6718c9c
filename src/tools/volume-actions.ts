import { copyFiles, downloadFiles, type Report, removeToTrash, restoreFiles } from "../catalog/move-files.ts";
import type { VolumeInfo } from "../modal/modal.ts";
import type { Services } from "./services.ts";
import type { VolumePlan, VolumeRequest } from "./volume-plan.ts";

/** What an action left. */
export interface ActionDone {
  trashId: string | undefined;
  notes: string[];
}

/** Does what was planned. Volumes that files go to are made where they are missing. */
export async function performVolumeAction(
  { action, overwrite }: VolumeRequest,
  plan: VolumePlan,
  services: Services,
  report: Report,
  signal: AbortSignal,
): Promise<ActionDone> {
  const { modal } = plan.endpoint;
  const ensure = (name: string) => modal.volumes.ensure(name, signal);
  if (action === "create") {
    const { created } = await ensure(plan.volumeName);
    return {
      trashId: undefined,
      notes: [created ? "The volume was created." : "The volume was there already."],
    };
  }
  if (action === "restore") {
    const [entry] = plan.trash;
    const volume = await ensure(plan.volumeName);
    if (entry)
      await restoreFiles(entry, await services.trash(), { modal, volume, signal, report }, overwrite);
    return { trashId: entry?.trash_id, notes: [] };
  }
  const source = { modal, volume: plan.volume as VolumeInfo, signal, report };
  if (action === "remove") {
    const trash = await services.trash();
    await trash.sweep();
    const where = { endpoint: plan.endpoint.name, environment: plan.environment };
    const trashId = await removeToTrash(plan.selected, source, trash, where);
    return { trashId, notes: ["Whether anything else refers to what was removed is unknown."] };
  }
  if (action === "download") {
    await downloadFiles(plan.transfers, source);
    return { trashId: undefined, notes: plan.transfers.slice(0, 50).map(({ target }) => target) };
  }
  const to = await ensure(plan.target?.name ?? plan.volumeName);
  await copyFiles(plan.transfers, source, { volume: to, overwrite });
  return { trashId: undefined, notes: [`Copied to volume ${to.name}.`] };
}
