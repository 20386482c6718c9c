import type { ByteView } from "./byte-view.ts";
import { isFmiFunction, type LibraryFacts, type LibraryTarget } from "./library-facts.ts";

const MACHINES: Readonly<Record<number, string>> = {
  7: "x86",
  16777223: "x86-64",
  12: "arm",
  16777228: "arm64",
  18: "PowerPC",
};
const UNIVERSAL = 0xcafebabe;
const UNIVERSAL_64 = 0xcafebabf;
const THIN_32 = 0xfeedface;
const THIN_64 = 0xfeedfacf;
/* A Java class begins with the same four bytes as a universal file; what follows is its version, 45 at least. */
const MOST_ARCHITECTURES = 44;
const MOST_COMMANDS = 100_000;
const MOST_SYMBOLS = 1_000_000;
const LIBRARY_KINDS = [6, 8];

// Load commands (mach-o/loader.h). Libraries that may be missing (0x80000018) are left out.
const SYMBOL_TABLE = 2;
const LOAD_LIBRARY = [0xc, 0x8000001f, 0x80000023];
const SEARCH_PATH = 0x8000001c;

type Slice = Omit<LibraryFacts, "format" | "versions" | "targets"> & { target: LibraryTarget };

/** Reads a Mach-O file, universal ones too; undefined where it is none, `invalid_fmu` where it is damaged. */
export function readMachO(view: ByteView): LibraryFacts | undefined {
  const slices = listSlices(view);
  const read = slices?.map(readSlice) ?? [];
  if (read.length === 0) return undefined;
  const union = (pick: (slice: Slice) => readonly string[]) => [...new Set(read.flatMap(pick))];
  const listed = read.every(({ fmiFunctions }) => fmiFunctions !== undefined);
  return {
    format: "Mach-O",
    targets: read.map(({ target }) => target),
    isSharedLibrary: read.every(({ isSharedLibrary }) => isSharedLibrary),
    needed: union(({ needed }) => needed),
    searchPaths: union(({ searchPaths }) => searchPaths),
    versions: [],
    fmiFunctions: listed ? union(({ fmiFunctions }) => fmiFunctions ?? []) : undefined,
  };
}

function listSlices(view: ByteView): ByteView[] | undefined {
  for (const littleEndian of [true, false]) {
    const file = view.withEndian(littleEndian);
    const magic = file.u32(0);
    if (magic === THIN_32 || magic === THIN_64) return [file];
  }
  const file = view.withEndian(false);
  const magic = file.u32(0);
  if (magic !== UNIVERSAL && magic !== UNIVERSAL_64) return undefined;
  const count = file.u32(4);
  if (count === 0 || count > MOST_ARCHITECTURES) return undefined;
  const wide = magic === UNIVERSAL_64;
  return Array.from({ length: count }, (_, index) => {
    const at = 8 + index * (wide ? 32 : 20);
    const slice = wide
      ? file.part(file.u64(at + 8), file.u64(at + 16))
      : file.part(file.u32(at + 8), file.u32(at + 12));
    const inner = slice.u32(0);
    const isNative = inner === THIN_32 || inner === THIN_64;
    return slice.withEndian(!isNative);
  });
}

function readSlice(file: ByteView): Slice {
  const magic = file.u32(0);
  if (magic !== THIN_32 && magic !== THIN_64) throw file.damaged("a part of it is no Mach-O file");
  const cpu = file.u32(4);
  const slice = {
    target: { system: "macOS", architecture: MACHINES[cpu] ?? `an unknown architecture (${cpu})` },
    isSharedLibrary: LIBRARY_KINDS.includes(file.u32(12)),
    needed: [] as string[],
    searchPaths: [] as string[],
    fmiFunctions: undefined as string[] | undefined,
  };
  const count = file.u32(16);
  if (count > MOST_COMMANDS) throw file.damaged("it has absurdly many load commands");
  let at = magic === THIN_64 ? 32 : 28;
  for (let index = 0; index < count; index += 1) {
    const command = file.u32(at);
    const size = file.u32(at + 4);
    if (size < 8) throw file.damaged("a load command in it has no size");
    if (LOAD_LIBRARY.includes(command)) slice.needed.push(file.text(at + file.u32(at + 8)));
    else if (command === SEARCH_PATH) slice.searchPaths.push(file.text(at + file.u32(at + 8)));
    else if (command === SYMBOL_TABLE) slice.fmiFunctions = readSymbols(file, at, magic === THIN_64);
    at += size;
  }
  return slice;
}

// Undefined where no symbol is exported at all: the list is elsewhere then.
function readSymbols(file: ByteView, command: number, wide: boolean): string[] | undefined {
  const symbols = file.u32(command + 8);
  const count = file.u32(command + 12);
  const strings = file.u32(command + 16);
  if (count > MOST_SYMBOLS) throw file.damaged("it has absurdly many symbols");
  const names: string[] = [];
  let exported = 0;
  for (let index = 0; index < count; index += 1) {
    const at = symbols + index * (wide ? 16 : 12);
    const kind = file.u8(at + 4);
    const isDebugging = (kind & 0xe0) !== 0;
    const isExternal = (kind & 0x01) !== 0;
    const isDefined = (kind & 0x0e) !== 0;
    if (isDebugging || !isExternal || !isDefined) continue;
    exported += 1;
    // The linker puts an underscore before the names of C.
    const name = file.text(strings + file.u32(at)).replace(/^_/, "");
    if (isFmiFunction(name)) names.push(name);
  }
  return exported === 0 ? undefined : names;
}
