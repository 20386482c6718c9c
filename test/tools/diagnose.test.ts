import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { openRunStore } from "../../src/runs/store.ts";
import { makeHome } from "../support/home.ts";
import { fixture, startToolClient } from "../support/tool-client.ts";

interface Check {
  name: string;
  status: string;
  message: string;
  code: string | null;
  evidence: string | null;
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
  return { tools, diagnose, home: home.path };
}

describe("diagnose", () => {
  test("a fresh embedded endpoint has no failure", async () => {
    const { diagnose } = await start();
    const { checks, find, endpoint, likely_cause, status, next_step } = await diagnose();
    const odd = checks.filter((check: Check) => check.status !== "ok" && check.code !== "setting_odd");
    expect(odd).toEqual([]);
    expect({ likely_cause, status }).toEqual({ likely_cause: null, status: "warn" });
    expect(next_step).toContain("Mend the setting");
    expect(endpoint.name).toBe("embedded");
    expect(find("server").message).toContain("http://127.0.0.1:");
    expect(find("app fmi-runner").status).toBe("ok");
    expect(find("run_fmi_simulation").message).toContain("backlog 0");
    expect(find("volumes").message).toContain("created by the first upload: fmi-cache");
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
    expect(result.likely_cause).toMatchObject({
      code: "endpoint_unreachable",
      evidence: expect.stringContaining("ECONNREFUSED"),
      next_step: expect.stringContaining("`MODAL_SERVER_URL`"),
    });
    expect(result.find("app fmi-runner").status).toBe("skipped");
    expect(JSON.stringify(result)).not.toContain("Planted");
  });

  test("reports every configuration problem at once, and never falls to the embedded endpoint", async () => {
    const { diagnose, tools } = await start({ MODAL_TOKEN_ID: "ak-half", MODAL_FMI_RUN_TIMEOUT_S: "soon" });
    const { checks, status, endpoint, likely_cause, find } = await diagnose();
    expect(status).toBe("fail");
    expect(likely_cause).toMatchObject({ code: "credentials_half", evidence: "MODAL_TOKEN_SECRET" });
    expect(find("server").status).toBe("skipped");
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
    expect(failed.find(`run ${bad.run_id}`)).toMatchObject({ status: "fail", code: "run_crashed" });
    expect(failed.likely_cause).toMatchObject({
      code: "run_crashed",
      evidence: expect.stringMatching(/crash|SIG/i),
      next_step: expect.stringContaining(`run_id "${bad.run_id}"`),
    });
    expect((await diagnose()).likely_cause?.code).toBe("run_crashed");
    const byCall = await diagnose({ function_call_id: good.function_call_id });
    expect(byCall.find(`call ${good.function_call_id}`).status).toBe("ok");
    const unknown = await diagnose({ run_id: "run-20260101-aaaaaaaaaa" });
    expect(unknown.likely_cause?.code).toBe("run_not_found");
    expect((await diagnose({ function_call_id: "fc-none" })).likely_cause).toMatchObject({
      code: "call_not_found",
      evidence: expect.stringMatching(/^".*fc-none.*"$/),
    });
    expect((await diagnose({ run_id: bad.function_call_id })).likely_cause?.code).toBe("run_crashed");
    expect((await diagnose({ function_call_id: bad.run_id })).likely_cause?.code).toBe("run_crashed");
    const url = ` https://modal.com/id/${bad.function_call_id}?from=mail `;
    expect((await diagnose({ function_call_id: url })).likely_cause?.code).toBe("run_crashed");
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
    expect(missing.likely_cause?.code).toBe("fmu_missing");
    expect(missing.next_step).toContain("upload_fmu");
    const model = (await diagnose({ fmu_checksum: fmu_checksum.slice(0, 10) })).find("FMU probe");
    expect(model.status).toBe("ok");
  });

  test("answers within 300 ms where the server is warm and nothing is wrong", async () => {
    const { diagnose } = await start();
    const times: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      const begun = performance.now();
      await diagnose();
      times.push(performance.now() - begun);
    }
    // The best of several: the computer that runs the tests has other work.
    expect(Math.min(...times)).toBeLessThan(300);
  });

  test("a run that the FMU planted an instruction in stays evidence in quotes", async () => {
    const { diagnose, tools } = await start();
    const run = await tools.call("run_fmi_simulation", { path: fixture("licence-2.fmu") });
    const { likely_cause } = await diagnose({ run_id: run.run_id });
    expect(likely_cause.code).toBe("licence_missing");
    expect(likely_cause.evidence).toMatch(/^"[^"\n]*licence[^"\n]*"$/);
    expect(likely_cause.message + likely_cause.next_step).not.toContain("FIXTURE_RUNTIME");
  });

  test("takes a start without a token for an accident where runs went to Modal before", async () => {
    const { diagnose, tools, home } = await start();
    await tools.call("run_fmi_simulation", { path: fixture("feedthrough-2.fmu") });
    expect((await diagnose()).likely_cause).toBeNull();
    const folder = join(home, "runs");
    const store = await openRunStore(folder);
    const [record] = await store.list({ limit: 1 });
    if (record === undefined) throw new Error("the run has no record");
    await store.save({ ...record, endpoint: "modal" });
    expect((await diagnose()).likely_cause).toMatchObject({
      code: "embedded_by_accident",
      evidence: expect.stringContaining(record.run_id),
    });
    expect((await diagnose()).status).toBe("warn");
  });
});
