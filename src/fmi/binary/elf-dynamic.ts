import type { ByteView } from "./byte-view.ts";

const MOST_HEADERS = 4_096;
const MOST_TAGS = 100_000;
const MOST_SYMBOLS = 1_000_000;

// Segments and tags of the System V ABI, chapter 5; the GNU hash table is GNU's.
const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const DT_HASH = 4;
const DT_STRTAB = 5;
const DT_SYMTAB = 6;
const DT_GNU_HASH = 0x6ffffef5;

/** The dynamic section of an ELF file: what the loader goes by. */
export interface Dynamic {
  /** A tag's first value. */
  value(tag: number): number | undefined;
  /** Where in the file a tag's address lies. */
  offset(tag: number): number | undefined;
  /** The texts all values of a tag point at. */
  texts(tag: number): string[];
  /** The text at a place in the string table. */
  text(place: number): string;
  /** Where in the file the symbols begin. */
  symbols: number | undefined;
}

interface Segment {
  type: number;
  offset: number;
  address: number;
  fileSize: number;
}

/** Reads the dynamic section; undefined for a file without one, such as an object file. */
export function readDynamic(file: ByteView, bits: 32 | 64): Dynamic | undefined {
  const segments = readSegments(file, bits);
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  if (dynamic === undefined) return undefined;
  const tags = readTags(file, dynamic, bits);
  const toOffset = (address: number) => {
    const holder = segments.find(
      (each) => each.type === PT_LOAD && address >= each.address && address < each.address + each.fileSize,
    );
    if (holder === undefined) throw file.damaged("an address in it belongs to no segment");
    return address - holder.address + holder.offset;
  };
  const value = (tag: number) => tags.get(tag)?.[0];
  const offset = (tag: number) => {
    const address = value(tag);
    return address === undefined ? undefined : toOffset(address);
  };
  const strings = offset(DT_STRTAB);
  const text = (place: number) => {
    if (strings === undefined) throw file.damaged("it has names, but no table of them");
    return file.text(strings + place);
  };
  return {
    ...{ value, offset, text },
    texts: (tag) => (tags.get(tag) ?? []).map(text),
    symbols: offset(DT_SYMTAB),
  };
}

/** How many symbols there are: no tag tells it, so it is read off a hash table. Undefined without one. */
export function countSymbols(file: ByteView, dynamic: Dynamic, bits: 32 | 64): number | undefined {
  const hash = dynamic.offset(DT_HASH);
  const gnuHash = dynamic.offset(DT_GNU_HASH);
  const count =
    hash !== undefined
      ? file.u32(hash + 4)
      : gnuHash === undefined
        ? undefined
        : countByGnuHash(file, gnuHash, bits);
  if (count !== undefined && count > MOST_SYMBOLS) throw file.damaged("it has absurdly many symbols");
  return count;
}

// Buckets hold the first symbol of each chain; a chain ends where the lowest bit of a hash is set.
function countByGnuHash(file: ByteView, table: number, bits: 32 | 64): number {
  const buckets = file.u32(table);
  const firstSymbol = file.u32(table + 4);
  const bucketsAt = table + 16 + file.u32(table + 8) * (bits / 8);
  if (buckets > MOST_SYMBOLS) throw file.damaged("it has absurdly many symbols");
  let last = 0;
  for (let index = 0; index < buckets; index += 1) {
    last = Math.max(last, file.u32(bucketsAt + index * 4));
  }
  if (last < firstSymbol) return firstSymbol;
  const chains = bucketsAt + buckets * 4;
  while ((file.u32(chains + (last - firstSymbol) * 4) & 1) === 0) last += 1;
  return last + 1;
}

function readSegments(file: ByteView, bits: 32 | 64): Segment[] {
  const start = bits === 64 ? file.u64(32) : file.u32(28);
  const [sizeAt, countAt] = bits === 64 ? [54, 56] : [42, 44];
  const count = file.u16(countAt);
  if (count === 0) return [];
  if (count > MOST_HEADERS) throw file.damaged("it has absurdly many segments");
  const size = file.u16(sizeAt);
  return Array.from({ length: count }, (_, index) => readSegment(file, start + index * size, bits));
}

function readSegment(file: ByteView, at: number, bits: 32 | 64): Segment {
  return bits === 64
    ? {
        ...{ type: file.u32(at), offset: file.u64(at + 8) },
        ...{ address: file.u64(at + 16), fileSize: file.u64(at + 32) },
      }
    : {
        ...{ type: file.u32(at), offset: file.u32(at + 4) },
        ...{ address: file.u32(at + 8), fileSize: file.u32(at + 16) },
      };
}

function readTags(file: ByteView, segment: Segment, bits: 32 | 64): Map<number, number[]> {
  const tags = new Map<number, number[]>();
  const size = bits === 64 ? 16 : 8;
  const count = Math.min(Math.floor(segment.fileSize / size), MOST_TAGS);
  for (let index = 0; index < count; index += 1) {
    const at = segment.offset + index * size;
    // A tag is signed, but the low half tells the known ones apart.
    const tag = file.u32(at + (bits === 64 && isBigEndian(file) ? 4 : 0));
    if (tag === 0) break;
    const low = file.u32(at + size / 2);
    const value = bits === 32 ? low : readValue(file, at + 8);
    if (value === undefined) continue;
    const known = tags.get(tag);
    if (known === undefined) tags.set(tag, [value]);
    else known.push(value);
  }
  return tags;
}

// Some tags of vendors hold values that are no addresses.
function readValue(file: ByteView, at: number): number | undefined {
  const highAt = isBigEndian(file) ? at : at + 4;
  return file.u32(highAt) > 0x1fffff ? undefined : file.u64(at);
}

function isBigEndian(file: ByteView): boolean {
  return file.u8(5) === 2;
}
