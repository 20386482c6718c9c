import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readInputTable } from "../../src/inputs/read-input-table.ts";
import { catchToolError } from "../support/catch-tool-error.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { epwDays, epwFile } from "./epw-file.ts";

const AT_ZERO = { startTime: 0 };
const INLINE = { time: [0], columns: { u: [1] } };

test("readInputTable reads a file by its ending", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "site.EPW"), epwFile({ rows: epwDays(1, () => ({})) }));
  await writeFile(join(folder, "in.txt"), "t,u\n0,1\n");
  const weather = await readInputTable({ file: join(folder, "site.EPW") }, AT_ZERO);
  expect(weather.source).toBe('the weather file "site.EPW"');
  const table = await readInputTable({ file: join(folder, "in.txt") }, AT_ZERO);
  expect([...table.columns.keys()]).toEqual(["u"]);
});

test("readInputTable reads inline columns", async () => {
  expect((await readInputTable({ inline: INLINE }, AT_ZERO)).columns.has("u")).toBe(true);
});

test("readInputTable wants one source", async () => {
  expect((await catchToolError(() => readInputTable({}, AT_ZERO))).message).toContain("neither");
  const both = { file: "x", inline: INLINE };
  expect((await catchToolError(() => readInputTable(both, AT_ZERO))).message).toContain("both");
});
