import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { ToolError } from "../errors.ts";
import { isFinished, type RunRecord } from "../runs/record.ts";
import type { RunStore } from "../runs/store.ts";
import { describeRuns } from "./describe-runs.ts";
import type { PlotRequest } from "./plot-request.ts";
import type { Plotter } from "./plotter.ts";

/** What a picture of a run is to show. */
export interface RunPlotOptions {
  /** Drawn over the run, dashed. */
  compareWith?: RunRecord | undefined;
  /** Names, or patterns with `*`; all recorded numbers where left out. */
  variables?: readonly string[] | undefined;
  /** `light` where left out. */
  theme?: "light" | "dark" | undefined;
  /** `png` where left out. */
  format?: "png" | "svg" | undefined;
}

/** A picture of a run. */
export interface RunPlot {
  bytes: Uint8Array;
  mimeType: "image/png" | "image/svg+xml";
  /** Where the run's usual picture is kept: the light one of all it recorded. */
  path: string | undefined;
}

/** Pictures of runs. */
export interface RunPlots {
  /**
   * Draws a run's outputs over time; the usual picture is drawn once and kept beside the record. Throws `failed_precondition`
   * where the run kept no series, `not_found` where its file is gone or no variable has such a name.
   */
  plotRun(record: RunRecord, options?: RunPlotOptions, signal?: AbortSignal): Promise<RunPlot>;
  close(): Promise<void>;
}

/** Makes what draws runs of a store. */
export function createRunPlots(plotter: Plotter, runs: () => Promise<RunStore>): RunPlots {
  return {
    async plotRun(record, options = {}, signal) {
      const { compareWith, variables, theme = "light", format = "png" } = options;
      const mimeType = format === "svg" ? "image/svg+xml" : "image/png";
      const isUsual = compareWith === undefined && variables === undefined && theme === "light";
      const path =
        isUsual && isFinished(record) ? (await runs()).filePath(record.run_id, `plot.${format}`) : undefined;
      const kept = path === undefined ? undefined : await readFile(path).catch(() => undefined);
      if (kept) return { bytes: kept, mimeType, path };
      const request = toRequest(record, compareWith, { variables, theme, format });
      const { bytes } = await plotter.draw(request, signal);
      const written = path !== undefined && (await keep(path, bytes));
      return { bytes, mimeType, path: written ? path : undefined };
    },
    close: () => plotter.close(),
  };
}

function toRequest(
  record: RunRecord,
  other: RunRecord | undefined,
  style: Pick<PlotRequest, "variables" | "theme" | "format">,
): PlotRequest {
  const records = other === undefined ? [record] : [record, other];
  const { title, subtitles, marks } = describeRuns(records);
  const sources = records.map((one, index) => ({
    path: seriesOf(one),
    mark: marks[index],
    steps: one.discrete_outputs ?? [],
  }));
  return { title, subtitles, sources, ...style };
}

function seriesOf({ series_file: path, run_id: runId, status }: RunRecord): string {
  if (path !== undefined) return path;
  throw new ToolError(
    "failed_precondition",
    `Cannot plot run "${runId}": it kept no series (status ${status})`,
    status === "running"
      ? `Call \`run_fmi_simulation\` with run_id "${runId}" to wait for it.`
      : "Call `run_fmi_simulation` with `output_variables` that are numbers.",
  );
}

/** A picture that cannot be kept is still a picture. */
async function keep(path: string, bytes: Uint8Array): Promise<boolean> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, bytes, { mode: 0o600 });
    await rename(temporary, path);
    return true;
  } catch {
    await rm(temporary, { force: true });
    return false;
  }
}
