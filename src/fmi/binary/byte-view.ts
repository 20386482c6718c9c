import type { ToolError } from "../../errors.ts";
import { invalidFmu } from "../invalid-fmu.ts";

const LONGEST_TEXT = 4_096;

/** Numbers and texts at places in a file; every function throws `invalid_fmu` for a place outside it. */
export interface ByteView {
  readonly size: number;
  u8(offset: number): number;
  u16(offset: number): number;
  u32(offset: number): number;
  /** Throws where it is beyond 2^53. */
  u64(offset: number): number;
  /** NUL-terminated, at most 4,096 bytes, as UTF-8. */
  text(offset: number): string;
  /** The same file with numbers the other way round, or this. */
  withEndian(littleEndian: boolean): ByteView;
  /** A part of it, with places of its own. */
  part(offset: number, length: number): ByteView;
  /** The error for a file that cannot be as it says: `problem` ends a sentence. */
  damaged(problem: string): ToolError;
}

/** A view of a shared library's bytes; the name is for messages. */
export function createByteView(bytes: Uint8Array, name: string, littleEndian = true): ByteView {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damaged = (problem: string) => invalidFmu(name, `its shared library is damaged: ${problem}`);
  const at = (offset: number, length: number) => {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + length > bytes.length) {
      throw damaged(`it has ${bytes.length} bytes, and its header points beyond them`);
    }
    return offset;
  };
  const view: ByteView = {
    size: bytes.length,
    u8: (offset) => data.getUint8(at(offset, 1)),
    u16: (offset) => data.getUint16(at(offset, 2), littleEndian),
    u32: (offset) => data.getUint32(at(offset, 4), littleEndian),
    u64: (offset) => {
      const value = data.getBigUint64(at(offset, 8), littleEndian);
      if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged("a number in its header is absurdly large");
      return Number(value);
    },
    text: (offset) => {
      const start = at(offset, 1);
      const window = bytes.subarray(start, start + LONGEST_TEXT);
      const end = window.indexOf(0);
      if (end < 0) throw damaged("a name in it has no end");
      return new TextDecoder().decode(window.subarray(0, end));
    },
    withEndian: (little) => (little === littleEndian ? view : createByteView(bytes, name, little)),
    part: (offset, length) =>
      createByteView(bytes.subarray(at(offset, length), offset + length), name, littleEndian),
    damaged,
  };
  return view;
}
