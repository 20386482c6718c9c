import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeHome } from "../support/home.ts";
import { startToolClient, type ToolClient } from "../support/tool-client.ts";
import { PYTHON, TIMEOUT_MS } from "./python-endpoint.ts";

/** Set where the engine can be had: its package is installed from the registry. */
const ENERGYPLUS_PYTHON = process.env.ENERGYPLUS_PYTHON;

describe.skipIf(PYTHON === undefined || ENERGYPLUS_PYTHON === undefined)(
  "deploy_runner energyplus on the embedded endpoint",
  { timeout: TIMEOUT_MS },
  () => {
    let home: Awaited<ReturnType<typeof makeHome>>;
    let tools: ToolClient;

    beforeAll(async () => {
      home = await makeHome();
      const pip = Object.entries(process.env).filter(
        (entry): entry is [string, string] => /^(PIP_|SSL_)/.test(entry[0]) && entry[1] !== undefined,
      );
      const cli = join(dirname(PYTHON ?? ""), "modal");
      tools = await startToolClient(home.path, { MODAL_CLI: cli, ...Object.fromEntries(pip) });
    });
    afterAll(async () => {
      await tools?.close();
      await home?.remove();
    });

    test("deploys the bundled runner by a candidate that simulates a design day, and leaves nothing behind", async () => {
      let result = await tools.call("deploy_runner", { runner: "energyplus" });
      while (result.status === "running")
        result = await tools.call("deploy_runner", { operation_id: result.operation_id });
      expect(result).toMatchObject({ status: "deployed", answered_by: "python", live: { version: 1 } });
      const steps = result.steps.map(
        ({ name, status }: { name: string; status: string }) => `${name} ${status}`,
      );
      expect(steps).toEqual(
        ["volumes", "shared package", "candidate", "verify candidate", "deploy", "verify", "clean up"].map(
          (name) => `${name} ok`,
        ),
      );
      const verified = result.steps.find(({ name }: { name: string }) => name === "verify").message;
      expect(verified).toMatch(/^energyplus-runner [\d.]+, EnergyPlus 25\.2\.0.*, deployed as src-/);
      expect(result.steps.at(-1).message).toBe("Nothing is left behind.");
      const { entries } = await tools.call("list_volume", { volume: "energyplus", recursive: true });
      expect(entries.filter(({ type }: { type: string }) => type === "file")).toEqual([]);
    });
  },
);
