import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeFmuFile } from "../support/fmu-file.ts";
import { makeHome } from "../support/home.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { fixture, startToolClient, type ToolClient } from "../support/tool-client.ts";

const FMU = fixture("feedthrough-2.fmu");

describe("upload_fmu", () => {
  let tools: ToolClient;
  let home: Awaited<ReturnType<typeof makeHome>>;

  beforeAll(async () => {
    home = await makeHome();
    tools = await startToolClient(home.path);
  });
  afterAll(async () => {
    await tools.close();
    await home.remove();
  });

  test("stores the file as /<sha256>.fmu, creates the volume, and describes the FMU", async () => {
    const result = await tools.call("upload_fmu", { path: FMU, use_test_volume: true, note: "first try" });
    const bytes = await readFile(FMU);
    const checksum = createHash("sha256").update(bytes).digest("hex");
    expect(result).toMatchObject({
      fmu_checksum: checksum,
      uploaded: true,
      uploading: false,
      volume: "fmi-cache-test",
      volume_created: true,
      use_test_volume: true,
      remote_path: `/${checksum}.fmu`,
      container_path: `/fmus-test/${checksum}.fmu`,
      size: bytes.length,
      endpoint: { name: "embedded", workspace: "local", environment: "main" },
    });
    expect(result.endpoint.note).toMatch(
      /on this computer only, not on Modal, as no Modal token is configured/,
    );
    expect(result.fmu).toMatchObject({
      name: "Feedthrough",
      fmi_version: "2.0",
      interface_types: ["Co-Simulation"],
    });
    expect(result.fmu.inputs.map((variable: { name: string }) => variable.name)).toContain("int_in");
    expect(result.warnings).toEqual([]);
  });

  test("sends nothing where the file is there already", async () => {
    await tools.call("upload_fmu", { path: FMU });
    const again = await tools.call("upload_fmu", { path: FMU });
    expect(again).toMatchObject({
      uploaded: false,
      bytes_sent: 0,
      volume: "fmi-cache",
      volume_created: false,
    });
  });

  test("a new note on an FMU that is there replaces the old one", async () => {
    await tools.call("upload_fmu", { path: FMU, use_test_volume: true, note: "second thoughts" });
    const { entries } = await tools.call("list_volume", { use_test_volume: true });
    expect(entries).toMatchObject([{ note: "second thoughts" }]);
  });

  test("takes file URLs, paths below home, and bare names in the working folder", async () => {
    await copyFile(FMU, join(home.path, "my model.fmu"));
    for (const path of [
      pathToFileURL(join(home.path, "my model.fmu")).href,
      "~/my model.fmu",
      "my model.fmu",
    ]) {
      expect(await tools.call("upload_fmu", { path })).toMatchObject({
        fmu_checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
    }
  });

  test.each([
    ["/mnt/user-data/uploads/model.fmu", "not_found", "on this computer"],
    ["/no/such/file.fmu", "not_found", "absolute path"],
    ["", "invalid_argument", "upload_fmu"],
  ])("refuses %j as %s", async (path, code, remedy) => {
    const error = await tools.fail("upload_fmu", { path });
    expect(error.code).toBe(code);
    expect(error.remedy).toContain(remedy);
  });

  test("refuses a folder and a file that is no FMU, and stores nothing", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "folder.fmu"));
    expect((await tools.fail("upload_fmu", { path: join(folder, "folder.fmu") })).code).toBe(
      "invalid_argument",
    );
    const text = join(folder, "text.fmu");
    await writeFile(text, "this is no zip archive");
    const before = await tools.call("list_volume", {});
    expect((await tools.fail("upload_fmu", { path: text })).code).toBe("invalid_fmu");
    expect((await tools.call("list_volume", {})).entries).toEqual(before.entries);
  });

  test("tells what breaks the standard, and refuses it only when asked to be strict", async () => {
    const folder = await temporaryFolder();
    const path = await writeFmuFile(
      folder,
      "odd.fmu",
      "Odd",
      "",
      '<ScalarVariable name="x" valueReference="1" causality="input"><Real/></ScalarVariable>',
    );
    const lenient = await tools.call("upload_fmu", { path });
    expect(lenient).toMatchObject({ uploaded: true });
    expect(lenient.findings.join()).toMatch(/line \d+: error: .*start.*FMI 2\.0 section/);
    const strict = await tools.fail("upload_fmu", { path, strict: true });
    expect(strict).toMatchObject({ code: "invalid_fmu", detail: expect.stringContaining("line ") });
    expect((await tools.call("upload_fmu", { path: FMU, strict: true })).findings).toEqual([]);
  });

  test("warns of an FMU without a binary for the endpoint's platform", async () => {
    const result = await tools.call("upload_fmu", { path: fixture("other-platform-2.fmu") });
    expect(result.warnings.join()).toContain("no binary");
  });
});

describe("upload_fmu with restrictions", () => {
  test("MODAL_FMI_ROOTS keeps to its folders, links resolved", async () => {
    const home = await makeHome();
    const folder = await temporaryFolder();
    await copyFile(FMU, join(folder, "allowed.fmu"));
    const tools = await startToolClient(home.path, { MODAL_FMI_ROOTS: folder });
    try {
      expect(await tools.call("upload_fmu", { path: "allowed.fmu" })).toMatchObject({ uploaded: true });
      expect((await tools.fail("upload_fmu", { path: FMU })).code).toBe("permission_denied");
    } finally {
      await tools.close();
      await home.remove();
    }
  });

  test("MODAL_FMI_ALLOW_PRODUCTION=0 closes the production volume", async () => {
    const home = await makeHome();
    const tools = await startToolClient(home.path, { MODAL_FMI_ALLOW_PRODUCTION: "0" });
    try {
      const error = await tools.fail("upload_fmu", { path: FMU });
      expect(error).toMatchObject({
        code: "permission_denied",
        remedy: expect.stringContaining("use_test_volume"),
      });
      expect(await tools.call("upload_fmu", { path: FMU, use_test_volume: true })).toMatchObject({
        uploaded: true,
      });
    } finally {
      await tools.close();
      await home.remove();
    }
  });
});
