import { describe, expect, test } from "vitest";
import { type ListRequest, listEntries } from "../../src/catalog/list-entries.ts";
import type { Modal, VolumeEntry, VolumeInfo } from "../../src/modal/modal.ts";
import { catchToolError } from "../support/catch-tool-error.ts";

const VOLUME: VolumeInfo = { id: "vo-1", name: "fmi-cache", version: 2, createdAt: undefined };
const [A, B] = ["a".repeat(64), "b".repeat(64)];
const MAY = Date.parse("2026-05-01T00:00:00Z") / 1000;

const SIDECARS: Record<string, object> = {
  [`.modal-fmi/${A}.json`]: { file_name: "Ball.fmu", model_name: "BouncingBall", note: "for Monday" },
};

/** A volume whose files are listed in the order given, one day apart; reading is counted. */
function fakeVolume(paths: string[]) {
  const read: string[] = [];
  const entryOf = (path: string, index: number): VolumeEntry => ({
    path,
    type: path.endsWith("/") ? "directory" : "file",
    size: 10,
    modified: MAY + index * 86_400,
  });
  const all = paths.map(entryOf).map((entry) => ({ ...entry, path: entry.path.replace(/\/$/, "") }));
  const volumes = {
    async *entries(_volume: VolumeInfo, folder: string, { recursive }: { recursive: boolean }) {
      const below = folder === "" ? "" : `${folder}/`;
      for (const entry of all) {
        const rest = entry.path.startsWith(below) ? entry.path.slice(below.length) : "";
        if (rest !== "" && (recursive || !rest.includes("/"))) yield entry;
      }
    },
    async read(_volume: VolumeInfo, path: string) {
      read.push(path);
      const bytes = Buffer.from(JSON.stringify(SIDECARS[path.replace(/^\//, "")] ?? {}));
      return { bytes, size: bytes.length };
    },
  };
  const modal = { volumes } as unknown as Modal;
  const list = (request: Partial<ListRequest> = {}) =>
    listEntries(modal, VOLUME, {
      path: "/",
      recursive: false,
      search: undefined,
      modifiedSince: undefined,
      limit: 100,
      cursor: undefined,
      ...request,
    });
  return { list, read };
}

const FMUS = [`${B}.fmu`, ".modal-fmi/", `.modal-fmi/${A}.json`, "notes/", "notes/deep.txt", `${A}.fmu`];

const pathsOf = ({ entries }: { entries: { path: string }[] }) => entries.map(({ path }) => path);

describe("listEntries", () => {
  test("lists in the order of the paths, with what sidecars tell, and without their folder", async () => {
    const { list } = fakeVolume(FMUS);
    const listed = await list();
    expect(pathsOf(listed)).toEqual([`${A}.fmu`, `${B}.fmu`, "notes"]);
    expect(listed.entries[0]).toMatchObject({
      type: "file",
      size: 10,
      modified: "2026-05-06T00:00:00.000Z",
      sidecar: { file_name: "Ball.fmu", model_name: "BouncingBall", note: "for Monday" },
    });
    expect(listed.entries[1]?.sidecar).toBeUndefined();
    expect(listed.entries[2]?.type).toBe("directory");
    expect(listed.nextCursor).toBeUndefined();
  });

  test("lists a folder, all that is below, and the sidecars where they are named", async () => {
    const { list } = fakeVolume(FMUS);
    expect(pathsOf(await list({ path: "/notes" }))).toEqual(["notes/deep.txt"]);
    expect(pathsOf(await list({ recursive: true }))).toEqual([
      `${A}.fmu`,
      `${B}.fmu`,
      "notes",
      "notes/deep.txt",
    ]);
    expect(pathsOf(await list({ path: "/.modal-fmi" }))).toEqual([`.modal-fmi/${A}.json`]);
  });

  test.each([
    ["a path", "NOTES"],
    ["a file name", "ball.fmu"],
    ["a model name", "bouncing"],
    ["a note", "monday"],
  ])("searches in %s, whatever the case", async (_, search) => {
    const { list } = fakeVolume(FMUS);
    expect(pathsOf(await list({ search }))).toEqual([search === "NOTES" ? "notes" : `${A}.fmu`]);
    expect(pathsOf(await list({ search: "nowhere" }))).toEqual([]);
  });

  test("leaves out what is older", async () => {
    const { list } = fakeVolume(["a", "b", "c"]);
    expect(pathsOf(await list({ modifiedSince: MAY + 86_400 }))).toEqual(["b", "c"]);
  });

  test("pages without a gap or a repeat, also while entries are added", async () => {
    const first = await fakeVolume(["d", "b", "e", "a"]).list({ limit: 2 });
    expect(pathsOf(first)).toEqual(["a", "b"]);
    const grown = fakeVolume(["d", "b", "e", "a", "0", "c"]);
    const second = await grown.list({ limit: 2, cursor: first.nextCursor });
    expect(pathsOf(second)).toEqual(["c", "d"]);
    const last = await grown.list({ limit: 2, cursor: second.nextCursor });
    expect(pathsOf(last)).toEqual(["e"]);
    expect(last.nextCursor).toBeUndefined();
  });

  test("pages through what a search finds", async () => {
    const { list } = fakeVolume(["x1", "y", "x2", "x3"]);
    const first = await list({ search: "x", limit: 2 });
    expect(pathsOf(first)).toEqual(["x1", "x2"]);
    const second = await list({ search: "x", limit: 2, cursor: first.nextCursor });
    expect(pathsOf(second)).toEqual(["x3"]);
    expect(second.nextCursor).toBeUndefined();
  });

  test("gives no cursor where the page is full and nothing follows", async () => {
    expect((await fakeVolume(["a", "b"]).list({ limit: 2 })).nextCursor).toBeUndefined();
  });

  test("reads the sidecars of one page only", async () => {
    const others = ["c", "d", "e"].map((digit) => digit.repeat(64));
    const sidecars = others.map((checksum) => `.modal-fmi/${checksum}.json`);
    const { list, read } = fakeVolume([...others.map((checksum) => `${checksum}.fmu`), ...sidecars]);
    await list({ limit: 1 });
    expect(read).toEqual([`/.modal-fmi/${"c".repeat(64)}.json`]);
  });

  test.each(["", "not a cursor!", "YQ=="])("refuses the cursor %j", async (cursor) => {
    const error = await catchToolError(() => fakeVolume(["a"]).list({ cursor }));
    expect(error).toMatchObject({ code: "invalid_argument" });
    expect(error.remedy).toContain("`next_cursor`");
  });
});
