import { crc32, deflateSync } from "node:zlib";

/** As many colours as a byte can number. */
const MOST_COLOURS = 256;

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/**
 * Encodes opaque RGBA pixels as a PNG of at most 256 colours (PNG 3rd edition, sections 5 and 11): the most frequent are kept,
 * others become the nearest of these. A chart has some hundred, most of them on the edges of lines: a third of the size of true colour.
 */
export function encodePng(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const colours = new Uint32Array(pixels.length / 4);
  for (let i = 0; i < colours.length; i++)
    colours[i] = ((pixels[4 * i] ?? 0) << 16) | ((pixels[4 * i + 1] ?? 0) << 8) | (pixels[4 * i + 2] ?? 0);
  const palette = mostFrequent(colours);
  const numbers = new Map(palette.map((colour, number) => [colour, number]));
  const rows = new Uint8Array(height * (width + 1));
  let last = -1;
  let number = 0;
  for (let row = 0, at = 0; row < height; row++) {
    // A row begins with the number of its filter: 0, none, is best for palettes.
    const start = row * (width + 1) + 1;
    for (let column = 0; column < width; column++, at++) {
      const colour = colours[at] as number;
      // Most pixels are as the one before.
      if (colour !== last) number = numbers.get(colour) ?? addNearest(numbers, palette, colour);
      last = colour;
      rows[start + column] = number;
    }
  }
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  // Eight bits to a pixel that number a palette's entry.
  header.setUint8(8, 8);
  header.setUint8(9, 3);
  return concatenate([
    SIGNATURE,
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk(
      "PLTE",
      Uint8Array.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255])),
    ),
    chunk("IDAT", deflateSync(rows, { level: 7 })),
    chunk("IEND", new Uint8Array()),
  ]);
}

function mostFrequent(colours: Uint32Array): number[] {
  const counts = new Map<number, number>();
  for (let from = 0, to = 0; from < colours.length; from = to) {
    const colour = colours[from] as number;
    while (colours[to] === colour) to++;
    counts.set(colour, (counts.get(colour) ?? 0) + to - from);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.slice(0, MOST_COLOURS).map(([colour]) => colour);
}

function addNearest(numbers: Map<number, number>, palette: readonly number[], colour: number): number {
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [number, candidate] of palette.entries()) {
    const distance =
      ((candidate >> 16) - (colour >> 16)) ** 2 +
      (((candidate >> 8) & 255) - ((colour >> 8) & 255)) ** 2 +
      ((candidate & 255) - (colour & 255)) ** 2;
    if (distance < least) [least, nearest] = [distance, number];
  }
  numbers.set(colour, nearest);
  return nearest;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const named = concatenate([new TextEncoder().encode(type), data]);
  const framed = new DataView(new ArrayBuffer(8));
  framed.setUint32(0, data.length);
  framed.setUint32(4, crc32(named));
  const [length, checksum] = [framed.buffer.slice(0, 4), framed.buffer.slice(4)];
  return concatenate([new Uint8Array(length), named, new Uint8Array(checksum)]);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
