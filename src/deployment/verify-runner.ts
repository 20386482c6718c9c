import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "../errors.ts";
import type { FunctionInfo, Modal } from "../modal/modal.ts";

/** Where a runner is tried: the app's deployed name, and the volume of FMUs for tests that it mounts. */
export interface Trial {
  app: string;
  testVolume: string;
  examplesFolder: string;
  signal: AbortSignal;
}

interface Known {
  fmu: string;
  interfaceType: "co_simulation" | "model_exchange";
  inputs: Record<string, number>;
  output: string;
  expected: number;
  /** Absolute. */
  within: number;
}

const CALL_TIMEOUT_MS = 180_000;

/** A ball falls from 1 m for 0.1 s at 9.81 m/s²: 1 - 9.81 * 0.1² / 2. */
const HEIGHT = 0.95095;

/** Small FMUs of the package and the answers they must give. */
const KNOWN: readonly Known[] = [
  {
    ...{ fmu: "feedthrough-fmi2.fmu", interfaceType: "co_simulation", inputs: { int_in: 5 } },
    ...{ output: "int_out", expected: 5, within: 0 },
  },
  {
    ...{ fmu: "bouncing-ball-fmi2.fmu", interfaceType: "model_exchange", inputs: {} },
    ...{ output: "h", expected: HEIGHT, within: 1e-4 },
  },
];

/**
 * Simulates small FMUs with known answers through a deployed runner; resolves to the engine that answered, where it says.
 * Throws `failed_precondition` naming the FMU, the answer and what it should have been.
 */
export async function verifyRunner(modal: Modal, trial: Trial): Promise<string | undefined> {
  const fn = await modal.functions.get(trial.app, "run_fmi_simulation", trial.signal);
  let engine: string | undefined;
  for (const known of KNOWN) {
    // A runner of before the choice simulates Co-Simulation.
    if (known.interfaceType === "model_exchange" && !fn.arguments?.includes("interface_type")) continue;
    engine = (await tryOne(modal, fn, trial, known)) ?? engine;
  }
  return engine;
}

async function tryOne(
  modal: Modal,
  fn: FunctionInfo,
  trial: Trial,
  known: Known,
): Promise<string | undefined> {
  const checksum = await upload(modal, trial, known.fmu);
  const accepts = (name: string) => fn.arguments?.includes(name) ?? false;
  const kwargs = {
    fmu_storage_key: `${checksum}.fmu`,
    fmu_checksum: checksum,
    use_test_volume: true,
    inputs: known.inputs,
    simulation_config: { start_time: 0, stop_time: 0.1, step_size: 0.01 },
    output_variables: [known.output],
    return_logs: false,
    ...(accepts("extras") ? { extras: true } : {}),
    ...(accepts("interface_type") ? { interface_type: known.interfaceType } : {}),
  };
  const call = await modal.calls.spawn(fn, kwargs, trial.signal);
  const outcome = await modal.calls.wait(call, CALL_TIMEOUT_MS, trial.signal);
  const value = outcome.state === "success" ? (outcome.value as Answer) : undefined;
  const answer = value?.outputs?.[known.output];
  if (typeof answer === "number" && Math.abs(answer - known.expected) <= known.within) {
    return value?.facts?.engine ?? undefined;
  }
  const got = value
    ? `${known.output} = ${answer} instead of ${known.expected}`
    : `the call ended as ${outcome.state}`;
  const detail = [value?.errors?.join("\n"), "exception" in outcome ? outcome.exception : undefined]
    .filter(Boolean)
    .join("\n");
  throw new ToolError(
    "failed_precondition",
    `Cannot verify ${trial.app}: ${known.fmu} (${known.interfaceType}): ${got}`,
    `Call \`tail_logs\` with function_call_id "${call}", mend the runner's source and call \`deploy_runner\` again.`,
    detail ? { detail } : {},
  );
}

interface Answer {
  outputs?: Record<string, unknown>;
  errors?: string[];
  facts?: { engine?: string } | null;
}

async function upload(modal: Modal, trial: Trial, name: string): Promise<string> {
  const bytes = await readFile(join(trial.examplesFolder, name));
  const checksum = createHash("sha256").update(bytes).digest("hex");
  const volume = await modal.volumes.get(trial.testVolume, trial.signal);
  const path = `${checksum}.fmu`;
  if (!(await modal.volumes.findFile(volume, path, trial.signal)))
    await modal.volumes.upload(volume, path, { bytes }, { overwrite: true, signal: trial.signal });
  return checksum;
}
