import { cancelRunTool } from "./cancel-run.ts";
import { deployRunnerTool } from "./deploy-runner.ts";
import { diagnoseTool } from "./diagnose.ts";
import { getRunTool } from "./get-run.ts";
import { inspectFmuTool } from "./inspect-fmu.ts";
import { listVolumeTool } from "./list-volume.ts";
import { manageVolumeTool } from "./manage-volume.ts";
import { runEnergyplusSimulationTool } from "./run-energyplus-simulation.ts";
import { runFmiSimulationTool } from "./run-fmi-simulation.ts";
import { tailLogsTool } from "./tail-logs.ts";
import type { AnyTool } from "./tool.ts";
import { uploadFmuTool } from "./upload-fmu.ts";

/** Every tool, in the order that `tools/list` shows them. */
export const TOOLS: readonly AnyTool[] = [
  uploadFmuTool,
  inspectFmuTool,
  listVolumeTool,
  manageVolumeTool,
  deployRunnerTool,
  tailLogsTool,
  runFmiSimulationTool,
  runEnergyplusSimulationTool,
  getRunTool,
  diagnoseTool,
  cancelRunTool,
];
