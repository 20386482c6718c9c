import type { ErrorCode } from "../errors.ts";
import type { Plot, PlotRequest } from "./plot-request.ts";

/** What the worker thread is started with. */
export interface PlotWorkerData {
  /** Folder of the library and the font. */
  filesFolder: string;
}

/** A picture asked of the worker thread. */
export interface PlotMessage {
  id: number;
  request: PlotRequest;
}

/** The worker thread's answer: a picture, or what prevented it. */
export type PlotAnswer = { id: number } & (
  | { plot: Plot }
  | { error: { code: ErrorCode; message: string; remedy: string } | { message: string } }
);
