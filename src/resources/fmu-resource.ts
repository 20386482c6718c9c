import { resolveFmu } from "../catalog/find-fmu.ts";
import { volumesToSearch } from "../catalog/fmu-volumes.ts";
import { openRemoteSource } from "../catalog/remote-source.ts";
import { readSidecars } from "../catalog/sidecars.ts";
import { summarizeFmu } from "../fmi/description/summarize-fmu.ts";
import { openFmu } from "../fmi/fmu.ts";
import type { Services } from "../tools/services.ts";
import { completeFmus } from "./known-ids.ts";
import type { ResourceContent, ResourceTemplate } from "./resource.ts";

/** An FMU on the default endpoint's volumes, by its checksum. */
export const FMU_RESOURCE: ResourceTemplate = {
  uriTemplate: "fmu://{checksum}",
  variable: "checksum",
  name: "fmu",
  title: "FMU",
  description: "An FMU's inputs, outputs and parameters with units and start values, and where it is stored.",
  mimeType: "application/json",
  complete: completeFmus,
  read: readFmu,
};

async function readFmu(
  checksum: string,
  services: Services,
  signal: AbortSignal,
): Promise<ResourceContent | undefined> {
  if (!/^[0-9a-f]{64}$/.test(checksum)) return undefined;
  const endpoint = await services.connect(undefined, undefined);
  const { modal, platform } = endpoint;
  const found = await resolveFmu(modal, volumesToSearch(services.settings, undefined), checksum, signal);
  const { volume, entry, volumeName } = found;
  const sidecars = await readSidecars(modal, volume, [entry.path], signal);
  const fmu = await openFmu(openRemoteSource(modal, volume, entry, signal), `${checksum.slice(0, 12)}.fmu`);
  try {
    const facts = {
      checksum,
      volume: volumeName,
      path: `/${entry.path}`,
      size: entry.size,
      uploaded: sidecars.get(entry.path) ?? null,
      endpoint: await endpoint.describe(signal),
      ...summarizeFmu(fmu, platform),
    };
    return { mimeType: "application/json", content: `${JSON.stringify(facts, null, 2)}\n` };
  } finally {
    await fmu.close();
  }
}
