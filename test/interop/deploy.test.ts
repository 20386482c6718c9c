import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CallOutcome } from "../../src/modal/modal.ts";
import { pythonOptions } from "../support/python-endpoint.ts";
import { PYTHON, type PythonEndpoint, startPythonEndpoint, TIMEOUT_MS } from "./python-endpoint.ts";

const APP = `
import os, sys, time
from pathlib import Path
import modal

image = modal.Image.debian_slim().pip_install("six==1.16.0").env({"GREETING": "hello there"})
app = modal.App("tiny", image=image)
volume = modal.Volume.from_name("tiny-data", create_if_missing=True)
ROOT = Path(os.environ.get("MODAL_FMI_MOUNT_ROOT", "/"))

@app.function()
def add(a, b=1):
    return a + b

@app.function()
def fail(text):
    raise ValueError(text)

@app.function()
def sleep(seconds):
    print("going to sleep")
    time.sleep(seconds)

@app.function()
def say(text):
    import six
    print(text)
    print(text.upper(), file=sys.stderr)
    return [os.environ["GREETING"], six.__version__, sorted(k for k in os.environ if "TOKEN" in k)]

@app.function(volumes={"/data": volume})
def write(name, text):
    (ROOT / "data" / name).write_text(text)
    volume.commit()

@app.function(volumes={"/data": volume})
def read(name):
    volume.reload()
    return (ROOT / "data" / name).read_text()

@app.function(timeout=1, startup_timeout=60)
def slow():
    time.sleep(60)

@app.function()
def crash():
    print("about to go", file=sys.stderr)
    os._exit(7)

@app.function(max_containers=2, scaledown_window=2)
def where():
    time.sleep(0.3)
    return os.environ["MODAL_TASK_ID"]
`;

/** The app of this name as the emulator has it built in. */
const BUILT_IN = {
  name: "fmi-runner",
  version: "1",
  maxContainers: 1,
  mounts: {},
  functions: [{ name: "answer", parameters: [], timeoutSeconds: 60, run: async () => "built in" }],
};

describe.skipIf(PYTHON === undefined)("modal deploy", { timeout: TIMEOUT_MS }, () => {
  let endpoint: PythonEndpoint;

  const call = (name: string, kwargs: Record<string, unknown> = {}, app = "tiny"): Promise<CallOutcome> =>
    endpoint.call(app, name, kwargs);

  const deploy = (name: string, source: string) => endpoint.deploy(name, source);

  async function cli(...args: string[]): Promise<string> {
    const { code, output } = await endpoint.python(["-m", "modal", ...args]);
    expect({ args, code, output: code === 0 ? "" : output }).toEqual({ args, code: 0, output: "" });
    return output;
  }

  async function logOf(functionCallId: string): Promise<string[]> {
    const { appId = "" } = await endpoint.modal.apps.lookUp("tiny");
    const entries = await endpoint.modal.logs.tail({ appId, functionCallId }, 100);
    return entries.map(({ source, text }) => `${source} ${text}`);
  }

  const value = (given: unknown) => ({ state: "success", value: given });

  beforeAll(async () => {
    endpoint = await startPythonEndpoint([BUILT_IN], { python: pythonOptions(PYTHON ?? "", true) });
    const { code, output } = await deploy("tiny", APP);
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toContain("Successfully installed six-1.16.0");
  }, TIMEOUT_MS);

  afterAll(() => endpoint.close());

  test("a deployed function answers keyword arguments and warm calls", async () => {
    expect(await call("add", { a: 1 })).toEqual(value(2));
    expect(await call("add", { a: 1.5, b: 2 })).toEqual(value(3.5));
    const { id } = await endpoint.modal.functions.get("tiny", "add");
    const [warm, cold] = await endpoint.modal.functions.recentCalls(id, 2);
    expect(warm?.startupSeconds ?? 9).toBeLessThan(cold?.startupSeconds ?? 0);
    expect(warm?.containerId).toBe(cold?.containerId);
  });

  test("an exception arrives with its text and traceback", async () => {
    const outcome = await call("fail", { text: "bad text" });
    expect(outcome).toMatchObject({ state: "failure", exception: expect.stringContaining("bad text") });
    expect(outcome).toMatchObject({ traceback: expect.stringContaining("in fail") });
  });

  test("what a function prints is in the log under its call; its environment has the image's variables and no token", async () => {
    const id = await endpoint.start("tiny", "say", { text: "words" });
    expect(await endpoint.modal.calls.wait(id, 60_000)).toEqual(value(["hello there", "1.16.0", []]));
    await expect.poll(() => logOf(id)).toEqual(["stdout words", "stderr WORDS"]);
  });

  test("a file written and committed is in the volume, and another container reads it after a reload", async () => {
    for (const text of ["first", "second"]) {
      expect(await call("write", { name: "note.txt", text })).toEqual(value(null));
      expect(await call("read", { name: "note.txt" })).toEqual(value(text));
    }
    const volume = await endpoint.modal.volumes.get("tiny-data");
    const { bytes } = await endpoint.modal.volumes.read(volume, "note.txt", { start: 0, length: 0 });
    expect(Buffer.from(bytes).toString()).toBe("second");
  });

  test("a function that takes too long is a timeout, and its container is gone", async () => {
    expect(await call("slow")).toMatchObject({ state: "timeout" });
  });

  test("a process that ends tells its exit code and what it said last", async () => {
    const outcome = await call("crash");
    expect(outcome).toMatchObject({ state: "failure", exception: expect.stringContaining("exit code 7") });
    expect(outcome).toMatchObject({ exception: expect.stringContaining("about to go") });
  });

  test("a cancelled call is terminated at once, and the container serves the next call", async () => {
    const id = await endpoint.start("tiny", "sleep", { seconds: 60 });
    await expect.poll(() => logOf(id), { timeout: 20_000 }).toContain("stdout going to sleep");
    const before = Date.now();
    await endpoint.modal.calls.cancel(id);
    expect(await endpoint.modal.calls.wait(id, 10_000)).toMatchObject({ state: "terminated" });
    expect(Date.now() - before).toBeLessThan(1000);
    expect(await call("sleep", { seconds: 0 })).toEqual(value(null));
  });

  test("calls at once share two containers; idle ones go after the scale-down window", async () => {
    const outcomes = await Promise.all(Array.from({ length: 4 }, () => call("where")));
    const ids = outcomes.map((outcome) => (outcome.state === "success" ? outcome.value : outcome.state));
    expect(new Set(ids).size).toBe(2);
    const { appId = "" } = await endpoint.modal.apps.lookUp("tiny");
    const left = async () =>
      (await endpoint.modal.apps.containers(appId)).filter(({ id }) => ids.includes(id));
    expect(await left()).toHaveLength(2);
    await expect.poll(left, { timeout: 20_000 }).toEqual([]);
    const folders = async () =>
      (await readdir(join(endpoint.folder, "state", "containers"))).filter((id) => ids.includes(id));
    await expect.poll(folders, { timeout: 20_000 }).toEqual([]);
  });

  test("Python's own client calls the same functions", async () => {
    const script = `
import modal
f = lambda name: modal.Function.from_name("tiny", name)
print(f("add").remote(2, b=[3][0]))
try:
    f("fail").remote("from python")
except ValueError as error:
    print("ValueError", error)
`;
    const { output } = await endpoint.python(["-c", script]);
    expect(output.trim().split("\n")).toEqual(["5", "ValueError from python"]);
  });

  test("a deploy without changes is skipped; history and rollback tell versions; stop ends the app", async () => {
    expect((await deploy("tiny", APP)).output).toContain("Deployment skipped: no changes detected!");
    await deploy("tiny", APP.replace("a + b", "a - b"));
    expect(await call("add", { a: 5, b: 1 })).toEqual(value(4));
    await cli("app", "rollback", "tiny");
    expect(await call("add", { a: 5, b: 1 })).toEqual(value(6));
    const history = JSON.parse(await cli("app", "history", "tiny", "--json"));
    expect(history.map((row: { version: string }) => row.version)).toEqual(["v3", "v2", "v1"]);
    await cli("app", "stop", "--yes", "tiny");
    await expect(endpoint.modal.functions.get("tiny", "add")).rejects.toMatchObject({
      code: "failed_precondition",
    });
    expect(JSON.parse(await cli("container", "list", "--json"))).toEqual([]);
  });

  test("a deploy over a built-in app answers from Python, and the built-in one can be published again", async () => {
    expect(await call("answer", {}, "fmi-runner")).toEqual(value("built in"));
    const source = `
import modal
app = modal.App("fmi-runner", image=modal.Image.debian_slim())
@app.function()
def answer():
    return "from Python"
`;
    expect(await deploy("runner", source)).toMatchObject({ code: 0 });
    expect(await call("answer", {}, "fmi-runner")).toEqual(value("from Python"));
    expect(await endpoint.emulator.answeredBy("fmi-runner")).toBe("python");
    await endpoint.emulator.publish("fmi-runner");
    expect(await call("answer", {}, "fmi-runner")).toEqual(value("built in"));
  });

  test("an import error is an initialisation failure with its traceback", async () => {
    const source = `
import modal
app = modal.App("broken", image=modal.Image.debian_slim())
if not modal.is_local():
    import no_such_package_of_ours
@app.function()
def answer():
    return 1
`;
    expect(await deploy("broken", source)).toMatchObject({ code: 0 });
    const outcome = await call("answer", {}, "broken");
    expect(outcome).toMatchObject({
      state: "init_failure",
      exception: expect.stringContaining("no_such_package_of_ours"),
      traceback: expect.stringContaining("broken.py"),
    });
  });

  test("a package that cannot be installed fails the deploy with pip's words, and names what is not run", async () => {
    const source = `
import modal
image = modal.Image.debian_slim().run_commands("echo hello").pip_install("no-such-package-of-ours==99", extra_options="--no-index")
app = modal.App("unbuilt", image=image)
@app.function()
def answer():
    return 1
`;
    const { code, output } = await deploy("unbuilt", source);
    expect(code).toBe(1);
    expect(output).toContain("Not run here: RUN echo hello");
    expect(output).toMatch(/No matching distribution found for no-such-package-of-ours/);
    expect(output).toContain("Image build for im-");
  });

  test("a volume at an absolute path is there for an app that does not mind the mount root", async () => {
    const source = `
from pathlib import Path
import modal
app = modal.App("foreign", image=modal.Image.debian_slim())
volume = modal.Volume.from_name("foreign-data", create_if_missing=True)
@app.function(volumes={"/foreign/deep/data": volume})
def put(text):
    Path("/foreign/deep/data/note.txt").write_text(text)
    volume.commit()
    return sorted(path.name for path in Path("/foreign/deep/data").iterdir())
`;
    expect(await deploy("foreign", source)).toMatchObject({ code: 0 });
    expect(await call("put", { text: "x" }, "foreign")).toEqual(value(["note.txt"]));
  });

  test("modal run, and a class's method: both answer, and the app that ran ends with its client", async () => {
    const source = `
import modal
app = modal.App("classes", image=modal.Image.debian_slim())
@app.cls()
class Counter:
    @modal.enter()
    def start(self):
        self.start = 40
    @modal.method()
    def plus(self, more):
        return self.start + more
@app.local_entrypoint()
def main():
    print("answer", Counter().plus.remote(2))
`;
    expect(await deploy("classes", source)).toMatchObject({ code: 0 });
    const { output } = await endpoint.python(["-m", "modal", "run", "classes.py"]);
    expect(output).toContain("answer 42");
    const apps = JSON.parse(await cli("app", "list", "--json"));
    const states = apps
      .filter((each: { description: string }) => each.description === "classes")
      .map((each: { state: string }) => each.state);
    expect(states.sort()).toEqual(["deployed", "stopped"]);
  });
});
