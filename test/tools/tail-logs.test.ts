import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeHome } from "../support/home.ts";
import { fixture, startToolClient, type ToolClient } from "../support/tool-client.ts";

describe("tail_logs", () => {
  let tools: ToolClient;
  let home: Awaited<ReturnType<typeof makeHome>>;
  let runs: { run_id: string; function_call_id: string }[];

  beforeAll(async () => {
    home = await makeHome();
    tools = await startToolClient(home.path);
    const first = await tools.call("run_fmi_simulation", { path: fixture("feedthrough-2.fmu") });
    const second = await tools.call("run_fmi_simulation", { path: fixture("noisy-2.fmu") });
    runs = [first, second];
  });
  afterAll(async () => {
    await tools.close();
    await home.remove();
  });

  test("reads the runner's log in time order, with an INFO line at entry and exit of each function", async () => {
    const { lines, app } = await tools.call("tail_logs", { lines: 20_000 });
    expect(app).toBe("fmi-runner");
    expect(lines.filter((line: string) => line.includes("[INFO]")).length).toBeGreaterThanOrEqual(4);
    const times = lines.map((line: string) => line.slice(0, 24));
    expect(times).toEqual([...times].sort());
  });

  test("keeps to one run, by run id or function call id", async () => {
    const byRun = await tools.call("tail_logs", { run_id: runs[0]?.run_id });
    const byCall = await tools.call("tail_logs", { function_call_id: runs[0]?.function_call_id });
    expect(byRun.lines).toEqual(byCall.lines);
    expect(byRun.function_call_id).toBe(runs[0]?.function_call_id);
    const whole = await tools.call("tail_logs", { lines: 20_000 });
    expect(whole.lines.length).toBeGreaterThan(byRun.lines.length);
  });

  test("resolves function names, and lists those there are for a wrong one", async () => {
    const named = await tools.call("tail_logs", { function: "run_fmi_simulation", lines: 3 });
    expect(named.lines).toHaveLength(3);
    const error = await tools.fail("tail_logs", { function: "run_fmi" });
    expect(error).toMatchObject({ code: "not_found", remedy: expect.stringContaining("probe_fmu") });
  });

  test("filters by text, source and time", async () => {
    const info = await tools.call("tail_logs", { search: "[INFO]" });
    expect(info.lines.every((line: string) => line.includes("[INFO]"))).toBe(true);
    expect((await tools.call("tail_logs", { since: "5m" })).lines.length).toBeGreaterThan(0);
    expect((await tools.call("tail_logs", { since: "2020-01-01", until: "2020-01-02" })).lines).toEqual([]);
    expect((await tools.fail("tail_logs", { since: "now-ish" })).code).toBe("invalid_argument");
    expect((await tools.fail("tail_logs", { since: "1m", until: "1h" })).code).toBe("invalid_argument");
  });

  test.each([
    [{ app: "no-such-app" }, "not_found", "deploy_runner"],
    [{ runner: "energyplus" }, "not_found", "deploy_runner"],
    [{ run_id: "run-20260101-aaaaaaaaaa" }, "not_found", "run_fmi_simulation"],
    [{ run_id: "../../etc/passwd" }, "not_found", "run_fmi_simulation"],
    [{ function_call_id: "fc-0000000000000000000000" }, "not_found", ""],
  ])("refuses %j as %s", async (args, code, remedy) => {
    const error = await tools.fail("tail_logs", args);
    expect(error.code).toBe(code);
    expect(error.remedy).toContain(remedy);
  });

  test("follows new lines while a run is under way", async () => {
    const following = tools.call("tail_logs", { follow_seconds: 3, lines: 1000, since: "1s" });
    const run = await tools.call("run_fmi_simulation", { path: fixture("feedthrough-2.fmu"), new_run: true });
    const { lines } = await following;
    expect(run.status).toBe("success");
    expect(lines.some((line: string) => line.includes("[INFO]"))).toBe(true);
  });
});
