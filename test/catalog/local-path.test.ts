import { mkdir, realpath, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { resolveLocalFile } from "../../src/catalog/local-path.ts";
import { catchToolError } from "../support/catch-tool-error.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** home, work, root and outside, each with an FMU named after it, and `same.fmu` in all of them. */
async function setUp() {
  const base = await realpath(await temporaryFolder());
  const folder = (name: string) => join(base, name);
  for (const name of ["home", "work", "root", "outside", "rootless"]) {
    await mkdir(join(folder(name), "models"), { recursive: true });
    await writeFile(join(folder(name), `${name}.fmu`), "fmu");
    await writeFile(join(folder(name), "same.fmu"), "fmu");
    await writeFile(join(folder(name), "models", "same.fmu"), "fmu");
  }
  const folders = { roots: undefined, workingFolder: folder("work"), homeFolder: folder("home") };
  const limited = { ...folders, roots: [join(base, "missing"), folder("root")] };
  return {
    base,
    folder,
    resolve: (path: string) => resolveLocalFile(path, folders),
    resolveLimited: (path: string) => resolveLocalFile(path, limited),
  };
}

describe("resolveLocalFile finds", () => {
  test("absolute, home, URL and relative paths", async () => {
    const { folder, resolve } = await setUp();
    const outside = join(folder("outside"), "outside.fmu");
    expect(await resolve(outside)).toBe(outside);
    expect(await resolve("~/home.fmu")).toBe(join(folder("home"), "home.fmu"));
    expect(await resolve(pathToFileURL(outside).href)).toBe(outside);
    expect(await resolve("work.fmu")).toBe(join(folder("work"), "work.fmu"));
    expect(await resolve("../outside/outside.fmu")).toBe(outside);
  });

  test("a name with spaces and signs behind a file URL", async () => {
    const { folder, resolve } = await setUp();
    const path = join(folder("work"), "a b#1%.fmu");
    await writeFile(path, "fmu");
    expect(await resolve(pathToFileURL(path).href)).toBe(path);
    expect(await resolve("a b#1%.fmu")).toBe(path);
  });

  test("a bare name in an allowed folder, whatever lies in the working folder", async () => {
    const { folder, resolveLimited } = await setUp();
    expect(await resolveLimited("same.fmu")).toBe(join(folder("root"), "same.fmu"));
    expect(await resolveLimited("models/same.fmu")).toBe(join(folder("root"), "models", "same.fmu"));
  });

  test("a file in an allowed folder that is itself a link", async () => {
    const { folder } = await setUp();
    await symlink(folder("root"), join(folder("outside"), "linked"));
    const roots = [join(folder("outside"), "linked")];
    const folders = { roots, workingFolder: folder("work"), homeFolder: folder("home") };
    expect(await resolveLocalFile("root.fmu", folders)).toBe(join(folder("root"), "root.fmu"));
  });

  test("the file behind a link", async () => {
    const { folder, resolve } = await setUp();
    await symlink(join(folder("outside"), "outside.fmu"), join(folder("work"), "link.fmu"));
    expect(await resolve("link.fmu")).toBe(join(folder("outside"), "outside.fmu"));
  });
});

describe("resolveLocalFile refuses", () => {
  test.each<[string, (base: string) => string]>([
    ["a file elsewhere", (base) => join(base, "outside", "outside.fmu")],
    ["a way out of an allowed folder", (base) => join(base, "root", "..", "outside", "outside.fmu")],
    ["the folder above an allowed one", (base) => base],
    ["a folder whose name begins the same", (base) => join(base, "rootless", "rootless.fmu")],
    ["the home folder", () => "~/home.fmu"],
    ["a file URL elsewhere", (base) => pathToFileURL(join(base, "outside", "outside.fmu")).href],
    ["a file of the working folder", () => "work.fmu"],
  ])("%s where only some folders are allowed", async (_, path) => {
    const { base, resolveLimited } = await setUp();
    const error = await catchToolError(() => resolveLimited(path(base)));
    expect(error.code).toBe("permission_denied");
    expect(error.remedy).toContain("`MODAL_FMI_ROOTS`");
  });

  test("a link that leads out of an allowed folder", async () => {
    const { folder, resolveLimited } = await setUp();
    await symlink(join(folder("outside"), "outside.fmu"), join(folder("root"), "link.fmu"));
    await symlink(folder("outside"), join(folder("root"), "linked"));
    for (const path of ["link.fmu", join(folder("root"), "linked", "outside.fmu")])
      expect((await catchToolError(() => resolveLimited(path))).code).toBe("permission_denied");
  });

  test("a folder", async () => {
    const { folder, resolve, resolveLimited } = await setUp();
    const error = await catchToolError(() => resolve(folder("outside")));
    expect(error).toMatchObject({ code: "invalid_argument" });
    expect(error.message).toContain("a folder");
    expect((await catchToolError(() => resolveLimited(folder("root")))).message).toContain("a folder");
  });

  test.each(["", "  ", "a\0b.fmu", "file://elsewhere/a.fmu", "file:///%2Fa"])("%j", async (path) => {
    const { resolve } = await setUp();
    expect((await catchToolError(() => resolve(path))).code).toBe("invalid_argument");
  });

  test("what is not there, naming where it looked", async () => {
    const { folder, resolve, resolveLimited } = await setUp();
    const error = await catchToolError(() => resolve("none.fmu"));
    expect(error.code).toBe("not_found");
    expect(error.message).toContain(join(folder("work"), "none.fmu"));
    expect((await catchToolError(() => resolveLimited("none.fmu"))).message).toContain(
      join(folder("root"), "none.fmu"),
    );
  });

  test.each([
    "/mnt/user-data/uploads/none.fmu",
    "/mnt/data/none.fmu",
    "sandbox:/mnt/data/none.fmu",
    "file:///mnt/data/none.fmu",
    "/home/claude/none.fmu",
  ])("%s, as a path of an assistant's sandbox", async (path) => {
    const { resolve } = await setUp();
    const error = await catchToolError(() => resolve(path));
    expect(error).toMatchObject({ code: "not_found" });
    expect(error.message).toContain("sandbox");
    expect(error.remedy).toContain("path on this computer");
  });
});
