import { execFileSync } from "node:child_process";
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bufferSource, openFileSource } from "../../src/fmi/archive/byte-source.ts";
import { requiredFunctions } from "../../src/fmi/binary/required-functions.ts";
import { type Fmu, openFmu } from "../../src/fmi/fmu.ts";
import { currentPlatform } from "../../src/fmi/platforms.ts";
import { type LoadingOptions, prepareLibrary } from "../../src/runner/fmu-library.ts";
import { createLibraryCache } from "../../src/runner/library-cache.ts";
import { modelDescriptionXml } from "../support/model-description-xml.ts";
import { fixturePath } from "../support/simulate-fixture.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeZip } from "../support/zip.ts";

const native = currentPlatform(process.platform, process.arch);

async function prepare(fmu: Fmu, libraryPath: string | undefined, changes: Partial<LoadingOptions> = {}) {
  const { coSimulation } = fmu.description;
  if (coSimulation === undefined) throw new Error("no Co-Simulation");
  const folder = await temporaryFolder();
  const libraries = createLibraryCache(folder, process.platform);
  const plan = { libraryPath, interface: { type: "co_simulation" as const, description: coSimulation } };
  return prepareLibrary(fmu, plan, join(folder, "fmu"), {
    ...{ platform: native, isNative: true, cacheFolder: join(folder, "compiled"), checksum: "abc" },
    ...{ searchPath: "/usr/local/bin:/usr/bin:/bin", signal: new AbortController().signal, libraries },
    ...{ timeoutMs: 60_000, tell: () => {} },
    ...changes,
  });
}

const sourceFmu = (text: string) =>
  openFmu(
    bufferSource(
      writeZip([
        {
          name: "modelDescription.xml",
          content: modelDescriptionXml({
            interfaces:
              '<CoSimulation modelIdentifier="model"><SourceFiles><File name="a.c"/></SourceFiles></CoSimulation>',
          }),
        },
        { name: "sources/a.c", content: text },
      ]),
    ),
    "source.fmu",
  );

describe("prepareLibrary", () => {
  test("unpacks library and resources", async () => {
    const fmu = await openFmu(await openFileSource(fixturePath("steps-2")), "steps.fmu");
    const found = await prepare(fmu, "binaries/linux64/Steps.so");
    if ("problem" in found) throw new Error(found.problem);
    await access(found.libraryPath);
    await access(join(found.resourcesPath ?? "", "about.txt"));
    await access(join(found.resourcesPath ?? "", "../modelDescription.xml"));
  });

  test("says that a library is for another platform", async () => {
    const fmu = await openFmu(await openFileSource(fixturePath("steps-2")), "steps.fmu");
    const platform = currentPlatform("linux", "arm64");
    expect(await prepare(fmu, "binaries/linux64/Steps.so", { platform, isNative: false })).toEqual({
      problem: "Cannot load the FMU's library: wrong platform: built for Linux x86-64, this is Linux arm64.",
    });
  });

  test.runIf(process.platform === "linux")(
    "takes a library that names the folder of what it needs, the resources say",
    async () => {
      const folder = await temporaryFolder();
      const build = (text: string, ...args: string[]) =>
        execFileSync("gcc", ["-shared", "-fPIC", "-x", "c", "-", ...args], { cwd: folder, input: text });
      build("int own(void) { return 42; }", "-o", "libown.so");
      const names = requiredFunctions(2, "co-simulation", "model");
      const functions = names.map((name) => `int ${name}(void) { return own(); }`).join("\n");
      const rpath = "-Wl,-rpath,$ORIGIN/../../resources";
      build(`int own(void);\n${functions}\n`, "-o", "model.so", "-L.", "-Wl,--no-as-needed", "-lown", rpath);
      const entry = async (name: string, file: string) => ({
        name,
        content: await readFile(join(folder, file)),
      });
      const model = await entry("binaries/linux64/model.so", "model.so");
      const openWith = async (libraryFolder: string) =>
        openFmu(
          bufferSource(
            writeZip([
              { name: "modelDescription.xml", content: modelDescriptionXml({}) },
              ...[model, await entry(`${libraryFolder}/libown.so`, "libown.so")],
            ]),
          ),
          "rpath.fmu",
        );
      expect(await prepare(await openWith("resources"), model.name)).not.toHaveProperty("problem");
      expect(await prepare(await openWith("resources/other"), model.name)).toEqual({
        problem: "Cannot load the FMU's library: needs libown.so, which is not on this computer.",
      });
    },
  );

  test("compiles the sources where there is no library, and says which functions are missing from it", async () => {
    const fmu = await sourceFmu(
      "int fmi2DoStep(void) { return 0; }\nint fmi2Instantiate(void) { return 0; }\n",
    );
    expect(await prepare(fmu, undefined)).toEqual({
      problem: expect.stringMatching(/^Cannot load the FMU's library: does not export fmi2FreeInstance, /),
    });
  });

  test("tells what the compiler says", async () => {
    const fmu = await sourceFmu("this is no C;\n");
    const log: string[] = [];
    const { problem } = Object(await prepare(fmu, undefined, { tell: (line) => log.push(line) }));
    expect(problem).toMatch(
      /^Cannot compile the FMU "\S+": .* It said: sources\/a\.c:1:.*error: .*\. Export the FMU with a binary/,
    );
    expect(log.join("\n")).toContain("this is no C");
  });
});
