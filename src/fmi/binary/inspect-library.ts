import type { ByteSource } from "../archive/byte-source.ts";
import { invalidFmu } from "../invalid-fmu.ts";
import { createByteView } from "./byte-view.ts";
import { readElf } from "./elf.ts";
import type { LibraryFacts } from "./library-facts.ts";
import { readMachO } from "./mach-o.ts";
import { readPe } from "./pe.ts";

const LARGEST = 1024 * 1024 * 1024;

/**
 * Reads the header of a shared library (ELF, PE or Mach-O) without loading it; the name is for messages. Throws
 * `invalid_fmu` for a file that is none of them, is damaged, or is larger than 1 GiB.
 */
export async function inspectLibrary(library: Uint8Array | ByteSource, name: string): Promise<LibraryFacts> {
  if (library instanceof Uint8Array) return inspectBytes(library, name);
  if (library.size > LARGEST) throw invalidFmu(name, "its shared library is larger than 1 GiB");
  return inspectBytes(await library.read(0, library.size), name);
}

function inspectBytes(bytes: Uint8Array, name: string): LibraryFacts {
  const view = createByteView(bytes, name);
  if (view.size >= 4) {
    const magic = view.u32(0);
    if (magic === 0x464c457f) return readElf(view);
    if ((magic & 0xffff) === 0x5a4d) return readPe(view);
    const found = readMachO(view);
    if (found !== undefined) return found;
  }
  throw invalidFmu(name, "its shared library is none: it is neither an ELF, a PE nor a Mach-O file");
}
