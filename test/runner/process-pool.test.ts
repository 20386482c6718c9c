import { execFile } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { createProcessPool } from "../../src/runner/process-pool.ts";
import { bundledRunnerChild } from "../support/runner-child.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const child = bundledRunnerChild();

function optionsFor(workDir: string) {
  return { childPath: child.path, workDir, environment: {}, platform: process.platform };
}

describe("createProcessPool", () => {
  test("hands out the spare, and each child once", async () => {
    const pool = createProcessPool(optionsFor(await temporaryFolder()));
    pool.refill();
    const first = await pool.take();
    const second = await pool.take();
    expect(first.pid).not.toBe(second.pid);
    await pool.close();
    expect([first.isAlive(), second.isAlive()]).toEqual([false, false]);
  });

  test("starts nothing once closed", async () => {
    const pool = createProcessPool(optionsFor(await temporaryFolder()));
    await pool.close();
    pool.refill();
    await expect(pool.take()).rejects.toThrow("closed");
  });

  test("a program that closes the pool ends by itself and leaves no folder, though the spare was idle", async () => {
    const folder = await temporaryFolder();
    const workDir = join(folder, "work");
    await mkdir(workDir);
    await build({
      entryPoints: [fileURLToPath(new URL("../../src/runner/process-pool.ts", import.meta.url))],
      ...({ bundle: true, platform: "node", format: "esm", logLevel: "error" } as const),
      outfile: join(folder, "pool.mjs"),
    });
    const program = `
      import { createProcessPool } from "./pool.mjs";
      const pool = createProcessPool(${JSON.stringify(optionsFor(workDir))});
      pool.refill();
      await pool.close();`;
    await writeFile(join(folder, "program.mjs"), program);
    await promisify(execFile)(process.execPath, [join(folder, "program.mjs")], { timeout: 10_000 });
    expect(await readdir(workDir)).toEqual([]);
  });
});
