import { readSeries } from "../analysis/read-series.ts";
import { ToolError } from "../errors.ts";
import type { DrawPng } from "./draw-png.ts";
import { drawSvg } from "./draw-svg.ts";
import { makeChart } from "./make-chart.ts";
import type { Plot, PlotRequest } from "./plot-request.ts";

const WIDTH = 800;

/** Sharp on a dense screen, and small enough to send. */
const SCALE = 1.5;

/**
 * Draws a picture of runs' CSV files. Throws `not_found` where a file is gone or has no such variable, `failed_precondition`
 * where it holds no numbers.
 */
export async function drawPlot(request: PlotRequest, loadPng: () => Promise<DrawPng>): Promise<Plot> {
  const sources = await Promise.all(
    request.sources.map(async ({ path, ...source }) => ({ ...source, series: await readSeries(path) })),
  );
  const chart = makeChart(sources, request, request.variables);
  const curves = chart.panels.reduce((sum, panel) => sum + panel.curves.length, 0);
  if (curves === 0) throw nothingToShow(request, sources[0]?.series.columns.map(({ name }) => name) ?? []);
  const { svg, width, height } = drawSvg(chart, { theme: request.theme, width: WIDTH });
  const facts = { curves, note: chart.note };
  if (request.format === "svg")
    return { bytes: new TextEncoder().encode(svg), mimeType: "image/svg+xml", width, height, ...facts };
  const bytes = (await loadPng())(svg, SCALE);
  const [wide, high] = [Math.ceil(width * SCALE), Math.ceil(height * SCALE)];
  return { bytes, mimeType: "image/png", width: wide, height: high, ...facts };
}

function nothingToShow({ title, variables }: PlotRequest, recorded: readonly string[]): ToolError {
  if (recorded.length === 0)
    return new ToolError(
      "failed_precondition",
      `Cannot plot ${title}: the run recorded no numbers`,
      "Call `run_fmi_simulation` with `output_variables` that are numbers.",
    );
  return new ToolError(
    "not_found",
    `Cannot plot ${(variables ?? []).join(", ")}: the run recorded no such variable`,
    `Use names from: ${recorded.slice(0, 20).join(", ")}.`,
  );
}
