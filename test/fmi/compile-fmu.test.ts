import { readdir, stat } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { bufferSource, openFileSource } from "../../src/fmi/archive/byte-source.ts";
import { inspectLibrary } from "../../src/fmi/binary/inspect-library.ts";
import { type CompileOptions, compileFmu } from "../../src/fmi/compile-fmu.ts";
import { findLayeredStandards } from "../../src/fmi/description/layered-standards.ts";
import { type Fmu, openFmu } from "../../src/fmi/fmu.ts";
import { loadLibrary } from "../../src/fmi/library.ts";
import { currentPlatform, PLATFORMS } from "../../src/fmi/platforms.ts";
import { catchToolError } from "../support/catch-tool-error.ts";
import { modelDescriptionXml } from "../support/model-description-xml.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeZip } from "../support/zip.ts";

const platform = currentPlatform(process.platform, process.arch);
const SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin";
const options = async (changes: Partial<CompileOptions> = {}): Promise<CompileOptions> => ({
  ...{ platform, cacheFolder: await temporaryFolder(), checksum: "abc", searchPath: SEARCH_PATH },
  timeoutMs: 60_000,
  ...changes,
});
const build = (content: string) =>
  `<?xml version="1.0"?><fmiBuildDescription fmiVersion="3.0">${content}</fmiBuildDescription>`;

async function fmuOf(version: string, files: Record<string, string>, interfaces?: string): Promise<Fmu> {
  const xml = modelDescriptionXml({ version, ...(interfaces !== undefined && { interfaces }) });
  const entries = Object.entries({ "modelDescription.xml": xml, ...files }).map(([name, content]) => ({
    ...{ name, content },
  }));
  return openFmu(bufferSource(writeZip(entries)), "sources.fmu");
}

const compile = async (fmu: Fmu, settings: CompileOptions) => {
  const { coSimulation } = fmu.description;
  if (coSimulation === undefined) throw new Error("no Co-Simulation");
  return compileFmu(fmu, coSimulation, settings);
};
const functionsOf = async (path: string | undefined) =>
  (await inspectLibrary(await openFileSource(path ?? ""), "library")).fmiFunctions;

describe("compileFmu", () => {
  test("builds FMI 3.0 by its buildDescription.xml, and finds it again in the cache", async () => {
    const fmu = await fmuOf("3.0", {
      "sources/buildDescription.xml": build(
        `<BuildConfiguration modelIdentifier="model"><SourceFileSet language="C99"><SourceFile name="a.c"/>
         <PreprocessorDefinition name="VALUE" value="7"/><IncludeDirectory name="include"/></SourceFileSet></BuildConfiguration>`,
      ),
      "sources/a.c": '#include "own.h"\nint fmi3DoStep(void) { return VALUE + OWN; }\n',
      "sources/include/own.h": "#define OWN 1\n",
    });
    const settings = await options();
    const library = await compile(fmu, settings);
    expect(await functionsOf(library)).toEqual(["fmi3DoStep"]);
    const made = await stat(library ?? "");
    expect(await compile(fmu, { ...settings, searchPath: "" })).toBe(library);
    expect((await stat(library ?? "")).mtimeMs).toBe(made.mtimeMs);
    expect(await readdir(settings.cacheFolder)).toHaveLength(1);
  });

  test("builds FMI 2.0 by its SourceFiles", async () => {
    const interfaces =
      '<CoSimulation modelIdentifier="model"><SourceFiles><File name="b.c"/></SourceFiles></CoSimulation>';
    const sources = {
      "sources/b.c": "#ifdef FMI2_OVERRIDE_FUNCTION_PREFIX\nint fmi2DoStep(void) { return 0; }\n#endif\n",
      "sources/unused.c": "this is no C",
    };
    const fmu = await fmuOf("2.0", sources, interfaces);
    expect(await functionsOf(await compile(fmu, await options()))).toEqual(["fmi2DoStep"]);
  });

  test("compiles each set of sources with its own definitions, and each file in its own language", async () => {
    const set = (language: string, file: string, value: number) =>
      `<SourceFileSet language="${language}"><SourceFile name="${file}"/>
       <PreprocessorDefinition name="VALUE" value="${value}"/></SourceFileSet>`;
    const fmu = await fmuOf("3.0", {
      "sources/buildDescription.xml": build(
        `<BuildConfiguration modelIdentifier="model">${set("C99", "a.c", 1)}${set("C99", "more/a.c", 5)}
         ${set("C++11", "b.cpp", 7)}</BuildConfiguration>`,
      ),
      // No C++: the pointer is not converted.
      "sources/a.c":
        "#include <stdlib.h>\nint other(void); int third(void);\n" +
        "int fmi3DoStep(void) { int *p = calloc(1, sizeof *p); return *p + VALUE + 10 * other() + 100 * third(); }\n",
      "sources/more/a.c": "int other(void) { return VALUE; }\n",
      "sources/b.cpp":
        'template <typename T> T same(T x) { return x; }\nextern "C" int third() { return same(VALUE); }\n',
    });
    const library = await compile(fmu, await options());
    expect(loadLibrary(library ?? "").function("fmi3DoStep", "int", [])()).toBe(751);
  });

  test("says which header of the standard the sources lack", async () => {
    const fmu = await fmuOf("2.0", { "sources/all.c": '#include "fmi2Functions.h"\n' });
    const settings = await options();
    const refused = await catchToolError(() => compile(fmu, settings));
    expect(refused.message).toContain("its sources use fmi2Functions.h, a header of the FMI standard");
    expect(await readdir(settings.cacheFolder)).toEqual([]);
  });

  test("gives the compiler's words where it fails", async () => {
    const fmu = await fmuOf("2.0", { "sources/all.c": "int broken( {\n" });
    const refused = await catchToolError(async () => compile(fmu, await options()));
    expect(refused.code).toBe("invalid_fmu");
    expect(refused.detail).toContain("all.c:1");
  });

  test("refuses a library whose functions carry a prefix", async () => {
    const fmu = await fmuOf("2.0", { "sources/all.c": "int model_fmi2DoStep(void) { return 0; }\n" });
    const settings = await options();
    const refused = await catchToolError(() => compile(fmu, settings));
    expect(refused.message).toContain('its functions are called "model_fmi2DoStep" and so on');
    expect(await readdir(settings.cacheFolder)).toEqual([]);
  });

  test("says so where there is no compiler, as always on Windows", async () => {
    const fmu = await fmuOf("2.0", { "sources/all.c": "int x;\n" });
    const windows = PLATFORMS.find(({ fmi3 }) => fmi3 === "x86_64-windows");
    for (const changes of [{ searchPath: "/nowhere" }, windows && { platform: windows }]) {
      const refused = await catchToolError(async () => compile(fmu, await options(changes)));
      expect(refused.message).toContain("brings source code only, and no C compiler was found");
    }
  });

  test("gives up at the time limit, and when it is cancelled", async () => {
    const fmu = await fmuOf("2.0", { "sources/all.c": "int x;\n" });
    const late = await catchToolError(async () => compile(fmu, await options({ timeoutMs: 1 })));
    expect(late.code).toBe("timed_out");
    const settings = await options({ signal: AbortSignal.abort(new Error("cancelled")) });
    await expect(compile(fmu, settings)).rejects.toThrow("cancelled");
  });

  test("knows an FMU without sources, and refuses builds that reach outside them", async () => {
    expect(await compile(await fmuOf("2.0", {}), await options())).toBeUndefined();
    for (const path of ["../a.c", "/etc/passwd", "missing.c"]) {
      const fmu = await fmuOf("3.0", {
        "sources/buildDescription.xml": build(
          `<BuildConfiguration modelIdentifier="model"><SourceFileSet><SourceFile name="${path}"/></SourceFileSet></BuildConfiguration>`,
        ),
      });
      const refused = await catchToolError(async () => compile(fmu, await options()));
      expect(refused.message).toMatch(/outside its sources|is missing/);
    }
  });
});

test("findLayeredStandards names manifests and WebAssembly", async () => {
  const fmu = await fmuOf("3.0", {
    "extra/org.fmi-standard.fmi-ls-bus/fmi-ls-manifest.xml":
      '<fmiLayeredStandardManifest xmlns:fmi-ls="http://fmi-standard.org/fmi-ls-manifest" fmi-ls:fmi-ls-name="org.fmi-standard.fmi-ls-bus" fmi-ls:fmi-ls-version="1.0.0" fmi-ls:fmi-ls-description="Buses"/>',
    "binaries/wasm32-wasip2/model.wasm": "",
  });
  expect(await findLayeredStandards(fmu.archive)).toEqual([
    { name: "org.fmi-standard.fmi-ls-bus", version: "1.0.0", description: "Buses" },
    { name: "fmi-ls-wasm", version: undefined, description: undefined },
  ]);
});
