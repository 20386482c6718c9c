import { createHash } from "node:crypto";
import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startTestEndpoint, type TestEndpoint } from "../support/emulator.ts";
import type { Answer } from "../support/fake-tool-server.ts";
import { makeHome } from "../support/home.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { fixture, startToolClient } from "../support/tool-client.ts";

async function start(env: Record<string, string> = {}, answer?: Answer | "cannot ask") {
  const home = await makeHome();
  const tools = await startToolClient(home.path, env, undefined, answer);
  onTestFinished(async () => {
    await tools.close();
    await home.remove();
  });
  return { ...tools, home: home.path };
}

const FMU = fixture("feedthrough-2.fmu");
const bytes = await readFile(FMU);
const CHECKSUM = createHash("sha256").update(bytes).digest("hex");

describe("manage_volume on the embedded endpoint", () => {
  test("creates a volume once", async () => {
    const { call } = await start();
    expect((await call("manage_volume", { action: "create", volume: "mine" })).notes).toEqual([
      "The volume was created.",
    ]);
    const again = await call("manage_volume", { action: "create", volume: "mine" });
    expect(again.notes).toEqual(["The volume was there already."]);
  });

  test("removes an FMU with its note, keeps a copy, and restores both", async () => {
    const { call, fail } = await start();
    await call("upload_fmu", { path: FMU, note: "keep me" });
    const { run_id } = await call("run_fmi_simulation", { fmu_checksum: CHECKSUM });
    const shown = await call("manage_volume", { action: "remove", paths: [CHECKSUM], dry_run: true });
    expect(shown).toMatchObject({
      status: "dry_run",
      bytes: bytes.length,
      items: [{ path: `/${CHECKSUM}.fmu`, size: bytes.length, last_run: expect.stringContaining(run_id) }],
    });
    expect(shown.items[0].name).toContain("feedthrough-2.fmu");
    expect((await call("list_volume")).entries).toHaveLength(1);
    const removed = await call("manage_volume", { action: "remove", paths: [CHECKSUM] });
    expect(removed).toMatchObject({ status: "done", trash_id: expect.stringMatching(/^trash-/) });
    expect(removed.notes.join()).toContain("unknown");
    expect((await call("list_volume")).entries).toEqual([]);
    expect((await call("list_volume", { path: "/.modal-fmi" })).entries).toEqual([]);
    expect((await fail("manage_volume", { action: "remove", paths: [CHECKSUM] })).code).toBe("not_found");
    const listed = await call("manage_volume", { action: "restore" });
    expect(listed.removals).toMatchObject([
      { trash_id: removed.trash_id, paths: [`/${CHECKSUM}.fmu`, expect.any(String)] },
    ]);
    await call("manage_volume", { action: "restore", trash_id: removed.trash_id });
    expect((await call("list_volume")).entries).toMatchObject([{ size: bytes.length, note: "keep me" }]);
    const taken = await fail("manage_volume", { action: "restore", trash_id: removed.trash_id });
    expect(taken.code).toBe("already_exists");
  });

  test("downloads whole files, and replaces none unless told and agreed", async () => {
    let answer = false;
    const questions: string[] = [];
    const { call, fail, home } = await start({}, (question) => {
      questions.push(question);
      return { action: "accept", content: { proceed: answer } };
    });
    await call("upload_fmu", { path: FMU });
    const to = join(home, "here", "deep");
    const args = { action: "download", paths: [CHECKSUM], to };
    const done = await call("manage_volume", args);
    const path = join(to, `${CHECKSUM}.fmu`);
    expect(done.notes).toEqual([path]);
    expect(await readFile(path)).toEqual(bytes);
    expect(await readdir(to)).toEqual([`${CHECKSUM}.fmu`]);
    await writeFile(path, "mine");
    expect((await fail("manage_volume", args)).code).toBe("already_exists");
    expect((await fail("manage_volume", { ...args, overwrite: true })).code).toBe("cancelled");
    expect(questions).toEqual([`Replace 1 file on this computer?\n- ${path}`]);
    expect(await readFile(path, "utf8")).toBe("mine");
    answer = true;
    await call("manage_volume", { ...args, overwrite: true });
    expect(await readFile(path)).toEqual(bytes);
  });

  test("copies from one volume to another", async () => {
    const { call, fail } = await start();
    await call("upload_fmu", { path: FMU, use_test_volume: true });
    const args = { action: "copy", use_test_volume: true, paths: [CHECKSUM], to_volume: "fmi-cache" };
    await call("manage_volume", args);
    expect((await call("list_volume", { use_test_volume: false })).entries).toMatchObject([
      { path: `/${CHECKSUM}.fmu` },
    ]);
    expect((await fail("manage_volume", args)).code).toBe("already_exists");
    await call("manage_volume", { ...args, overwrite: true });
    await call("manage_volume", { action: "copy", paths: [CHECKSUM], to: "/old" });
    expect((await call("list_volume", { path: "/old" })).entries).toMatchObject([
      { path: `/old/${CHECKSUM}.fmu` },
    ]);
  });

  test.each([
    [{ action: "remove", paths: ["/*.fmu"] }, "invalid_argument"],
    [{ action: "remove", paths: ["/"] }, "invalid_argument"],
    [{ action: "remove", paths: ["/a/../.."] }, "invalid_argument"],
    [{ action: "remove", paths: ["/nothing"] }, "not_found"],
    [{ action: "remove" }, "invalid_argument"],
    [{ action: "remove", paths: Array.from({ length: 51 }, (_, index) => `/${index}`) }, "invalid_argument"],
    [{ action: "copy", paths: [CHECKSUM] }, "invalid_argument"],
    [{ action: "download", paths: [CHECKSUM] }, "invalid_argument"],
    [{ action: "restore", trash_id: "../../etc" }, "not_found"],
    [{ action: "remove", paths: [CHECKSUM], operation_id: "volume-remove-1" }, "not_found"],
  ])("refuses %j", async (args, code) => {
    const { call, fail } = await start();
    await call("manage_volume", { action: "create" });
    expect((await fail("manage_volume", args)).code).toBe(code);
  });

  test("writes below the allowed folders only", async () => {
    const allowed = await temporaryFolder();
    const { call, fail, home } = await start({ MODAL_FMI_ROOTS: allowed });
    await copyFile(FMU, join(allowed, "model.fmu"));
    await call("upload_fmu", { path: "model.fmu" });
    const args = { action: "download", paths: [CHECKSUM] };
    expect((await fail("manage_volume", { ...args, to: join(home, "out") })).code).toBe("permission_denied");
    expect((await fail("manage_volume", { ...args, to: join(allowed, "..") })).code).toBe(
      "permission_denied",
    );
    await call("manage_volume", { ...args, to: join(allowed, "out") });
    expect(await readdir(join(allowed, "out"))).toEqual([`${CHECKSUM}.fmu`]);
  });

  test("leaves production alone where it is closed, and the test volume open", async () => {
    const { call, fail } = await start({ MODAL_FMI_ALLOW_PRODUCTION: "0" });
    for (const volume of ["fmi", "energyplus", "anything"])
      expect((await fail("manage_volume", { action: "create", volume })).code).toBe("permission_denied");
    await call("manage_volume", { action: "create", use_test_volume: true });
    await call("upload_fmu", { path: FMU, use_test_volume: true });
    const args = { use_test_volume: true, paths: [CHECKSUM] };
    const copy = await fail("manage_volume", { ...args, action: "copy", to_volume: "fmi-cache" });
    expect(copy.code).toBe("permission_denied");
    await call("manage_volume", { ...args, action: "remove" });
  });
});

describe("manage_volume on Modal", () => {
  let modal: TestEndpoint;
  beforeAll(async () => {
    modal = await startTestEndpoint();
  });
  afterAll(() => modal.close());

  const env = () => ({
    MODAL_SERVER_URL: modal.url,
    MODAL_TOKEN_ID: modal.tokenId,
    MODAL_TOKEN_SECRET: modal.tokenSecret,
  });

  test("asks before it removes or replaces, and before nothing else", async () => {
    const questions: string[] = [];
    let proceed = false;
    const { call, fail } = await start(env(), (question) => {
      questions.push(question);
      return { action: "accept", content: { proceed } };
    });
    const { endpoint } = await call("upload_fmu", { path: FMU });
    expect(endpoint.name).toBe("modal");
    await call("list_volume");
    await call("manage_volume", { action: "create", volume: "other" });
    await call("manage_volume", { action: "copy", paths: [CHECKSUM], to_volume: "other" });
    expect(questions).toEqual([]);
    const remove = { action: "remove", paths: [CHECKSUM] };
    await call("manage_volume", { ...remove, dry_run: true });
    expect(questions).toEqual([]);
    expect((await fail("manage_volume", remove)).code).toBe("cancelled");
    expect(questions[0]).toContain(`Remove ${CHECKSUM}.fmu from volume "fmi-cache" on Modal?`);
    for (const fact of [
      "feedthrough-2.fmu",
      `${bytes.length} bytes`,
      "uploaded ",
      "no run of it known",
      "unknown",
      "30 days",
    ])
      expect(questions[0]).toContain(fact);
    expect((await call("list_volume")).entries).toHaveLength(1);
    const replace = { action: "copy", paths: [CHECKSUM], to_volume: "other", overwrite: true };
    expect((await fail("manage_volume", replace)).code).toBe("cancelled");
    proceed = true;
    await call("manage_volume", replace);
    const { trash_id } = await call("manage_volume", remove);
    expect((await call("list_volume")).entries).toEqual([]);
    const asked = questions.length;
    await call("manage_volume", { action: "restore", trash_id });
    expect(questions).toHaveLength(asked);
    expect((await call("list_volume")).entries).toHaveLength(1);
  });

  test("removes the outputs of a simulation by their folder, and shows old ones", async () => {
    const { call, fail } = await start(env());
    const outputs = await modal.modal.volumes.ensure("energyplus-outputs");
    for (const name of ["eplusout.err", "eplusout.sql"])
      await modal.modal.volumes.upload(
        outputs,
        `/sim-1/${name}`,
        { bytes: Buffer.from("data") },
        { overwrite: true },
      );
    const remove = { action: "remove", volume: "energyplus" };
    const old = await call("manage_volume", { ...remove, older_than: "0s", dry_run: true });
    expect(old.items).toMatchObject([{ path: "/sim-1", files: 2, size: 8 }]);
    expect((await call("manage_volume", { ...remove, older_than: "1d", dry_run: true })).items).toEqual([]);
    expect((await fail("manage_volume", { ...remove, older_than: "0s" })).code).toBe("invalid_argument");
    const removed = await call("manage_volume", { ...remove, paths: ["/sim-1"] });
    expect((await call("list_volume", { volume: "energyplus" })).entries).toEqual([]);
    await call("manage_volume", { action: "restore", trash_id: removed.trash_id });
    const { entries } = await call("list_volume", { volume: "energyplus", path: "/sim-1" });
    expect(entries.map(({ path }: { path: string }) => path)).toEqual([
      "/sim-1/eplusout.err",
      "/sim-1/eplusout.sql",
    ]);
  });

  test("refuses to remove where nobody can be asked", async () => {
    const { call, fail } = await start(env(), "cannot ask");
    await call("upload_fmu", { path: FMU });
    const error = await fail("manage_volume", { action: "remove", paths: [CHECKSUM] });
    expect(error).toMatchObject({ code: "failed_precondition", message: expect.stringContaining("Remove ") });
    expect((await call("list_volume")).entries).toHaveLength(1);
  });
});
