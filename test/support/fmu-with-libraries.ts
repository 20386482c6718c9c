import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { modelDescriptionXml } from "./model-description-xml.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { writeZip } from "./zip.ts";

/** A library beside an FMU's own: `lib<name>.so`, of C or C++ text, needing those of these names. */
export interface BesideLibrary {
  name: string;
  language: "c" | "c++";
  text: string;
  needs?: string[];
}

const SOURCE = fileURLToPath(new URL("../fixtures/fmus/steps-2.c", import.meta.url));

/** An FMU for Linux x86-64 whose library needs all of these; no SONAME says what they are, no RUNPATH where. */
export async function fmuWithLibraries(libraries: readonly BesideLibrary[]): Promise<Uint8Array> {
  const folder = await temporaryFolder();
  const build = (language: "c" | "c++", input: string, ...args: string[]) =>
    execFileSync(
      language === "c" ? "gcc" : "g++",
      ["-shared", "-fPIC", "-L.", "-Wl,--no-as-needed", ...args],
      { cwd: folder, input },
    );
  const link = (names: readonly string[]) => names.map((name) => `-l${name}`);
  for (const { name, language, text, needs = [] } of libraries)
    build(language, text, "-o", `lib${name}.so`, "-x", language, "-", ...link(needs));
  const own = ["-o", "model.so", '-DINSTANTIATION_TOKEN="{token}"', SOURCE];
  build("c", "", ...own, ...link(libraries.map(({ name }) => name)));
  const xml = modelDescriptionXml({
    interfaces: '<CoSimulation modelIdentifier="model"/>',
    variables: '<ScalarVariable name="y" valueReference="2" causality="output"><Real/></ScalarVariable>',
  });
  const files = ["model.so", ...libraries.map(({ name }) => `lib${name}.so`)];
  const contents = await Promise.all(files.map((file) => readFile(join(folder, file))));
  return writeZip([
    { name: "modelDescription.xml", content: xml.replace(/guid="[^"]*"/, 'guid="{token}"') },
    ...files.map((file, index) => ({
      name: `binaries/linux64/${file}`,
      content: contents[index] ?? new Uint8Array(),
    })),
  ]);
}
