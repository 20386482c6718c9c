import { FMU_RESOURCE } from "./fmu-resource.ts";
import { listRecentRuns } from "./known-ids.ts";
import type { ListedResource, ResourceSet } from "./resource.ts";
import { RUN_RESOURCES } from "./run-resources.ts";

const MOST_LISTED = 50;

/** Every resource: runs and FMUs. */
export const RESOURCES: ResourceSet = {
  templates: [...RUN_RESOURCES, FMU_RESOURCE],
  async list(services): Promise<ListedResource[]> {
    const runs = await listRecentRuns(services, MOST_LISTED);
    return runs.map(({ run_id, status, fmu, created_at }) => ({
      uri: `run://${run_id}`,
      name: run_id,
      description: `${fmu.model_name}: ${status}, ${created_at}`,
      mimeType: "application/json",
    }));
  },
};
