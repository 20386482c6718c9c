import type { ByteView } from "./byte-view.ts";
import { countSymbols, type Dynamic, readDynamic } from "./elf-dynamic.ts";
import { isFmiFunction, type LibraryFacts, type LibraryTarget } from "./library-facts.ts";

const SHARED_OBJECT = 3;
const MOST_VERSIONS = 10_000;

const MACHINES: Readonly<Record<number, string>> = {
  3: "x86",
  8: "MIPS",
  20: "PowerPC",
  21: "PowerPC 64",
  22: "S/390",
  40: "arm",
  62: "x86-64",
  183: "arm64",
  243: "RISC-V",
  258: "LoongArch",
};
const SYSTEMS: Readonly<Record<number, string>> = { 0: "Linux", 3: "Linux", 6: "Solaris", 9: "FreeBSD" };

// Tags of the dynamic section (System V ABI, chapter 5).
const NEEDED = 1;
const RPATH = 15;
const RUNPATH = 29;
const VERNEED = 0x6ffffffe;
const VERNEEDNUM = 0x6fffffff;

/** Reads an ELF file; throws `invalid_fmu` where it is damaged. */
export function readElf(view: ByteView): LibraryFacts {
  const bits = view.u8(4) === 1 ? 32 : 64;
  const file = view.withEndian(view.u8(5) !== 2);
  const target: LibraryTarget = {
    system: SYSTEMS[file.u8(7)] ?? "another system",
    architecture: MACHINES[file.u16(18)] ?? `an unknown architecture (${file.u16(18)})`,
  };
  const dynamic = readDynamic(file, bits);
  return {
    format: "ELF",
    targets: [target],
    isSharedLibrary: file.u16(16) === SHARED_OBJECT && dynamic !== undefined,
    needed: dynamic?.texts(NEEDED) ?? [],
    searchPaths: [RUNPATH, RPATH].flatMap((tag) =>
      (dynamic?.texts(tag) ?? []).flatMap((text) => text.split(":").filter((path) => path !== "")),
    ),
    versions: dynamic === undefined ? [] : readVersions(file, dynamic),
    fmiFunctions: dynamic === undefined ? undefined : readExports(file, dynamic, bits),
  };
}

// Elf_Verneed: version, count, file, aux, next. Elf_Vernaux: hash, flags, other, name, next.
function readVersions(file: ByteView, dynamic: Dynamic): LibraryFacts["versions"] {
  const table = dynamic.offset(VERNEED);
  const count = dynamic.value(VERNEEDNUM) ?? 0;
  if (table === undefined) return [];
  const versions: { library: string; version: string }[] = [];
  let need = table;
  for (let index = 0; index < Math.min(count, MOST_VERSIONS); index += 1) {
    const library = dynamic.text(file.u32(need + 4));
    let entry = need + file.u32(need + 8);
    for (let each = 0; each < file.u16(need + 2) && versions.length < MOST_VERSIONS; each += 1) {
      versions.push({ library, version: dynamic.text(file.u32(entry + 8)) });
      const next = file.u32(entry + 12);
      if (next === 0) break;
      entry += next;
    }
    const next = file.u32(need + 12);
    if (next === 0 || versions.length >= MOST_VERSIONS) break;
    need += next;
  }
  return versions;
}

function readExports(file: ByteView, dynamic: Dynamic, bits: 32 | 64): string[] | undefined {
  const { symbols } = dynamic;
  const count = symbols === undefined ? undefined : countSymbols(file, dynamic, bits);
  if (symbols === undefined || count === undefined) return undefined;
  const [size, infoAt, sectionAt] = bits === 64 ? [24, 4, 6] : [16, 12, 14];
  const names: string[] = [];
  // The first symbol is always empty.
  for (let index = 1; index < count; index += 1) {
    const symbol = symbols + index * size;
    const isDefined = file.u16(symbol + sectionAt) !== 0;
    const isLocal = file.u8(symbol + infoAt) >> 4 === 0;
    if (!isDefined || isLocal) continue;
    const name = dynamic.text(file.u32(symbol));
    if (isFmiFunction(name)) names.push(name);
  }
  return names;
}
