import { cleanPath } from "./archive/archive-entries.ts";
import type { InterfaceDescription } from "./description/model-description.ts";
import { createAttributeReader } from "./description/xml-attributes.ts";
import { readXmlElements, type XmlElement } from "./description/xml-elements.ts";
import type { Fmu } from "./fmu.ts";
import { invalidFmu, quote } from "./invalid-fmu.ts";
import type { Platform } from "./platforms.ts";

const BUILD_DESCRIPTION = "sources/buildDescription.xml";
const LARGEST = 16 * 1024 * 1024;
const SOURCE = /^sources\/[^/]+\.(?:c|cc|cpp|cxx)$/i;

/** How the sources in an FMU become a shared library. */
export interface SourceBuild {
  sets: readonly SourceSet[];
  /** Names for the linker, without `lib`. */
  libraries: readonly string[];
}

/** Sources of one language that are compiled alike. */
export interface SourceSet {
  /** Paths in the archive, `sources/model.c`. */
  files: readonly string[];
  /** Paths in the archive. */
  includeFolders: readonly string[];
  definitions: readonly { name: string; value: string | undefined }[];
  isCpp: boolean;
}

/**
 * How to build the library of an interface type from the FMU's sources: by `sources/buildDescription.xml`, by FMI 2.0's
 * `<SourceFiles>`, else by `all.c` or all sources at the top. Undefined for an FMU without sources. Throws `invalid_fmu`
 * for a build that names what is not there, or what lies outside the sources.
 */
export async function findSourceBuild(
  fmu: Pick<Fmu, "archive" | "name">,
  kind: InterfaceDescription,
  platform: Platform,
): Promise<SourceBuild | undefined> {
  const { archive, name } = fmu;
  if (!archive.entries.some(({ path, isDirectory }) => !isDirectory && path.startsWith("sources/")))
    return undefined;
  const described =
    archive.find(BUILD_DESCRIPTION) === undefined
      ? undefined
      : chooseConfiguration(await archive.readBytes(BUILD_DESCRIPTION, LARGEST), name, kind, platform);
  const build = described ?? { sets: [plainSet(listFiles(fmu, kind))], libraries: [] };
  const sets = build.sets.map((set) => ({
    ...set,
    files: set.files.map((file) => placeBelowSources(file, name)),
    includeFolders: set.includeFolders.map((folder) => placeBelowSources(folder, name)),
  }));
  const files = sets.flatMap((set) => set.files);
  if (files.length === 0) return undefined;
  for (const path of files) {
    if (archive.find(path)?.isDirectory !== false)
      throw invalidFmu(name, `its source file ${quote(path)} is missing`);
  }
  return { ...build, sets: sets.flatMap(splitByLanguage) };
}

/* The driver of one language takes the files of the other for its own. */
function splitByLanguage(set: SourceSet): SourceSet[] {
  const isCpp = (file: string) => set.isCpp || !/\.c$/i.test(file);
  return [false, true].flatMap((cpp) => {
    const files = set.files.filter((file) => isCpp(file) === cpp);
    return files.length === 0 ? [] : [{ ...set, files, isCpp: cpp }];
  });
}

function plainSet(files: readonly string[]): SourceSet {
  return { files, includeFolders: [], definitions: [], isCpp: false };
}

function listFiles({ archive }: Pick<Fmu, "archive">, kind: InterfaceDescription): string[] {
  if (kind.sourceFiles !== undefined && kind.sourceFiles.length > 0) return [...kind.sourceFiles];
  if (archive.find("sources/all.c") !== undefined) return ["all.c"];
  return archive.entries
    .filter(({ path, isDirectory }) => !isDirectory && SOURCE.test(path))
    .map(({ path }) => path.slice("sources/".length));
}

function placeBelowSources(path: string, name: string): string {
  const isOutside =
    path.startsWith("/") || path.includes("\\") || path.split("/").includes("..") || path.includes(":");
  if (isOutside) throw invalidFmu(name, `its build refers to ${quote(path)}, outside its sources`);
  const clean = cleanPath(path);
  return clean === "" ? "sources" : `sources/${clean}`;
}

function chooseConfiguration(
  xml: Uint8Array,
  fileName: string,
  { modelIdentifier }: InterfaceDescription,
  platform: Platform,
): SourceBuild | undefined {
  const configurations: { attributes: XmlElement["attributes"]; items: XmlElement[] }[] = [];
  let items: XmlElement[] = [];
  readXmlElements(
    xml,
    fileName,
    {
      root: () => {},
      item: (_, item) => void items.push(item),
      wants: (section) => section === "BuildConfiguration",
      section: ({ name, attributes }) => {
        if (name === "BuildConfiguration") configurations.push({ attributes, items });
        items = [];
      },
    },
    BUILD_DESCRIPTION,
  );
  const fitting = configurations.filter(({ attributes }) => attributes.modelIdentifier === modelIdentifier);
  const forPlatform = fitting.find(({ attributes }) =>
    [platform.fmi2, platform.fmi3].includes(attributes.platform ?? ""),
  );
  const chosen = forPlatform ?? fitting.find(({ attributes }) => attributes.platform === undefined);
  return chosen === undefined ? undefined : readConfiguration(chosen.items, fileName);
}

// Options for particular compilers are left out.
function readConfiguration(items: readonly XmlElement[], fileName: string): SourceBuild {
  const read = createAttributeReader(fileName, BUILD_DESCRIPTION);
  const sets = items.filter(({ name }) => name === "SourceFileSet");
  return {
    sets: [
      ...sets.map(({ children, attributes }) => readSet(children, attributes.language, read)),
      readSet(items, undefined, read),
    ],
    libraries: items
      .filter(({ name }) => name === "Library")
      .map((each) => {
        const name = read.required(each, "name");
        if (!/^\w[\w.+-]*$/.test(name)) throw read.error(each, `${quote(name)} is no name for a library`);
        return name;
      }),
  };
}

function readSet(
  items: readonly XmlElement[],
  language: string | undefined,
  read: ReturnType<typeof createAttributeReader>,
): SourceSet {
  const named = (elementName: string) => items.filter(({ name }) => name === elementName);
  return {
    files: named("SourceFile").map((each) => read.required(each, "name")),
    includeFolders: named("IncludeDirectory").map((each) => read.required(each, "name")),
    definitions: named("PreprocessorDefinition")
      .filter((each) => !read.boolean(each, "optional"))
      .map((each) => {
        const name = read.required(each, "name");
        if (!/^[A-Za-z_]\w*$/.test(name))
          throw read.error(each, `${quote(name)} is no name for a definition`);
        return { name, value: each.attributes.value };
      }),
    isCpp: language?.trim().toUpperCase().startsWith("C++") ?? false,
  };
}
