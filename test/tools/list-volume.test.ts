import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeHome } from "../support/home.ts";
import { fixture, startToolClient, type ToolClient } from "../support/tool-client.ts";

describe("list_volume", () => {
  let tools: ToolClient;
  let home: Awaited<ReturnType<typeof makeHome>>;

  beforeAll(async () => {
    home = await makeHome();
    tools = await startToolClient(home.path);
    await tools.call("upload_fmu", { path: fixture("feedthrough-2.fmu"), note: "for the cooling study" });
    await tools.call("upload_fmu", { path: fixture("van-der-pol-2.fmu") });
    await tools.call("upload_fmu", { path: fixture("bouncing-ball-3.fmu") });
  });
  afterAll(async () => {
    await tools.close();
    await home.remove();
  });

  test("shows FMUs with file and model names, and leaves the notes' folder out", async () => {
    const { entries, next_cursor, volume } = await tools.call("list_volume");
    expect(volume).toBe("fmi-cache");
    expect(next_cursor).toBeNull();
    expect(entries).toHaveLength(3);
    expect(entries.map((entry: { file_name: string }) => entry.file_name).sort()).toEqual([
      "bouncing-ball-3.fmu",
      "feedthrough-2.fmu",
      "van-der-pol-2.fmu",
    ]);
    for (const entry of entries) {
      expect(entry).toMatchObject({ type: "file", path: expect.stringMatching(/^\/[0-9a-f]{64}\.fmu$/) });
    }
  });

  test("pages by cursor", async () => {
    const first = await tools.call("list_volume", { limit: 2 });
    expect(first.entries).toHaveLength(2);
    const second = await tools.call("list_volume", { limit: 2, cursor: first.next_cursor });
    expect(second.entries).toHaveLength(1);
    expect(second.next_cursor).toBeNull();
    const paths = [...first.entries, ...second.entries].map((entry: { path: string }) => entry.path);
    expect(new Set(paths).size).toBe(3);
  });

  test("searches names and notes", async () => {
    const byNote = await tools.call("list_volume", { search: "COOLING" });
    expect(byNote.entries).toMatchObject([{ file_name: "feedthrough-2.fmu", note: "for the cooling study" }]);
    expect((await tools.call("list_volume", { search: "nothing like it" })).entries).toEqual([]);
  });

  test("modified_since leaves older entries out", async () => {
    expect((await tools.call("list_volume", { modified_since: "1h" })).entries).toHaveLength(3);
    expect((await tools.call("list_volume", { modified_since: "2999-01-01" })).entries).toEqual([]);
    expect((await tools.fail("list_volume", { modified_since: "yesterday" })).code).toBe("invalid_argument");
  });

  test("a missing volume says how it is created", async () => {
    const error = await tools.fail("list_volume", { volume: "energyplus" });
    expect(error.code).toBe("not_found");
    expect(error.message).toContain("energyplus-outputs");
    expect(error.remedy).toContain('`manage_volume` with `action: create` and volume "energyplus-outputs"');
    expect(error.remedy).toContain("`deploy_runner`");
  });

  test("refuses a cursor of its own making and an unknown environment", async () => {
    expect((await tools.fail("list_volume", { cursor: "%%%" })).code).toBe("invalid_argument");
    const wrongEnvironment = await tools.fail("list_volume", { environment: "nowhere" });
    expect(wrongEnvironment.message).toContain('environment "nowhere"');
    expect(wrongEnvironment.remedy).not.toContain("volume create");
    expect((await tools.fail("list_volume", { path: "/no/such/folder" })).code).toBe("not_found");
    expect((await tools.fail("list_volume", { limit: 0 })).code).toBe("invalid_argument");
  });
});
