import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeHome } from "../support/home.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { startToolClient, type ToolClient } from "../support/tool-client.ts";
import { PYTHON, startPythonEndpoint, TIMEOUT_MS } from "./python-endpoint.ts";

const RUNNERS = fileURLToPath(new URL("../../runners", import.meta.url));
const FEEDTHROUGH = fileURLToPath(new URL("../../examples/feedthrough.fmu", import.meta.url));

/** As the emulator has the app of this name built in. */
const BUILT_IN = {
  name: "fmi-runner",
  version: "1",
  maxContainers: 1,
  mounts: {},
  functions: ["run_fmi_simulation", "probe_fmu"].map((name) => ({
    ...{ name, parameters: [], timeoutSeconds: 60 },
    run: async () => `built-in ${name}`,
  })),
};

describe.skipIf(PYTHON === undefined)("where no Python is at hand", { timeout: TIMEOUT_MS }, () => {
  test("modal deploy: the built-in app of that name answers, and the CLI prints it; another app is refused", async () => {
    const endpoint = await startPythonEndpoint([BUILT_IN], { python: undefined });
    try {
      const deploy = (...more: string[]) =>
        endpoint.python(["-m", "modal", "deploy", ...more, "-m", "sv_fmi.modal_app"], RUNNERS);
      const { code, output } = await deploy();
      expect({ code, output }).toMatchObject({ code: 0 });
      expect(output.replaceAll(/\s+/g, " ")).toContain("built into it answers");
      const outcome = await endpoint.call("fmi-runner", "probe_fmu");
      expect(outcome).toEqual({ state: "success", value: "built-in probe_fmu" });
      expect(await endpoint.emulator.answeredBy("fmi-runner")).toBe("built_in");
      const refused = await deploy("--name", "another");
      expect(refused.code).toBe(1);
      expect(refused.output).toContain("no Python 3.10 or later to run");
    } finally {
      await endpoint.close();
    }
  });

  describe("deploy_runner", () => {
    let home: Awaited<ReturnType<typeof makeHome>>;
    let tools: ToolClient;

    beforeAll(async () => {
      home = await makeHome();
    });
    afterAll(async () => {
      await tools?.close();
      await home.remove();
    });

    test("source bundled: the built-in runner answers, as the result says, and its engine tells itself", async () => {
      tools = await startToolClient(home.path, {
        MODAL_FMI_ENDPOINT: "embedded",
        MODAL_CLI: join(dirname(PYTHON ?? ""), "modal"),
        PATH: await temporaryFolder(),
      });
      const result = await tools.call("deploy_runner", { source: "bundled" });
      expect(result).toMatchObject({ status: "deployed", answered_by: "built_in", command: null });
      expect(result.notes.join()).toContain("runner built into this server answers");
      const run = await tools.call("run_fmi_simulation", { path: FEEDTHROUGH, inputs: { int_in: 5 } });
      expect(run).toMatchObject({ status: "success", outputs: { int_out: 5 } });
      expect(run.facts.engine).not.toContain("FMPy");
    });
  });
});
