import { once } from "node:events";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { initialize, programEnv, startRaw } from "../support/built-program.ts";
import { makeHome } from "../support/home.ts";
import { fixture } from "../support/tool-client.ts";

async function home() {
  const made = await makeHome();
  onTestFinished(() => made.remove());
  return made.path;
}

test("every line of standard output is JSON-RPC, whatever an FMU prints", async () => {
  const program = startRaw(programEnv(await home()));
  await initialize(program);
  await program.request("tools/list");
  const noisy = { name: "run_fmi_simulation", arguments: { path: fixture("noisy-2.fmu") } };
  expect((await program.request("tools/call", noisy)).result.structuredContent.status).toBe("success");
  const crash = { name: "run_fmi_simulation", arguments: { path: fixture("crash-2.fmu") } };
  expect((await program.request("tools/call", crash)).result.structuredContent.status).toBe("error");
  await program.request("tools/call", { name: "no_such_tool", arguments: {} });
  await program.request("no/such/method");
  expect(await program.end()).toBe(0);
  expect(program.stdout.length).toBeGreaterThanOrEqual(5);
  for (const line of program.stdout) expect(JSON.parse(line)).toMatchObject({ jsonrpc: "2.0" });
});

test("starting has no side effects, and an ended standard input ends the process", async () => {
  const path = await home();
  const program = startRaw(programEnv(path));
  await initialize(program);
  await program.request("tools/list");
  expect(await readdir(path)).toEqual([]);
  expect(await program.end()).toBe(0);
});

test("server/discover and then initialize on one pipe are both answered", async () => {
  const program = startRaw(programEnv(await home()));
  const meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "raw", version: "0" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const discovered = await program.request("server/discover", { _meta: meta });
  expect(discovered.result).toBeDefined();
  await initialize(program);
  expect((await program.request("tools/list")).result.tools.length).toBeGreaterThan(5);
  await program.end();
});

test("ending while a simulation runs leaves no process behind", async () => {
  const program = startRaw(programEnv(await home()));
  await initialize(program);
  const endless = {
    name: "run_fmi_simulation",
    arguments: { path: fixture("endless-2.fmu"), wait_seconds: 0 },
  };
  const { result } = await program.request("tools/call", endless);
  expect(result.structuredContent.status).toBe("running");
  const children = async () => childrenOf(program.child.pid ?? 0);
  if (process.platform === "linux") await expect.poll(children).not.toEqual([]);
  const started = await children();
  await program.end();
  await expect.poll(async () => (await Promise.all(started.map(isAlive))).some(Boolean)).toBe(false);
});

test("an interrupted run is told as such by the next server", async () => {
  const env = programEnv(await home());
  const first = startRaw(env);
  await initialize(first);
  const endless = {
    name: "run_fmi_simulation",
    arguments: { path: fixture("endless-2.fmu"), wait_seconds: 0 },
  };
  const { run_id } = (await first.request("tools/call", endless)).result.structuredContent;
  first.child.kill("SIGKILL");
  const second = startRaw(env);
  await initialize(second);
  const fetched = await second.request("tools/call", { name: "run_fmi_simulation", arguments: { run_id } });
  expect(fetched.result.structuredContent).toMatchObject({ run_id, status: "interrupted" });
  expect(fetched.result.structuredContent.errors[0].remedy).toContain("new_run");
  await second.end();
});

test("a restart keeps volumes, runs and logs", async () => {
  const env = programEnv(await home());
  const first = startRaw(env);
  await initialize(first);
  const call = {
    name: "run_fmi_simulation",
    arguments: { path: fixture("feedthrough-2.fmu"), inputs: { int_in: 3 } },
  };
  const run = (await first.request("tools/call", call)).result.structuredContent;
  await first.end();
  const second = startRaw(env);
  await initialize(second);
  const ask = async (name: string, args: object) =>
    (await second.request("tools/call", { name, arguments: args })).result.structuredContent;
  expect((await ask("list_volume", {})).entries).toHaveLength(1);
  expect(await ask("run_fmi_simulation", { run_id: run.run_id })).toMatchObject({ outputs: { int_out: 3 } });
  expect((await ask("tail_logs", { run_id: run.run_id })).line_count).toBeGreaterThan(1);
  expect((await ask("tail_logs", {})).line_count).toBeGreaterThan(1);
  await second.end();
});

test("two servers on one state folder see each other's FMUs and runs", async () => {
  const env = programEnv(await home());
  const programs = [startRaw(env), startRaw(env)];
  await Promise.all(programs.map(initialize));
  const ask = async (index: number, name: string, args: object) => {
    const answer = await programs[index]?.request("tools/call", { name, arguments: args });
    return answer.result.structuredContent ?? answer.result;
  };
  const path = fixture("feedthrough-2.fmu");
  const uploads = await Promise.all([ask(0, "upload_fmu", { path }), ask(1, "upload_fmu", { path })]);
  const [{ fmu_checksum }] = uploads;
  expect(uploads[1].fmu_checksum).toBe(fmu_checksum);
  const runs = await Promise.all(
    [0, 1].flatMap((index) =>
      [1, 2, 3].map((int_in) => ask(index, "run_fmi_simulation", { fmu_checksum, inputs: { int_in } })),
    ),
  );
  for (const run of runs) expect(run).toMatchObject({ status: "success" });
  const endless = await ask(0, "run_fmi_simulation", { path: fixture("endless-2.fmu"), wait_seconds: 0 });
  const same = { path: fixture("endless-2.fmu"), wait_seconds: 0 };
  expect(await ask(1, "run_fmi_simulation", same)).toMatchObject({ run_id: endless.run_id, reused: true });
  const seen = await ask(1, "run_fmi_simulation", { run_id: endless.run_id, wait_seconds: 0 });
  expect(seen).toMatchObject({ run_id: endless.run_id, status: "running" });
  expect(await ask(1, "cancel_run", { run_id: endless.run_id })).toMatchObject({ cancelled: true });
  await Promise.all(programs.map((program) => program.end()));
});

test("no credential appears in a result, a log line or a stored file", async () => {
  const secrets = { MODAL_TOKEN_ID: "ak-PlantedId0123456789", MODAL_TOKEN_SECRET: "as-PlantedSecret9876" };
  const path = await home();
  const program = startRaw(
    programEnv(path, {
      ...secrets,
      MODAL_FMI_ENDPOINT: "embedded",
      MODAL_SERVER_URL: "http://127.0.0.1:9",
      MODAL_LOGLEVEL: "debug",
      GRPC_TRACE: "all",
      GRPC_VERBOSITY: "DEBUG",
    }),
  );
  await initialize(program);
  const ask = (name: string, args: object) => program.request("tools/call", { name, arguments: args });
  await ask("upload_fmu", {
    path: fixture("feedthrough-2.fmu"),
    note: `never keep ${secrets.MODAL_TOKEN_SECRET}`,
  });
  const echo = { string_in: secrets.MODAL_TOKEN_SECRET };
  await ask("run_fmi_simulation", { fmu_checksum: "feedthrough", inputs: echo, return_logs: true });
  for (const name of ["list_volume", "tail_logs", "diagnose"]) await ask(name, {});
  await ask("list_volume", { endpoint: "modal" });
  await ask("upload_fmu", { path: `/no/such/${secrets.MODAL_TOKEN_ID}.fmu` });
  await program.end();
  const seen = [...program.stdout, ...program.stderr].join("\n");
  expect(seen).toContain("[redacted]");
  for (const secret of Object.values(secrets)) expect(seen).not.toContain(secret);
  // The embedded endpoint's own credentials have the same shape.
  expect(seen).not.toMatch(/\bas-[A-Za-z0-9]{16,}/);
  for (const file of await filesBelow(path)) {
    const text = await readFile(file, "latin1");
    for (const secret of Object.values(secrets)) expect(text.includes(secret), file).toBe(false);
  }
});

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  return text.trim().split(" ").filter(Boolean).map(Number);
}

async function isAlive(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return state !== undefined && !/\) Z /.test(state);
}

async function filesBelow(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true });
  const paths = found.map((name) => join(folder, name));
  const facts = await Promise.all(paths.map((path) => stat(path)));
  return paths.filter((_, index) => facts[index]?.isFile());
}

test("--read-only and --tools choose what is offered", async () => {
  const names = async (...args: string[]) => {
    const program = startRaw(programEnv(await home()), undefined, args);
    await initialize(program);
    const { tools } = (await program.request("tools/list")).result;
    expect(await program.end()).toBe(0);
    return tools.map(({ name }: { name: string }) => name);
  };
  expect(await names("--read-only")).not.toContain("run_fmi_simulation");
  expect(await names("--tools", "diagnose,list_volume")).toEqual(["list_volume", "diagnose"]);
});

test.each([
  [["--tools", "nonsense"], "nonsense"],
  [["--tools"], "needs names"],
  [["--read-only", "--verbose"], "--verbose"],
])("%j is a start-up error in one line", async (args, reason) => {
  const program = startRaw(programEnv(await home()), undefined, args);
  expect(await once(program.child, "close")).toEqual([1, null]);
  expect(program.stdout).toEqual([]);
  expect(program.stderr.join("").trimEnd().split("\n")).toEqual([expect.stringContaining(reason)]);
});

test("a client of an older protocol gets results without what it does not know", async () => {
  const program = startRaw(programEnv(await home()));
  const clientInfo = { name: "raw", version: "0" };
  await program.request("initialize", { protocolVersion: "2025-03-26", capabilities: {}, clientInfo });
  program.notify("notifications/initialized");
  const run = { name: "run_fmi_simulation", arguments: { path: fixture("feedthrough-2.fmu") } };
  const { result } = await program.request("tools/call", run);
  expect(result.content.map(({ type }: { type: string }) => type)).toEqual(["text"]);
  expect(await program.end()).toBe(0);
});
