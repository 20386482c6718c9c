import { parentPort, workerData } from "node:worker_threads";
import { ToolError, toError } from "../errors.ts";
import { drawPlot } from "./draw-plot.ts";
import { type DrawPng, loadDrawPng } from "./draw-png.ts";
import type { PlotAnswer, PlotMessage, PlotWorkerData } from "./messages.ts";

/* Entry of the thread that draws: reading a long series and drawing it takes up to a second of one core. */

const { filesFolder } = workerData as PlotWorkerData;
let drawPng: Promise<DrawPng> | undefined;

function loadPng(): Promise<DrawPng> {
  drawPng ??= loadDrawPng(filesFolder);
  return drawPng;
}

async function answer({ id, request }: PlotMessage): Promise<PlotAnswer> {
  try {
    return { id, plot: await drawPlot(request, loadPng) };
  } catch (thrown) {
    if (!(thrown instanceof ToolError)) return { id, error: { message: toError(thrown).stack ?? "" } };
    const { code, message, remedy } = thrown;
    return { id, error: { code, message, remedy } };
  }
}

parentPort?.on("message", async (message: PlotMessage) => {
  const answered = await answer(message);
  const bytes = "plot" in answered ? [answered.plot.bytes.buffer as ArrayBuffer] : [];
  parentPort?.postMessage(answered, bytes);
});
