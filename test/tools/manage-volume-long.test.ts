import { writeFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openTrash, type Trash } from "../../src/catalog/trash.ts";
import { ToolError } from "../../src/errors.ts";
import { createOperations } from "../../src/operations.ts";
import { manageVolumeTool } from "../../src/tools/manage-volume.ts";
import type { Services } from "../../src/tools/services.ts";
import { catchToolError } from "../support/catch-tool-error.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const TIMERS = ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] as const;

/** A volume with the files /a/x and /b/x, whose transfers end when the test says. */
async function makeContext() {
  let go = () => {};
  const gate = new Promise<void>((settle) => {
    go = settle;
  });
  const trash: Trash = openTrash(await temporaryFolder());
  const removed: string[] = [];
  const volumes = {
    get: async () => ({ id: "vo-1", name: "fmi-cache", version: 2, createdAt: undefined }),
    findFile: async (_: unknown, path: string) => ({
      path: path.slice(1),
      type: "file",
      size: 1,
      modified: 1,
    }),
    async download(_: unknown, _path: string, local: string) {
      await gate;
      await writeFile(local, "x");
      return { size: 1 };
    },
    async remove(_: unknown, path: string) {
      if (path === "/b/x") throw new ToolError("unavailable", "Cannot remove it", "Wait.");
      removed.push(path);
    },
  };
  const endpoint = {
    name: "embedded",
    modal: { volumes },
    describe: async () => ({ name: "embedded", workspace: "local", environment: "main", note: "" }),
  };
  const services = {
    connect: async () => endpoint,
    findRuns: async () => undefined,
    trash: async () => trash,
    operations: createOperations(),
    settings: {
      ...{ allowProduction: true, roots: undefined, workingFolder: "/", homeFolder: "/" },
      volumes: { fmi: "fmi-cache", fmiTest: "b", energyplus: "c", energyplusTest: "d" },
      useTestVolume: { fmi: false, energyplus: false },
    },
  } as unknown as Services;
  const nothing = () => {};
  const { signal } = new AbortController();
  const context = { services, signal, redact: (text: string) => text, progress: nothing, attach: nothing };
  const call = (args: object) => manageVolumeTool.run(manageVolumeTool.input.parse(args), context);
  return { call, go, trash, removed };
}

describe("manage_volume that takes longer than a call", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: [...TIMERS] }));
  afterEach(() => void vi.useRealTimers());

  test("hands back an operation, and tells its outcome to whoever comes with its id", async () => {
    const { call, go } = await makeContext();
    const calling = call({ action: "remove", paths: ["/a/x"] });
    await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(1));
    await vi.advanceTimersByTimeAsync(40_000);
    const first = await calling;
    expect(first).toMatchObject({ status: "running", items: [{ path: "/a/x" }], trash_id: null });
    expect(first.next_step).toContain(`"${first.operation_id}"`);
    go();
    const waited = await call({ action: "remove", operation_id: first.operation_id });
    expect(waited).toMatchObject({ status: "done", items: [{ path: "/a/x" }], operation_id: null });
    expect(waited.trash_id).toMatch(/^trash-/);
  });
});

test("manage_volume tells what a removal that stopped half-way has left, and keeps copies of all", async () => {
  const { call, go, trash, removed } = await makeContext();
  go();
  const error = await catchToolError(() => call({ action: "remove", paths: ["/a/x", "/b/x"] }));
  const [kept] = await trash.list();
  expect(error).toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("1 of 2 were removed"),
  });
  expect(error.remedy).toContain(kept?.trash_id);
  expect(kept?.files).toHaveLength(2);
  expect(removed).toEqual(["/a/x"]);
});

test("manage_volume downloads no two files to one place", async () => {
  const { call } = await makeContext();
  const to = await temporaryFolder();
  const error = await catchToolError(() => call({ action: "download", paths: ["/a/x", "/b/x"], to }));
  expect(error).toMatchObject({
    code: "invalid_argument",
    message: expect.stringContaining("/b/x".slice(1)),
  });
});
