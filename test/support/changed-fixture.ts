import { openArchive } from "../../src/fmi/archive/archive.ts";
import { openFileSource } from "../../src/fmi/archive/byte-source.ts";
import { fixturePath } from "./simulate-fixture.ts";
import { writeZip, type ZipEntry } from "./zip.ts";

/** A fixture FMU with a changed model description, with the files of these names only where some are named. */
export async function changedFixture(
  name: string,
  change: (xml: string) => string,
  isKept: (path: string) => boolean = () => true,
): Promise<Uint8Array> {
  const archive = await openArchive(await openFileSource(fixturePath(name)), name);
  const entries: ZipEntry[] = [];
  for (const { path } of archive.entries) {
    if (!isKept(path)) continue;
    const bytes = await archive.readBytes(path, 1e8);
    const isXml = path === "modelDescription.xml";
    entries.push({ name: path, content: isXml ? change(Buffer.from(bytes).toString()) : bytes });
  }
  await archive.close();
  return writeZip(entries);
}
