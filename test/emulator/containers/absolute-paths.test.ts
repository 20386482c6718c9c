import { execFile, execFileSync } from "node:child_process";
import { chmod, chown, mkdir, readFile, readlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { inNamespace, placeFolders } from "../../../src/emulator/containers/absolute-paths.ts";
import { openState } from "../../../src/emulator/state.ts";
import { temporaryFolder } from "../support.ts";

/** A user without rights: the tests may run as root. */
const NOBODY = 65_534;
const UNSHARE = "unshare";
const isRoot = process.getuid?.() === 0;
const user = isRoot ? { uid: NOBODY, gid: NOBODY } : {};

function canMakeNamespaces(): boolean {
  try {
    execFileSync(UNSHARE, ["-Urm", "true"], { ...user, stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function runAs(command: string, args: readonly string[], cwd: string): Promise<string> {
  // Without the folders of an administrator's programs, as users have it.
  const env = { PATH: "/usr/bin:/bin" };
  return new Promise((resolve) => {
    execFile(command, args, { ...user, cwd, env }, (error, stdout, stderr) => {
      resolve(error === null ? stdout : `${error.code}: ${stderr}`);
    });
  });
}

async function openFolder(): Promise<string> {
  const folder = await temporaryFolder();
  await chmod(folder, 0o755);
  for (const name of ["data", "root"]) {
    await mkdir(path.join(folder, name));
    if (isRoot) await chown(path.join(folder, name), NOBODY, NOBODY);
  }
  return folder;
}

test.skipIf(!canMakeNamespaces()).each(["/data-of-the-test", "/usr/share/of/the-test", "/mnt"])(
  "inNamespace: a user without rights finds the folder at %s, and writes to it",
  async (at) => {
    const folder = await openFolder();
    const data = path.join(folder, "data");
    await writeFile(path.join(data, "in.txt"), "from outside\n");
    const script = `cat ${at}/in.txt; echo inside > ${at}/out.txt; pwd; ls /usr/bin/env`;
    const placements = [{ path: at, folder: data }];
    const root = path.join(folder, "root");
    const { command, args } = await inNamespace(placements, root, "sh", ["-c", script]);
    expect(await runAs(command, args, folder)).toBe(`from outside\n${folder}\n/usr/bin/env\n`);
    expect(await readFile(path.join(data, "out.txt"), "utf8")).toBe("inside\n");
  },
);

test("placeFolders: a link where one may be made, which is gone afterwards", async () => {
  const folder = await temporaryFolder();
  const state = await openState({ stateDir: folder, apps: [], keepDays: 1, onError: () => {} });
  const [at, data] = [path.join(folder, "link"), path.join(folder, "data")];
  const started = { command: "sh", args: ["-c", "true"] };
  const placed = await placeFolders(state, [{ path: at, folder: data }], path.join(folder, "root"), started);
  expect(placed).toMatchObject(started);
  expect(await readlink(at)).toBe(data);
  await placed.undo();
  await expect(readlink(at)).rejects.toMatchObject({ code: "ENOENT" });
});

test("placeFolders: where neither links nor namespaces are possible, the refusal says what is", async () => {
  const folder = await temporaryFolder();
  const python = { command: "python3", environment: { PATH: folder } };
  const state = await openState({ stateDir: folder, apps: [], keepDays: 1, python, onError: () => {} });
  const taken = { path: folder, folder: path.join(folder, "data") };
  const placing = placeFolders(state, [taken], path.join(folder, "root"), { command: "sh", args: [] });
  await expect(placing).rejects.toMatchObject({
    code: 9,
    message: expect.stringContaining("MODAL_FMI_MOUNT_ROOT"),
  });
});
