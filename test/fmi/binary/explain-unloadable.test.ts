import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { explainUnloadable, type LoadingContext } from "../../../src/fmi/binary/explain-unloadable.ts";
import { createLibraryFinder, findGlibcVersion } from "../../../src/fmi/binary/find-library.ts";
import { inspectLibrary } from "../../../src/fmi/binary/inspect-library.ts";
import { requiredFunctions } from "../../../src/fmi/binary/required-functions.ts";
import { currentPlatform } from "../../../src/fmi/platforms.ts";
import { elfLibrary, machOLibrary, peLibrary, universal } from "../../support/binaries.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const LINUX = currentPlatform("linux", "x64");
const explain = async (bytes: Uint8Array, platform = LINUX, context: Partial<LoadingContext> = {}) =>
  explainUnloadable(await inspectLibrary(bytes, "test.fmu"), platform, { siblings: [], ...context });

describe("explainUnloadable says", () => {
  test("wrong platform", async () => {
    expect(await explain(peLibrary({}))).toEqual([
      "wrong platform: built for Windows x86-64, this is Linux x86-64",
    ]);
    expect(await explain(elfLibrary({ machine: 183 }))).toEqual([
      "wrong platform: built for Linux arm64, this is Linux x86-64",
    ]);
    const two = universal([machOLibrary({}), machOLibrary({ machine: 0x01000007 })]);
    expect(await explain(two)).toEqual([
      "wrong platform: built for macOS arm64 and macOS x86-64, this is Linux x86-64",
    ]);
    expect(await explain(two, currentPlatform("darwin", "arm64"))).toEqual([]);
    expect(await explain(peLibrary({}), currentPlatform("win32", "x64"))).toEqual([]);
  });

  test("which libraries are missing, beside those in the FMU and on the computer", async () => {
    const library = elfLibrary({ needed: ["libm.so.6", "libpython3.8.so.1.0", "libown.so"] });
    const context = { siblings: ["libown.so"], findLibrary: (name: string) => name === "libm.so.6" };
    expect(await explain(library, LINUX, context)).toEqual([
      "needs libpython3.8.so.1.0, which is not on this computer",
    ]);
  });

  test("nothing of Windows' and macOS' own libraries", async () => {
    const findLibrary = () => false;
    const dll = peLibrary({ needed: ["api-ms-win-crt-runtime-l1-1-0.dll", "OWN.dll", "other.dll"] });
    expect(
      await explain(dll, currentPlatform("win32", "x64"), { siblings: ["own.dll"], findLibrary }),
    ).toEqual(["needs other.dll, which is not on this computer"]);
    const dylib = machOLibrary({ needed: ["/usr/lib/libSystem.B.dylib", "@rpath/libown.dylib"] });
    const context = { siblings: ["libown.dylib"], findLibrary };
    expect(await explain(dylib, currentPlatform("darwin", "arm64"), context)).toEqual([]);
  });

  test("a newer glibc", async () => {
    const library = elfLibrary({
      needed: ["libc.so.6"],
      versions: ["GLIBC_2.9", "GLIBC_2.38", "GLIBC_PRIVATE"],
    });
    expect(await explain(library, LINUX, { glibcVersion: "2.36" })).toEqual([
      "built for glibc 2.38, this computer has 2.36",
    ]);
    expect(await explain(library, LINUX, { glibcVersion: "2.38" })).toEqual([]);
  });

  test("which host an execution tool is", async () => {
    const context = { needsExecutionTool: true };
    const python = elfLibrary({ needed: ["libpython3.8.so.1.0"] });
    expect(await explain(python, LINUX, context)).toEqual([
      "needs a Python host on this computer (needsExecutionTool)",
    ]);
    expect(await explain(elfLibrary({}), LINUX, { ...context, generationTool: "Simulink (R2024b)" })).toEqual(
      ["needs a MATLAB host on this computer (needsExecutionTool)"],
    );
    expect(await explain(elfLibrary({}), LINUX, { ...context, generationTool: "Tool 1" })).toEqual([
      "needs Tool 1 on this computer (needsExecutionTool)",
    ]);
  });

  test("which functions are not exported", async () => {
    const functions = requiredFunctions(2, "co-simulation", "model");
    const library = elfLibrary({ exports: functions.filter((name) => name !== "fmi2DoStep") });
    expect(await explain(library, LINUX, { functions })).toEqual(["does not export fmi2DoStep"]);
    const old = requiredFunctions(1, "model-exchange", "old");
    expect((await explain(elfLibrary({}), LINUX, { functions: old }))[0]).toMatch(
      /^does not export old_fmiInstantiateModel, .* and 6 more functions$/,
    );
  });
});

test("createLibraryFinder looks into the loader's cache and the folders", async () => {
  const folder = await temporaryFolder();
  const cache = join(folder, "cache");
  await mkdir(join(folder, "lib"));
  await writeFile(cache, "ld.so-cache\0libold.so.1\0/lib/libm.so.6\0");
  await writeFile(join(folder, "lib", "libown.so"), "");
  const find = createLibraryFinder(LINUX, [join(folder, "lib")], cache);
  expect(["libold.so.1", "libm.so.6", "libown.so", "libm.so"].map((name) => find?.(name))).toEqual([
    ...[true, true, true, false],
  ]);
  expect(createLibraryFinder(LINUX, [], join(folder, "none"))).toBeUndefined();
  expect(createLibraryFinder(currentPlatform("darwin", "arm64"), [], cache)).toBeUndefined();
});

test.runIf(process.platform === "linux")("createLibraryFinder finds the C library of this computer", () => {
  expect(createLibraryFinder(LINUX, [])?.("libc.so.6") ?? true).toBe(true);
});

test("findGlibcVersion gives a version, or nothing", () => {
  expect(findGlibcVersion() ?? "0.0").toMatch(/^\d+\.\d+/);
});
