import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { modelDescriptionXml } from "./model-description-xml.ts";
import { writeZip } from "./zip.ts";

/** Writes an FMU without binaries: enough to be checked, stored and found. Returns its path. */
export async function writeFmuFile(
  folder: string,
  fileName: string,
  modelName: string,
  content: string | Uint8Array = "",
  variables = "",
): Promise<string> {
  const path = join(folder, fileName);
  const xml = modelDescriptionXml({
    root: `modelName="${modelName}" guid="{t}" generationTool="Test Tool"`,
    variables,
  });
  const entries = [
    { name: "modelDescription.xml", content: xml },
    { name: "resources/content", content },
  ];
  await writeFile(path, writeZip(entries));
  return path;
}
