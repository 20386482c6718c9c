import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startTestRunner } from "../support/built-in-runner.ts";
import { modelDescriptionXml } from "../support/model-description-xml.ts";
import { bundledRunnerChild } from "../support/runner-child.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { writeZip } from "../support/zip.ts";

const child = bundledRunnerChild();
const source = fileURLToPath(new URL("../fixtures/fmus/steps-2.c", import.meta.url));

/* What it starts would see the same environment. */
const ONE = `#include <stdio.h>
#include <stdlib.h>
__attribute__((constructor)) static void tell(void) { printf("search path: %s\\n", getenv("LD_LIBRARY_PATH")); }
int one(void) { return 1; }`;

/* Two libraries beside the FMU's own, one of which needs the other: no SONAME says what they are, no RUNPATH where. */
async function fmuWithSiblings(): Promise<Uint8Array> {
  const folder = await temporaryFolder();
  const build = (text: string, ...args: string[]) =>
    execFileSync("gcc", ["-shared", "-fPIC", "-L.", "-Wl,--no-as-needed", ...args], {
      ...{ cwd: folder, input: text },
    });
  build(ONE, "-o", "libone.so", "-x", "c", "-");
  build(
    "int one(void); int two(void) { return 2 * one(); }",
    ...["-o", "libtwo.so", "-x", "c", "-", "-lone"],
  );
  const token = '-DINSTANTIATION_TOKEN="{token}"';
  build("", "-o", "model.so", token, source, "-ltwo");
  const names = ["model.so", "libone.so", "libtwo.so"];
  const xml = modelDescriptionXml({
    interfaces: '<CoSimulation modelIdentifier="model"/>',
    variables: '<ScalarVariable name="y" valueReference="2" causality="output"><Real/></ScalarVariable>',
  });
  return writeZip([
    { name: "modelDescription.xml", content: xml.replace(/guid="[^"]*"/, 'guid="{token}"') },
    ...(await Promise.all(
      names.map(async (name) => ({
        name: `binaries/linux64/${name}`,
        content: await readFile(join(folder, name)),
      })),
    )),
  ]);
}

test.runIf(process.platform === "linux" && process.arch === "x64")(
  "libraries beside the FMU's own are found, whatever they do not say of themselves",
  async () => {
    const { run, log } = await startTestRunner(child.path, {}, { made: await fmuWithSiblings() });
    for (const round of ["unpacked", "from the library cache"]) {
      const { status, errors } = await run("made");
      expect([round, status, errors]).toEqual([round, "success", []]);
    }
    expect(log.filter((line) => line.includes("search path: (null)"))).toHaveLength(2);
  },
);
