import { describe, expect, onTestFinished, test } from "vitest";
import { makeHome } from "../support/home.ts";
import { fixture, startToolClient } from "../support/tool-client.ts";

interface Check {
  name: string;
  status: string;
  message: string;
  remedy: string | null;
}

async function start(env: Record<string, string> = {}) {
  const home = await makeHome();
  const tools = await startToolClient(home.path, env);
  onTestFinished(async () => {
    await tools.close();
    await home.remove();
  });
  const diagnose = async (args = {}) => {
    const { checks, ...rest } = await tools.call("diagnose", args);
    return {
      ...rest,
      find: (name: string): Check => checks.find((check: Check) => check.name === name),
      checks,
    };
  };
  return { tools, diagnose };
}

describe("diagnose", () => {
  test("a fresh embedded endpoint has no failure", async () => {
    const { diagnose } = await start();
    const { checks, find, endpoint } = await diagnose();
    expect(checks.filter((check: Check) => check.status === "fail")).toEqual([]);
    expect(endpoint.name).toBe("embedded");
    expect(find("server").message).toContain("http://127.0.0.1:");
    expect(find("app fmi-runner").status).toBe("ok");
    expect(find("run_fmi_simulation").message).toContain("backlog 0");
    expect(find("volumes")).toMatchObject({ status: "warn", message: expect.stringContaining("fmi-cache") });
  });

  test("masks credentials, and reports an endpoint that nobody answers on", async () => {
    const { diagnose } = await start({
      MODAL_TOKEN_ID: "ak-PlantedTokenId123",
      MODAL_TOKEN_SECRET: "as-PlantedSecret456",
      MODAL_SERVER_URL: "http://127.0.0.1:9",
    });
    const result = await diagnose();
    expect(result.find("credentials")).toMatchObject({
      status: "ok",
      message: expect.stringContaining("ak-…123"),
    });
    expect(result.find("server")).toMatchObject({ status: "fail", remedy: expect.any(String) });
    expect(JSON.stringify(result)).not.toContain("Planted");
  });

  test("reports every configuration problem at once, and never falls to the embedded endpoint", async () => {
    const { diagnose, tools } = await start({ MODAL_TOKEN_ID: "ak-half", MODAL_FMI_RUN_TIMEOUT_S: "soon" });
    const { checks, status, endpoint } = await diagnose();
    expect(status).toBe("fail");
    expect(endpoint).toBeNull();
    const failures = checks
      .filter((check: Check) => check.status === "fail")
      .map((check: Check) => check.message);
    expect(failures.join()).toContain("MODAL_TOKEN_SECRET");
    expect(failures.join()).toContain("MODAL_FMI_RUN_TIMEOUT_S");
    expect((await tools.fail("list_volume")).code).toBe("failed_precondition");
  });

  test("tells what happened to a run and a function call", async () => {
    const { diagnose, tools } = await start();
    const good = await tools.call("run_fmi_simulation", { path: fixture("feedthrough-2.fmu") });
    const bad = await tools.call("run_fmi_simulation", {
      path: fixture("crash-2.fmu"),
      inputs: { at: 0.25 },
    });
    expect((await diagnose({ run_id: good.run_id })).find(`run ${good.run_id}`).status).toBe("ok");
    const failed = await diagnose({ run_id: bad.run_id });
    expect(failed.find(`run ${bad.run_id}`)).toMatchObject({
      status: "fail",
      message: expect.stringMatching(/crash|SIG/i),
    });
    const byCall = await diagnose({ function_call_id: good.function_call_id });
    expect(byCall.find(`call ${good.function_call_id}`).status).toBe("ok");
    expect((await diagnose({ run_id: "run-20260101-aaaaaaaaaa" })).find("run").status).toBe("fail");
    expect((await diagnose({ function_call_id: "fc-none" })).status).toBe("fail");
  });

  test("asks the runner itself about an FMU", async () => {
    const { diagnose, tools } = await start();
    const { fmu_checksum } = await tools.call("upload_fmu", { path: fixture("feedthrough-2.fmu") });
    const { find } = await diagnose({ fmu_checksum });
    expect(find("FMU probe")).toMatchObject({
      status: "ok",
      message: expect.stringMatching(/\d+ variables/),
    });
    const missing = await diagnose({ fmu_checksum: "0".repeat(64) });
    expect(missing.status).toBe("fail");
    expect(missing.next_step).toContain("upload_fmu");
  });
});
