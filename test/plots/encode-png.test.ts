import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { encodePng } from "../../src/plots/encode-png.ts";

/** Reads a PNG of palette numbers back to RGB triples, row by row. */
function decode(png: Uint8Array): { width: number; height: number; colours: number[] } {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const chunks = new Map<string, Uint8Array>();
  for (let at = 8; at < png.length; ) {
    const length = view.getUint32(at);
    chunks.set(String.fromCharCode(...png.subarray(at + 4, at + 8)), png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const palette = chunks.get("PLTE") ?? new Uint8Array();
  const rows = inflateSync(chunks.get("IDAT") ?? new Uint8Array());
  const colours: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const number = rows[y * (width + 1) + 1 + x] as number;
      const [red = 0, green = 0, blue = 0] = palette.subarray(3 * number, 3 * number + 3);
      colours.push((red << 16) | (green << 8) | blue);
    }
  return { width, height, colours };
}

const pixelsOf = (colours: number[]) =>
  Uint8Array.from(colours.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255, 255]));

test("encodePng keeps every pixel of a picture of few colours", () => {
  const colours = [0xffffff, 0x0a66c2, 0xffffff, 0x000000, 0x0a66c2, 0x123456];
  expect(decode(encodePng(pixelsOf(colours), 3, 2))).toEqual({ width: 3, height: 2, colours });
});

test("encodePng keeps the frequent colours of a picture of many, and gives the others a near one", () => {
  const rare = Array.from({ length: 400 }, (_, index) => 0x404040 + index);
  const colours = [...Array.from({ length: 400 }, () => 0xff0000), ...rare];
  const decoded = decode(encodePng(pixelsOf(colours), 40, 20)).colours;
  expect(decoded.slice(0, 400)).toEqual(colours.slice(0, 400));
  expect(new Set(decoded).size).toBeLessThanOrEqual(256);
  for (const [index, colour] of decoded.slice(400).entries())
    expect(Math.abs((colour & 255) - ((rare[index] as number) & 255))).toBeLessThan(256);
});

test("encodePng writes the signature and the checksums that readers look for", () => {
  const png = encodePng(pixelsOf([0]), 1, 1);
  expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  // The last chunk of every PNG, whole.
  expect([...png.subarray(-12)]).toEqual([0, 0, 0, 0, 73, 69, 78, 68, 0xae, 0x42, 0x60, 0x82]);
});
