import { TextDecoder } from "node:util";
import { ToolError } from "../../errors.ts";
import { invalidFmu, quote } from "../invalid-fmu.ts";

const CHUNK_BYTES = 64 * 1024;
const DECLARATION_BYTES = 256;

/** The name of the file that every FMU has. */
export const MODEL_DESCRIPTION = "modelDescription.xml";

/** Where a message about XML text should point. */
export interface XmlPlace {
  fileName: string;
  /** The file in the FMU; modelDescription.xml where it is left out. */
  document?: string;
  /** The line reached so far. */
  line(): number;
}

/**
 * The characters of an XML file, in chunks, decoded as its byte order mark or declaration says (UTF-8 where neither does).
 * Throws `invalid_fmu` for an encoding this program does not know and for bytes that are not of the encoding.
 */
export function* decodeXml(xml: Uint8Array, place: XmlPlace): Generator<string> {
  const encoding = findEncoding(xml);
  const { document = MODEL_DESCRIPTION } = place;
  const decoder = createDecoder(encoding, place.fileName, document);
  const fix = /^(?:iso-8859-1|latin1|windows-1252)$/.test(encoding) ? fixWindows1252 : undefined;
  for (let start = 0; start < xml.length; start += CHUNK_BYTES) {
    const text = decode(decoder, xml.subarray(start, start + CHUNK_BYTES), start + CHUNK_BYTES < xml.length);
    if (text === undefined) {
      const where = `${document} holds bytes that are not ${encoding}, after line ${place.line()}`;
      throw invalidFmu(place.fileName, where, {
        remedy: `Save ${document} in the encoding it declares.`,
      });
    }
    yield fix === undefined ? text : fix(text);
  }
}

function decode(decoder: TextDecoder, bytes: Uint8Array, stream: boolean): string | undefined {
  try {
    return decoder.decode(bytes, { stream });
  } catch {
    return undefined;
  }
}

function createDecoder(encoding: string, fileName: string, document: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (thrown) {
    if (thrown instanceof ToolError) throw thrown;
    throw invalidFmu(fileName, `${document} is in ${quote(encoding)}, an encoding not known here`, {
      remedy: `Save ${document} in UTF-8.`,
    });
  }
}

function findEncoding(xml: Uint8Array): string {
  const [first, second] = xml;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  if (first === 0x3c && second === 0x00) return "utf-16le";
  if (first === 0x00 && second === 0x3c) return "utf-16be";
  const start = Buffer.from(xml.subarray(0, DECLARATION_BYTES)).toString("latin1");
  const declared = /^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']/.exec(start)?.[1];
  const encoding = (declared ?? "utf-8").toLowerCase();
  // Readable as ASCII, so it is not UTF-16: some writers declare the encoding of their strings in memory.
  return encoding.startsWith("utf-16") || start.startsWith("\xef\xbb\xbf") ? "utf-8" : encoding;
}

// The characters of windows-1252 for 0x80 to 0x9f. Node's decoder leaves them as control characters in some versions.
const HIGH_CONTROLS = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

function fixWindows1252(text: string): string {
  return text.replace(/[\u0080-\u009f]/g, (character) =>
    HIGH_CONTROLS.charAt(character.charCodeAt(0) - 0x80),
  );
}
