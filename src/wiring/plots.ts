import { join } from "node:path";
import type { RunPlots } from "../plots/run-plots.ts";
import type { RunStore } from "../runs/store.ts";

/** Makes what draws runs; its code loads and its thread starts with the first picture. `programFolder` holds the built program. */
export function createPlots(programFolder: string, runs: () => Promise<RunStore>): RunPlots {
  let opened: Promise<RunPlots> | undefined;
  const open = async () => {
    const [{ createPlotter }, { createRunPlots }] = await Promise.all([
      import("../plots/plotter.ts"),
      import("../plots/run-plots.ts"),
    ]);
    const workerPath = join(programFolder, "plot-worker.js");
    return createRunPlots(createPlotter({ workerPath, filesFolder: programFolder }), runs);
  };
  return {
    async plotRun(...parameters) {
      opened ??= open();
      return (await opened).plotRun(...parameters);
    },
    async close() {
      await (await opened)?.close();
    },
  };
}
