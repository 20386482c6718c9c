import { ToolError, toError } from "../errors.ts";
import type { RunPlotOptions } from "../plots/run-plots.ts";
import { isFinished, type RunRecord } from "../runs/record.ts";
import type { ToolContext } from "./tool.ts";

/**
 * Shows the user a run's outputs over time with the result, where the run has ended. What prevents a picture is told in a
 * note: the run is worth more than its picture.
 */
export async function showPlot(
  record: RunRecord,
  options: Omit<RunPlotOptions, "format">,
  context: Pick<ToolContext, "attach" | "services">,
  signal: AbortSignal,
): Promise<{ file: string | undefined; notes: string[] }> {
  if (!isFinished(record)) return { file: undefined, notes: [] };
  try {
    const { bytes, path } = await context.services.plots.plotRun(record, options, signal);
    context.attach({ mimeType: "image/png", bytes });
    return { file: path, notes: [] };
  } catch (thrown) {
    return { file: undefined, notes: [explain(toError(thrown), signal)] };
  }
}

function explain(error: Error, signal: AbortSignal): string {
  if (error instanceof ToolError) return `${error.message}. ${error.remedy}`;
  if (signal.aborted) return "The plot was not done in time: call again with run_id and plot.";
  return `The plot could not be drawn: ${error.message}`;
}
