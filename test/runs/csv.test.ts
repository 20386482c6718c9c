import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeCsv } from "../../src/runs/csv.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const column = (name: string, unit: string | undefined, ...values: number[]) => ({
  name,
  unit,
  values: Float64Array.from(values),
});

test("writeCsv writes a header with units and the values in full precision", async () => {
  const path = join(await temporaryFolder(), "a.csv");
  const result = await writeCsv(path, [
    column("time", "s", 0, 0.1, 0.1 + 0.2),
    column("h", "m", 1e-300, Number.NaN, Number.NEGATIVE_INFINITY),
    column("on", undefined, 1, 0, -0),
  ]);
  expect(result).toEqual({ rows: 3 });
  expect(await readFile(path, "utf8")).toBe(
    "time [s],h [m],on\r\n0,1e-300,1\r\n0.1,NaN,0\r\n0.30000000000000004,-Infinity,0\r\n",
  );
});

test("writeCsv quotes names as RFC 4180 says", async () => {
  const path = join(await temporaryFolder(), "a.csv");
  await writeCsv(path, [column("time", "s"), column('a[1,2] "x"', "m"), column("b\nc", undefined)]);
  expect(await readFile(path, "utf8")).toBe('time [s],"a[1,2] ""x"" [m]","b\nc"\r\n');
});

test("writeCsv streams a million rows whole", async () => {
  const path = join(await temporaryFolder(), "a.csv");
  const values = new Float64Array(1_000_000).fill(0.5);
  await writeCsv(path, [{ name: "time", unit: "s", values }]);
  expect((await stat(path)).size).toBe("time [s]\r\n".length + values.length * "0.5\r\n".length);
});

test("writeCsv makes a private file and leaves no other behind", async () => {
  const folder = await temporaryFolder();
  await writeCsv(join(folder, "a.csv"), [column("time", "s", 1)]);
  await writeCsv(join(folder, "a.csv"), [column("time", "s", 2)]);
  expect(await readdir(folder)).toEqual(["a.csv"]);
  expect((await stat(join(folder, "a.csv"))).mode & 0o777).toBe(0o600);
});

test("writeCsv refuses columns that differ in length and writes nothing", async () => {
  const folder = await temporaryFolder();
  const columns = [column("time", "s", 1), column("h", "m", 1, 2)];
  await expect(writeCsv(join(folder, "a.csv"), columns)).rejects.toThrow("differ in length");
  expect(await readdir(folder)).toEqual([]);
});

test("writeCsv quotes texts that hold commas, quotes or line ends", async () => {
  const path = join(await temporaryFolder(), "a.csv");
  const texts = { name: "s", unit: undefined, values: ["plain", 'a,"b"', "two\nlines"] };
  await writeCsv(path, [column("time", "s", 0, 1, 2), texts]);
  expect(await readFile(path, "utf8")).toBe('time [s],s\r\n0,plain\r\n1,"a,""b"""\r\n2,"two\nlines"\r\n');
});
