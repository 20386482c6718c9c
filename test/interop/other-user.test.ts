import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { MAIN } from "../support/built-program.ts";
import { type ReachedEndpoint, reachEndpoint } from "../support/python-endpoint.ts";
import { PYTHON, TIMEOUT_MS } from "./python-endpoint.ts";

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
/** A user without rights: this one, or nobody where this one is root. */
const user = isRoot ? { uid: NOBODY, gid: NOBODY } : {};

function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) =>
    execFile(command, args, { ...user, cwd: "/" }, (error) => resolve(error === null)),
  );
}

/** A Python that the user may run and make environments with; that of the tests may lie in root's own folder. */
async function findPython(): Promise<string | undefined> {
  const script = "import ensurepip, sys, venv; assert sys.version_info >= (3, 10)";
  for (const candidate of [PYTHON ?? "", "/usr/bin/python3", "/usr/local/bin/python3"])
    if (candidate !== "" && (await succeeds(candidate, ["-c", script]))) return candidate;
  return undefined;
}

const base = PYTHON === undefined ? undefined : await findPython();
const hasNamespaces = await succeeds("unshare", ["-Urm", "true"]);
if (PYTHON !== undefined && base === undefined)
  process.stderr.write(
    "Skipped test/interop/other-user.test.ts: no Python 3.10 with venv for a user who is not root\n",
  );
else if (!hasNamespaces)
  process.stderr.write(
    "Skipped a test of test/interop/other-user.test.ts: unshare -Urm is not allowed here\n",
  );

const source = (at: string) => `
import os
from pathlib import Path
import modal
app = modal.App("foreign", image=modal.Image.debian_slim())
volume = modal.Volume.from_name("foreign-data", create_if_missing=True)
@app.function(volumes={"${at}": volume})
def put(text):
    Path("${at}/note.txt").write_text(text)
    volume.commit()
    return [os.getuid() != 0 or os.environ.get("MODAL_IS_REMOTE"), os.path.islink("${at}")]
`;

interface Started extends ReachedEndpoint {
  /** Text of the volume's file. */
  note(): Promise<string>;
}

describe.skipIf(base === undefined)("containers of a user who is not root", { timeout: TIMEOUT_MS }, () => {
  let folder: string;
  const running: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "other-user-"));
    await chmod(folder, 0o755);
    for (const name of ["home", "writable", "bin", "apps"]) {
      await mkdir(join(folder, name));
      if (isRoot) await chown(join(folder, name), NOBODY, NOBODY);
    }
    await symlink(base ?? "", join(folder, "bin", "python3"));
  });
  afterEach(async () => {
    for (const stop of running.splice(0)) await stop();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Starts the built program's emulator as the user, and connects to it. */
  async function start(path: string): Promise<Started> {
    const home = join(folder, "home");
    const kept = Object.entries(process.env).filter(([name]) => /^(PIP_|SSL_|.*_proxy$)/i.test(name));
    const env = { ...Object.fromEntries(kept), PATH: path, HOME: home, MODAL_FMI_HOME: join(home, "data") };
    const stdio: ["pipe", "pipe", "ignore"] = ["pipe", "pipe", "ignore"];
    const child = spawn(process.execPath, [MAIN, "emulator"], { ...user, env, cwd: "/", stdio });
    running.push(async () => {
      const gone = once(child, "exit");
      child.stdin.end();
      await gone;
    });
    const settings = new Map<string, string>();
    for await (const line of createInterface({ input: child.stdout })) {
      const [, name = "", value = ""] = /^export (\w+)=(.*)$/.exec(line) ?? [];
      settings.set(name, value);
      if (name === "MODAL_DISABLE_API_PROXY") break;
    }
    const of = (name: string): string => settings.get(name) ?? "";
    const credentials = {
      url: of("MODAL_SERVER_URL"),
      tokenId: of("MODAL_TOKEN_ID"),
      tokenSecret: of("MODAL_TOKEN_SECRET"),
    };
    const endpoint = await reachEndpoint(PYTHON ?? "", credentials, join(folder, "apps"));
    running.unshift(endpoint.close);
    const note = async () => {
      const volume = await endpoint.modal.volumes.get("foreign-data");
      const { bytes } = await endpoint.modal.volumes.read(volume, "note.txt", { start: 0, length: 0 });
      return Buffer.from(bytes).toString();
    };
    return { ...endpoint, note };
  }

  const paths = () => [join(folder, "bin"), "/usr/bin", "/bin"].join(":");

  async function deployAt(endpoint: Started, at: string): Promise<void> {
    const { code, output } = await endpoint.deploy("foreign", source(at));
    expect({ code, output: code === 0 ? "" : output }).toEqual({ code: 0, output: "" });
  }

  test("where links may be made, a volume at an absolute path is one", async () => {
    const endpoint = await start(paths());
    await deployAt(endpoint, join(folder, "writable", "data"));
    const outcome = await endpoint.call("foreign", "put", { text: "by a link" });
    expect(outcome).toMatchObject({ state: "success", value: [true, true] });
    expect(await endpoint.note()).toBe("by a link");
  });

  test.skipIf(!hasNamespaces)(
    "where not, the function sees the volume at its path in a namespace",
    async () => {
      const endpoint = await start(paths());
      await deployAt(endpoint, "/foreign-of-the-test/deep/data");
      const outcome = await endpoint.call("foreign", "put", { text: "in a namespace" });
      expect(outcome).toEqual({ state: "success", value: ["1", false] });
      expect(await endpoint.note()).toBe("in a namespace");
    },
  );

  test("where neither is possible, the call says which paths cannot be given, and what needs neither", async () => {
    const endpoint = await start(join(folder, "bin"));
    await deployAt(endpoint, "/foreign-of-the-test/data");
    const outcome = await endpoint.call("foreign", "put", { text: "nowhere" });
    expect(outcome).toMatchObject({ state: "init_failure" });
    const { exception } = outcome as { exception: string };
    expect(exception).toContain("cannot be given /foreign-of-the-test/data");
    expect(exception).toContain("MODAL_FMI_MOUNT_ROOT");
  });
});
