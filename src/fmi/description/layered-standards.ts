import type { FmuArchive } from "../archive/archive.ts";
import { createAttributeReader } from "./xml-attributes.ts";
import { readXmlElements, type XmlElement } from "./xml-elements.ts";

const MANIFEST = /^extra\/[^/]+\/fmi-ls-manifest\.xml$/;
const LARGEST = 16 * 1024 * 1024;

/** A layered standard that an FMU follows beside FMI. */
export interface LayeredStandard {
  /** `org.fmi-standard.fmi-ls-bus` */
  name: string;
  version: string | undefined;
  description: string | undefined;
}

/**
 * The layered standards that an FMU declares by a manifest (FMI 3.0 section 2.6), in the order of the archive; a WebAssembly
 * binary counts as one, `fmi-ls-wasm`. Throws `invalid_fmu` for a manifest that cannot be read.
 */
export async function findLayeredStandards(archive: FmuArchive): Promise<LayeredStandard[]> {
  const manifests = archive.entries.filter(({ path, isDirectory }) => !isDirectory && MANIFEST.test(path));
  const found: LayeredStandard[] = [];
  for (const { path } of manifests) {
    found.push(parseManifest(await archive.readBytes(path, LARGEST), archive.name, path));
  }
  const hasWasm = archive.entries.some(({ path }) => /^binaries\/[^/]+\/[^/]+\.wasm$/.test(path));
  if (hasWasm && !found.some(({ name }) => name.includes("fmi-ls-wasm"))) {
    found.push({ name: "fmi-ls-wasm", version: undefined, description: undefined });
  }
  return found;
}

function parseManifest(xml: Uint8Array, fileName: string, path: string): LayeredStandard {
  const roots: XmlElement[] = [];
  const visitor = {
    root: (root: XmlElement) => void roots.push(root),
    ...{ section: () => {}, item: () => {}, wants: () => false },
  };
  readXmlElements(xml, fileName, visitor, path);
  const [root] = roots;
  // The attributes have a prefix of the writer's choice.
  const find = (attribute: string) =>
    Object.entries(root?.attributes ?? {}).find(([name]) => name.replace(/^.*:/, "") === attribute)?.[1];
  const name = find("fmi-ls-name");
  if (root === undefined || name === undefined) {
    const element = root ?? { name: "fmiLayeredStandardManifest", attributes: {}, children: [], line: 1 };
    throw createAttributeReader(fileName, path).error(element, "the manifest has no fmi-ls-name");
  }
  return { name, version: find("fmi-ls-version"), description: find("fmi-ls-description") };
}
