import { expect, test } from "vitest";
import { decodeXml } from "../../../src/fmi/description/xml-text.ts";
import { catchToolError } from "../../support/catch-tool-error.ts";

const decode = (bytes: Uint8Array) => [...decodeXml(bytes, { fileName: "test.fmu", line: () => 3 })].join("");
const utf16le = (text: string) => Buffer.from(text, "utf16le");

test.each<[string, Uint8Array, string]>([
  ["UTF-8 by default", Buffer.from("<a>Größe €</a>"), "<a>Größe €</a>"],
  ["UTF-8 with a byte order mark", Buffer.from("\ufeff<a>ö</a>"), "<a>ö</a>"],
  [
    "ISO-8859-1",
    Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>\xf6\xb0</a>', "latin1"),
    "<a>ö°</a>",
  ],
  [
    "windows-1252",
    Buffer.from("<?xml version='1.0' encoding='Windows-1252'?><a>\x80\x96\xe9</a>", "latin1"),
    "<a>€–é</a>",
  ],
  [
    "UTF-16 with a byte order mark",
    utf16le('\ufeff<?xml version="1.0" encoding="UTF-16"?><a>ö</a>'),
    "<a>ö</a>",
  ],
  ["big-endian UTF-16", utf16le("\ufeff<a>ö</a>").swap16(), "<a>ö</a>"],
  ["UTF-16 without a byte order mark", utf16le("<a>ö</a>"), "<a>ö</a>"],
  [
    "UTF-8 that calls itself UTF-16",
    Buffer.from('<?xml version="1.0" encoding="utf-16"?><a>ö</a>'),
    "<a>ö</a>",
  ],
])("decodeXml reads %s", (_, bytes, end) => {
  const text = decode(bytes);
  expect(text.slice(-end.length)).toBe(end);
  expect(text.startsWith("<")).toBe(true);
});

test("decodeXml keeps a character whole that lies across two chunks", () => {
  const text = `<a>${"€".repeat(100_000)}</a>`;
  expect(decode(Buffer.from(text))).toBe(text);
});

test("decodeXml refuses bytes that are not of the encoding, a cut character at the end included", async () => {
  const error = await catchToolError(() => decode(Buffer.from("<a>\xf6</a>", "latin1")));
  expect(error.code).toBe("invalid_fmu");
  expect(error.message).toContain("bytes that are not utf-8, after line 3");
  await catchToolError(() => decode(Buffer.from("<a>€").subarray(0, 5)));
});
