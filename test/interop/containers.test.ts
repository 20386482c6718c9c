import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CallOutcome } from "../../src/modal/modal.ts";
import { PYTHON, type PythonEndpoint, startPythonEndpoint, TIMEOUT_MS } from "./python-endpoint.ts";

const APP = `
import os, signal, sys, time
import modal
app = modal.App("life", image=modal.Image.debian_slim())

@app.function(max_containers=1)
def pid():
    return os.getpid()

@app.function(max_containers=1)
def die(how):
    print("last words", file=sys.stderr, flush=True)
    if how == "signal":
        os.kill(os.getpid(), signal.SIGSEGV)
    if how == "exit":
        os._exit(3)
    return os.getpid()

@app.function(max_containers=1, timeout=2, startup_timeout=60)
def overrun(seconds):
    print(os.getpid(), flush=True)
    time.sleep(seconds)
    return os.getpid()

@app.function(max_containers=1)
def hold(name, seconds=0):
    print(name, "out", flush=True)
    print(name, "err", file=sys.stderr, flush=True)
    time.sleep(seconds)
    return name

@app.function(max_containers=2)
def at_once(name):
    for number in range(3):
        print(name, number, flush=True)
        time.sleep(0.2)
    return os.environ["MODAL_TASK_ID"]

@app.function()
def add(number):
    return number + 1

@app.function()
def numbers(count, fail=False):
    for number in range(count):
        yield number * 10
    if fail:
        raise ValueError(f"after {count}")

@app.cls()
class Adder:
    more: int = modal.parameter(default=1)
    @modal.method()
    def to(self, number):
        return number + self.more
`;

describe.skipIf(PYTHON === undefined)("the life of a container", { timeout: TIMEOUT_MS }, () => {
  let endpoint: PythonEndpoint;

  beforeAll(async () => {
    endpoint = await startPythonEndpoint();
    const { code, output } = await endpoint.deploy("life", APP);
    expect({ code, output: code === 0 ? "" : output }).toEqual({ code: 0, output: "" });
  }, TIMEOUT_MS);
  afterAll(() => endpoint.close());

  const call = (name: string, kwargs: Record<string, unknown> = {}) => endpoint.call("life", name, kwargs);
  const start = (name: string, kwargs: Record<string, unknown> = {}) => endpoint.start("life", name, kwargs);
  const wait = (id: string) => endpoint.modal.calls.wait(id, 60_000);
  const numberOf = (outcome: CallOutcome): number =>
    outcome.state === "success" ? Number(outcome.value) : Number.NaN;

  async function logOf(functionCallId: string): Promise<string[]> {
    const { appId = "" } = await endpoint.modal.apps.lookUp("life");
    const entries = await endpoint.modal.logs.tail({ appId, functionCallId }, 100);
    return entries.map(({ source, text }) => `${source} ${text.trim()}`);
  }

  const isAlive = async (pid: number): Promise<boolean> =>
    /\) [^Z]/.test(await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ""));

  test("a cold start, then the same process again", async () => {
    const first = await call("pid");
    expect(await call("pid")).toEqual(first);
    expect(numberOf(first)).toBeGreaterThan(0);
    const { id } = await endpoint.modal.functions.get("life", "pid");
    const [warm, cold] = await endpoint.modal.functions.recentCalls(id, 2);
    expect(cold?.startupSeconds).toBeGreaterThan(0.1);
    expect(warm?.startupSeconds).toBeLessThan(cold?.startupSeconds ?? 0);
  });

  test.each([
    ["signal", "by SIGSEGV"],
    ["exit", "with exit code 3"],
  ])(
    "a process that dies of a %s: the call tells how and its last words, and the next one gets a new process",
    async (how, words) => {
      const before = numberOf(await call("die", { how: "" }));
      const outcome = await call("die", { how });
      expect(outcome).toMatchObject({ state: "failure", exception: expect.stringContaining(words) });
      expect(outcome).toMatchObject({ exception: expect.stringContaining("last words") });
      const after = numberOf(await call("die", { how: "" }));
      expect(after).toBeGreaterThan(0);
      expect(after).not.toBe(before);
    },
  );

  test.skipIf(process.platform !== "linux")(
    "a time-out ends the process; the next call gets a new one",
    async () => {
      const id = await start("overrun", { seconds: 60 });
      expect(await wait(id)).toMatchObject({ state: "timeout", exception: expect.stringContaining("2s") });
      const [line = ""] = await logOf(id);
      await expect.poll(() => isAlive(Number(line.replace("stdout ", "")))).toBe(false);
      expect(numberOf(await call("overrun", { seconds: 0 }))).toBeGreaterThan(0);
    },
  );

  test("a call that waits for the one container can be cancelled, and never runs; the one before it goes on", async () => {
    const first = await start("hold", { name: "first", seconds: 1 });
    await expect.poll(() => logOf(first), { timeout: 20_000 }).toContain("stdout first out");
    const second = await start("hold", { name: "second" });
    const third = await start("hold", { name: "third" });
    await endpoint.modal.calls.cancel(second);
    expect(await wait(second)).toMatchObject({ state: "terminated" });
    expect(await wait(first)).toEqual({ state: "success", value: "first" });
    expect(await wait(third)).toEqual({ state: "success", value: "third" });
    expect(await logOf(second)).toEqual([]);
    expect((await logOf(third)).sort()).toEqual(["stderr third err", "stdout third out"]);
  });

  test("what two calls print at once is told apart by their ids", async () => {
    const ids = await Promise.all(["left", "right"].map((name) => start("at_once", { name })));
    const [one, other] = await Promise.all(ids.map(wait));
    expect(one).toMatchObject({ state: "success" });
    expect(other).not.toEqual(one);
    for (const [index, name] of ["left", "right"].entries())
      expect(await logOf(ids[index] ?? "")).toEqual([0, 1, 2].map((number) => `stdout ${name} ${number}`));
  });

  /** What a script prints that uses the app by Python's own client. */
  async function script(...lines: string[]): Promise<string[]> {
    const head = ["import modal", 'f = lambda name: modal.Function.from_name("life", name)'];
    const { output } = await endpoint.python(["-c", [...head, ...lines].join("\n")]);
    return output.trim().split("\n");
  }

  test(".map: the results come in the order of the inputs, or as they end; a failed input is told", async () => {
    const lines = await script(
      'print(*f("hold").map([f"n{i}" for i in range(60)]))',
      'print(*[task[:3] for task in f("at_once").map(["a", "b"], order_outputs=False)])',
      'print([type(r).__name__ for r in f("add").map([1, "x"], return_exceptions=True)])',
    );
    const inOrder = Array.from({ length: 60 }, (_, i) => `n${i}`).join(" ");
    expect(lines).toEqual([inOrder, "ta- ta-", "['int', 'TypeError']"]);
  });

  test("a generator's values arrive as they are yielded, and its failure after them", async () => {
    const lines = await script(
      'print(list(f("numbers").remote_gen(3)))',
      "try:",
      '    for value in f("numbers").remote_gen(1, fail=True): print(value)',
      "except ValueError as error: print(type(error).__name__, error)",
    );
    expect(lines).toEqual(["[0, 10, 20]", "0", "ValueError after 1"]);
  });

  test("a class's instances have their own parameters and containers", async () => {
    const lines = await script(
      'Adder = modal.Cls.from_name("life", "Adder")',
      "made = [Adder(more=2), Adder(more=40), Adder(), Adder(more=2)]",
      "print(*[each.to.remote(3) for each in made])",
    );
    expect(lines).toEqual(["5 43 4 5"]);
  });

  test("options of a call are refused by their name", async () => {
    const lines = await script(
      'try: f("pid").with_options(timeout=9).remote()',
      "except Exception as error: print(type(error).__name__, error)",
    );
    expect(lines).toEqual([expect.stringMatching(/^UnimplementedError.*with_options/)]);
  });

  test.skipIf(process.platform !== "linux")(
    "stopping the app ends its processes and removes their folders",
    async () => {
      const pid = numberOf(await call("pid"));
      expect(await isAlive(pid)).toBe(true);
      const stopped = await endpoint.python(["-m", "modal", "app", "stop", "--yes", "life"]);
      expect(stopped.code).toBe(0);
      await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
      const folders = () => readdir(join(endpoint.folder, "state", "containers"));
      await expect.poll(folders, { timeout: 20_000 }).toEqual([]);
    },
  );
});
