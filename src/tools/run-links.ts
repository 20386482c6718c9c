import type { ResourceLink } from "./tool.ts";

/** The resources that a run left; of one still running, its record alone. */
export function runLinks(run: {
  run_id: string;
  status: string;
  series_file?: string | null | undefined;
}): ResourceLink[] {
  if (run.status === "dry_run") return [];
  const record = { uri: `run://${run.run_id}`, name: "record", mimeType: "application/json" };
  if (run.status === "running") return [record];
  const log = { uri: `run://${run.run_id}/log`, name: "log", mimeType: "text/plain" };
  if (!run.series_file) return [record, log];
  return [
    record,
    { uri: `run://${run.run_id}/series.csv`, name: "series", mimeType: "text/csv" },
    { uri: `run://${run.run_id}/plot.png`, name: "plot", mimeType: "image/png" },
    log,
  ];
}
