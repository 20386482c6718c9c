import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
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

  test("shows lines around what it finds", async () => {
    const run = runs[1]?.run_id;
    const alone = await tools.call("tail_logs", { run_id: run, search: "finished" });
    const around = await tools.call("tail_logs", { run_id: run, search: "finished", context_lines: 1 });
    expect(alone.lines.every((line: string) => line.includes("finished"))).toBe(true);
    expect(around.lines.length).toBeGreaterThan(alone.lines.length);
    expect(around.lines).toEqual(expect.arrayContaining(alone.lines));
  });

  test("tells the states of a call among its lines, and how it stands now", async () => {
    const { lines, state } = await tools.call("tail_logs", { run_id: runs[0]?.run_id });
    expect(lines[0]).toMatch(/^\S+ system Waiting for a container$/);
    expect(lines.some((line: string) => /system Container ready after \d/.test(line))).toBe(true);
    expect(state).toBe("Call ended with a result");
    const app = await tools.call("tail_logs");
    expect(app.state).toMatch(/^\d+ containers ready, 0 starting$/);
  });

  test("takes an id as people copy it, and refuses text without one", async () => {
    const id = runs[0]?.function_call_id;
    const copied = await tools.call("tail_logs", { function_call_id: ` https://modal.com/id/${id}?x=1` });
    expect(copied.function_call_id).toBe(id);
    expect((await tools.fail("tail_logs", { function_call_id: "ap-1" })).code).toBe("invalid_argument");
  });

  test("keeps what it leaves out in a file of the state folder", async () => {
    const { lines, truncated, file } = await tools.call("tail_logs", { lines: 2 });
    expect({ count: lines.length, truncated }).toEqual({ count: 2, truncated: true });
    expect(file.startsWith(join(home.path, "logs"))).toBe(true);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const whole = await readFile(file, "utf8");
    expect(whole.split("\n").length).toBeGreaterThan(8);
    const few = await tools.call("tail_logs", { search: "[INFO] probe_fmu started" });
    expect(few.file).toBeNull();
  });

  test("names the command to go on by hand, and a page of the dashboard on Modal only", async () => {
    const id = runs[0]?.function_call_id;
    const { command, dashboard_url } = await tools.call("tail_logs", { function_call_id: id, lines: 5 });
    expect(command).toMatch(new RegExp(`^modal app logs ap-\\S+ --function-call ${id} --tail 5`));
    expect(dashboard_url).toBeNull();
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
    const told: string[] = [];
    const onprogress = ({ message = "" }) => void told.push(message);
    const args = { follow_seconds: 3, lines: 1000, since: "1s" };
    const following = tools.call("tail_logs", args, { onprogress });
    const run = await tools.call("run_fmi_simulation", { path: fixture("feedthrough-2.fmu"), new_run: true });
    const { lines } = await following;
    expect(run.status).toBe("success");
    expect(lines.some((line: string) => line.includes("[INFO]"))).toBe(true);
    // At most ten a second are sent.
    expect(told.join()).toContain("[INFO]");
  });
});
