import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findViolations, ROOMS } from "./support/architecture.ts";

const SRC = fileURLToPath(new URL("../src", import.meta.url));

async function readSources(): Promise<Map<string, string>> {
  const files = (await readdir(SRC, { recursive: true })).filter((file) => file.endsWith(".ts"));
  const entries = files.map(
    async (file) => [file.replaceAll("\\", "/"), await readFile(join(SRC, file), "utf8")] as const,
  );
  return new Map(await Promise.all(entries));
}

test("src keeps to the import rules", async () => {
  const sources = await readSources();
  expect(sources.size).toBeGreaterThan(20);
  expect(findViolations(sources)).toEqual([]);
});

test("every room of the rules exists", async () => {
  const rooms = new Set(
    [...(await readSources()).keys()].map((file) => file.replace(/\.ts$/, "").split("/")[0]),
  );
  expect(Object.keys(ROOMS).filter((room) => !rooms.has(room))).toEqual([]);
});

test.each([
  ["tools/run.ts", 'import { connect } from "../modal/connect.ts";', "endpoint"],
  ["tools/run.ts", 'const { x } = await import("../emulator/server.ts");', "endpoint"],
  ["server.ts", 'import { fmuTool } from "./tools/index.ts";', "fakes"],
  ["modal/volumes.ts", 'export { encode } from "../wire/codec.ts";', "shared with the emulator"],
  ["modal/volumes.ts", 'import { ModalClient } from "modal";', "reads files"],
  ["emulator/volumes.ts", 'import * as grpc from "@grpc/grpc-js";', "plain functions"],
  ["emulator/volumes.ts", 'import type { Modal } from "../modal/modal.ts";', "lean on"],
  ["fmi/archive.ts", 'import "zod";', "usable alone"],
  ["fmi/solver.ts", 'import koffi from "koffi";', "native code"],
  ["runs/store.ts", 'import type { X } from "../tools/tool.ts";', "came about"],
  ["modal/deploy.ts", 'import { spawn } from "node:child_process";', "name"],
  ["config.ts", "const home = process.env.HOME;", "main.ts"],
  ["log.ts", 'console.error("x");', "stdout"],
  ["runner/child.ts", 'process.stdout.write("x");', "stdout"],
  ["attic/x.ts", 'import { a } from "../errors.ts";', "no rule"],
])("findViolations refuses, in %s, %s", (file, text, reason) => {
  expect(findViolations(new Map([[file, text]])).join()).toContain(reason);
});

test.each([
  ["tools/run.ts", 'import type { Modal } from "../modal/modal.ts";'],
  ["tools/run.ts", 'import { type Modal, type Apps } from "../modal/modal.ts";'],
  ["tools/run.ts", 'import { defineTool } from "./tool.ts";'],
  ["modal/connect.ts", 'const { ModalClient } = await import("modal");'],
  ["modal/cli-process.ts", 'import { spawn } from "node:child_process";'],
  ["fmi/archive.ts", '// import "zod"\nconst url = "https://fmi-standard.org"; // process.env'],
  ["main.ts", 'console.error(process.env.HOME); import "zod";'],
])("findViolations allows, in %s, %s", (file, text) => {
  expect(findViolations(new Map([[file, text]]))).toEqual([]);
});

test("findViolations refuses a tool that imports another", () => {
  const sources = new Map([
    ["tools/a.ts", "export const aTool = defineTool({});"],
    ["tools/b.ts", 'import { aTool } from "./a.ts"; export const bTool = defineTool({});'],
    ["tools/index.ts", 'import { aTool } from "./a.ts";'],
  ]);
  expect(findViolations(sources)).toEqual(["tools/b.ts imports tools/a.ts: tools do not call each other"]);
});

test("findViolations follows imports to native code", () => {
  const sources = new Map([
    ["tools/run.ts", 'const { plan } = await import("../simulation/plan.ts");'],
    [
      "simulation/plan.ts",
      'import { read } from "../fmi/archive.ts"; import type { L } from "../fmi/library.ts";',
    ],
    ["fmi/archive.ts", ""],
    ["fmi/library.ts", 'import koffi from "koffi";'],
  ]);
  expect(findViolations(sources)).toEqual([]);
  sources.set("fmi/archive.ts", 'import { open } from "./library.ts";');
  expect(findViolations(sources)).toHaveLength(2);
});
