import type { ByteView } from "./byte-view.ts";
import { isFmiFunction, type LibraryFacts } from "./library-facts.ts";

const MACHINES: Readonly<Record<number, string>> = {
  332: "x86",
  34404: "x86-64",
  448: "arm",
  452: "arm",
  43620: "arm64",
};
const DLL = 0x2000;
const MOST_SECTIONS = 96;
const MOST_IMPORTS = 10_000;
const MOST_EXPORTS = 200_000;

interface Section {
  address: number;
  size: number;
  offset: number;
}

/** Reads a Windows DLL (PE format, by Microsoft's specification of it); throws `invalid_fmu` where it is damaged. */
export function readPe(file: ByteView): LibraryFacts {
  const start = file.u32(0x3c);
  if (file.u32(start) !== 0x4550) throw file.damaged("it is a program for DOS, not a library for Windows");
  const machine = file.u16(start + 4);
  const optional = start + 24;
  const magic = file.u16(optional);
  if (magic !== 0x10b && magic !== 0x20b) throw file.damaged("its header is of no known kind");
  const directories = optional + (magic === 0x20b ? 112 : 96);
  const directoryCount = file.u32(directories - 4);
  const directory = (index: number) => (index < directoryCount ? file.u32(directories + index * 8) : 0);
  const toOffset = createAddressMap(file, start);
  return {
    format: "PE",
    targets: [
      {
        system: "Windows",
        architecture: MACHINES[machine] ?? `an unknown architecture (${machine})`,
      },
    ],
    isSharedLibrary: (file.u16(start + 22) & DLL) !== 0,
    // What is loaded on its first use (directory 13) is not needed for loading.
    needed: readImports(file, directory(1), toOffset),
    searchPaths: [],
    versions: [],
    fmiFunctions: readExports(file, directory(0), toOffset),
  };
}

function createAddressMap(file: ByteView, start: number): (address: number) => number {
  const count = file.u16(start + 6);
  if (count > MOST_SECTIONS) throw file.damaged("it has absurdly many sections");
  const table = start + 24 + file.u16(start + 20);
  const sections = Array.from({ length: count }, (_, index): Section => {
    const at = table + index * 40;
    const size = Math.max(file.u32(at + 8), file.u32(at + 16));
    return { address: file.u32(at + 12), size, offset: file.u32(at + 20) };
  });
  return (address) => {
    const holder = sections.find((each) => address >= each.address && address < each.address + each.size);
    if (holder === undefined) throw file.damaged("an address in it belongs to no section");
    return address - holder.address + holder.offset;
  };
}

function readImports(file: ByteView, address: number, toOffset: (address: number) => number): string[] {
  if (address === 0) return [];
  const names: string[] = [];
  for (let at = toOffset(address); names.length < MOST_IMPORTS; at += 20) {
    const name = file.u32(at + 12);
    if (name === 0) return names;
    names.push(file.text(toOffset(name)));
  }
  throw file.damaged("it needs absurdly many libraries");
}

function readExports(file: ByteView, address: number, toOffset: (address: number) => number): string[] {
  if (address === 0) return [];
  const table = toOffset(address);
  const count = file.u32(table + 24);
  if (count > MOST_EXPORTS) throw file.damaged("it has absurdly many functions");
  if (count === 0) return [];
  const names = toOffset(file.u32(table + 32));
  const found: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const name = file.text(toOffset(file.u32(names + index * 4)));
    if (isFmiFunction(name)) found.push(name);
  }
  return found;
}
