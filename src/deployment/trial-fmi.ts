import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ToolError } from "../errors.ts";
import type { FunctionInfo, Modal } from "../modal/modal.ts";
import { ask, identify, type Trial, wrongAnswer } from "./trial.ts";

/** Where an FMI runner is tried: the volume of FMUs for tests that it mounts, and where the examples lie. */
export interface FmiTrialOptions {
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

const CLEAN_UP_TIMEOUT_MS = 30_000;

/** Tries an FMI runner with small FMUs, which lie on the test volume only as long as the trial lasts. */
export function createFmiTrial(modal: Modal, options: FmiTrialOptions): Trial {
  const { testVolume, examplesFolder, signal } = options;
  /** Those that were not there before. */
  const uploaded = new Set<string>();

  async function upload(name: string): Promise<string> {
    const bytes = await readFile(join(examplesFolder, name));
    const checksum = createHash("sha256").update(bytes).digest("hex");
    const volume = await modal.volumes.get(testVolume, signal);
    const path = `${checksum}.fmu`;
    if (!(await modal.volumes.findFile(volume, path, signal))) {
      uploaded.add(path);
      await modal.volumes.upload(volume, path, { bytes }, { overwrite: true, signal });
    }
    return checksum;
  }

  async function tryOne(app: string, fn: FunctionInfo, known: Known) {
    const checksum = await upload(known.fmu);
    const asked = await ask(modal, fn, toArguments(fn, known, checksum), signal);
    const value = asked.value as Answer | undefined;
    const answer = value?.outputs?.[known.output];
    const right = typeof answer === "number" && Math.abs(answer - known.expected) <= known.within;
    const got = asked.failure ?? `${known.output} = ${answer} instead of ${known.expected}`;
    const detail = [value?.errors?.join("\n"), asked.detail].filter(Boolean).join("\n");
    const what = `${known.fmu} (${known.interfaceType}): ${got}`;
    return {
      identity: identify(value?.facts?.engine, value?.facts?.deploy_tag),
      problem: right ? undefined : wrongAnswer(app, what, { ...asked, detail }),
    };
  }

  return {
    async verify(app) {
      const fn = await modal.functions.get(app, "run_fmi_simulation", signal);
      const identities = new Set<string>();
      let problem: ToolError | undefined;
      for (const known of KNOWN) {
        // A runner of before the choice simulates Co-Simulation.
        if (known.interfaceType === "model_exchange" && !fn.arguments?.includes("interface_type")) continue;
        const tried = await tryOne(app, fn, known);
        if (tried.identity) identities.add(tried.identity);
        problem ??= tried.problem;
      }
      return { identities: [...identities], problem };
    },
    async cleanUp() {
      const left: string[] = [];
      const limit = AbortSignal.timeout(CLEAN_UP_TIMEOUT_MS);
      for (const path of uploaded) {
        await modal.volumes
          .get(testVolume, limit)
          .then((volume) => modal.volumes.remove(volume, path, { recursive: false, signal: limit }))
          .then(() => uploaded.delete(path))
          .catch(() => left.push(`${path} on volume ${testVolume}`));
      }
      return left;
    },
  };
}

interface Answer {
  outputs?: Record<string, unknown>;
  errors?: string[];
  facts?: { engine?: string; deploy_tag?: string | null } | null;
}

function toArguments(fn: FunctionInfo, known: Known, checksum: string): Record<string, unknown> {
  const accepts = (name: string) => fn.arguments?.includes(name) ?? false;
  return {
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
}
