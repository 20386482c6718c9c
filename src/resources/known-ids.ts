import type { RunRecord } from "../runs/record.ts";
import type { Services } from "../tools/services.ts";

const MOST_RECORDS = 200;

/** The newest runs kept on this computer; none, and nothing made, where nothing was ever kept. */
export async function listRecentRuns(services: Services, limit = MOST_RECORDS): Promise<RunRecord[]> {
  const store = await services.findRuns();
  return store ? store.list({ limit }) : [];
}

/** Ids of runs that begin with the text. */
export async function completeRunIds(start: string, services: Services): Promise<string[]> {
  const runs = await listRecentRuns(services);
  return runs.map((run) => run.run_id).filter((id) => id.startsWith(start));
}

/** Checksums of FMUs that were run, and begin with the text or have a file or model name that does. */
export async function completeFmus(start: string, services: Services): Promise<string[]> {
  const asked = start.toLowerCase();
  const runs = (await listRecentRuns(services)).filter((run) => run.kind === undefined);
  const matching = runs.filter(({ fmu }) =>
    [fmu.checksum, fmu.file_name, fmu.model_name].some((name) => name?.toLowerCase().startsWith(asked)),
  );
  return [...new Set(matching.map(({ fmu }) => fmu.checksum))];
}
