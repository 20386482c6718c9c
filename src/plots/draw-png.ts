import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { encodePng } from "./encode-png.ts";
import { FONT_FAMILY } from "./theme.ts";

/** Files that the build puts beside the program; the library that draws has no fonts of its own. */
export const PLOT_FILES = { library: "resvg.wasm", font: "DejaVuSans.ttf" } as const;

/** Turns SVG into PNG bytes, enlarged. */
export type DrawPng = (svg: string, scale: number) => Uint8Array;

/** Loads the library and the font from a folder that holds {@link PLOT_FILES}; once in a process. */
export async function loadDrawPng(folder: string): Promise<DrawPng> {
  const [library, font] = await Promise.all([
    readFile(join(folder, PLOT_FILES.library)),
    readFile(join(folder, PLOT_FILES.font)),
  ]);
  await initWasm(library);
  const [family = ""] = FONT_FAMILY.split(",");
  const options = { fontBuffers: [font], defaultFontFamily: family, sansSerifFamily: family };
  return (svg, scale) => {
    const drawing = new Resvg(svg, { font: options, fitTo: { mode: "zoom", value: scale } });
    const image = drawing.render();
    try {
      return encodePng(image.pixels, image.width, image.height);
    } finally {
      // Both are memory of the library's own, which no collector frees.
      image.free();
      drawing.free();
    }
  };
}
