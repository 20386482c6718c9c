import { type FmuArchive, openArchive } from "./archive/archive.ts";
import { ARCHIVE_LIMITS } from "./archive/archive-entries.ts";
import type { ByteSource } from "./archive/byte-source.ts";
import { readModelDescription } from "./description/known-descriptions.ts";
import type { ModelDescription } from "./description/model-description.ts";
import { invalidFmu, quote } from "./invalid-fmu.ts";
import { listPlatforms, type Platform } from "./platforms.ts";

const MODEL_DESCRIPTION = "modelDescription.xml";

/** An FMU that has been opened and read; nothing of it has been run. */
export interface Fmu {
  /** The file's name. */
  readonly name: string;
  readonly archive: FmuArchive;
  /** Shared between all that open the same one: read only. */
  readonly description: ModelDescription;
  /** Those it has shared libraries for. */
  readonly platforms: readonly Platform[];
  /** Closes the archive and its source. */
  close(): Promise<void>;
}

/**
 * Opens an FMU: checks its archive and reads its model description. Owns the source, as {@link openArchive} does.
 * Throws `invalid_fmu`, or what the source throws.
 */
export async function openFmu(source: ByteSource, name: string): Promise<Fmu> {
  const archive = await openArchive(source, name);
  try {
    checkModelDescription(archive);
    const xml = await archive.readBytes(MODEL_DESCRIPTION, ARCHIVE_LIMITS.xmlBytes);
    const description = readModelDescription(xml, name);
    const platforms = listPlatforms(archive.entries);
    return { name, archive, description, platforms, close: () => archive.close() };
  } catch (thrown) {
    await archive.close();
    throw thrown;
  }
}

function checkModelDescription(archive: FmuArchive): void {
  if (archive.find(MODEL_DESCRIPTION)?.isDirectory === false) return;
  const elsewhere = archive.entries.find(({ path }) => path.toLowerCase().endsWith("modeldescription.xml"));
  if (elsewhere === undefined) {
    throw invalidFmu(archive.name, "it is a zip archive without a modelDescription.xml, so it is no FMU", {
      remedy: "Give the path of an .fmu file.",
    });
  }
  const where = `its modelDescription.xml is at ${quote(elsewhere.path)}, not at the top of the archive`;
  throw invalidFmu(archive.name, where, {
    remedy: "Zip the content of the FMU's folder again, not the folder itself.",
  });
}
