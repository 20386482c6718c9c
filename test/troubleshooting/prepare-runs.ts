import { fixture } from "../support/tool-client.ts";
import type { Bench, Setting } from "./bench.ts";

/** Runs a fixture FMU under the given faults, which stay on where the run is still to be held by them. */
export const run =
  (name: string, more: Record<string, unknown> = {}, faults: Setting["faults"] = []) =>
  async (bench: Bench): Promise<{ run_id: string }> => {
    const tools = await bench.tools();
    bench.emulator.faults?.set(...faults);
    const { run_id } = await tools.call("run_fmi_simulation", { path: fixture(name), ...more });
    if (more !== HELD && faults.length > 0) bench.emulator.faults?.clear(...faults);
    return { run_id };
  };

/** A run of these arguments is not waited for, and its faults stay on. */
export const HELD = { wait_seconds: 0 };

/** Asks by the function call's id instead of the run's. */
export const byCall =
  (prepare: (bench: Bench) => Promise<{ run_id: string }>) =>
  async (bench: Bench): Promise<{ function_call_id: string }> => {
    const { run_id } = await prepare(bench);
    const tools = await bench.tools();
    const { function_call_id } = await tools.call("run_fmi_simulation", { run_id, wait_seconds: 0 });
    return { function_call_id };
  };

/** Asks about everything, as a user does who knows no id. */
export const unnamed =
  (prepare: (bench: Bench) => Promise<unknown>) =>
  async (bench: Bench): Promise<Record<string, string>> => {
    await prepare(bench);
    return {};
  };

/** The FMU's code ends its process. */
export const crash = run("crash-2.fmu", { inputs: { at: 0.25 } });

/** A call that no run on this computer belongs to. */
export async function foreignCall({ modal }: Bench): Promise<{ function_call_id: string }> {
  const probe = await modal.functions.get("fmi-runner", "probe_fmu");
  const function_call_id = await modal.calls.spawn(probe, { fmu_storage_key: "none.fmu" });
  await modal.calls.wait(function_call_id, 10_000);
  return { function_call_id };
}

/** Started, and cancelled by the tool for that. */
export async function cancelled(bench: Bench): Promise<{ run_id: string }> {
  const { run_id } = await run("endless-2.fmu", { wait_seconds: 0 })(bench);
  await (await bench.tools()).call("cancel_run", { run_id });
  return { run_id };
}

/** Keeps faults on while the server is diagnosed. */
export const keepOn =
  (...names: Setting["faults"]) =>
  ({ faults }: Setting): void =>
    void faults.push(...names);
