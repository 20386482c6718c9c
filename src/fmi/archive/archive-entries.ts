import { type Entry, getFileNameLowLevel } from "yauzl";
import { invalidFmu, quote } from "../invalid-fmu.ts";

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** What an FMU archive may hold at most; sizes in bytes. */
export const ARCHIVE_LIMITS = {
  archiveBytes: 2 * GIB,
  entries: 20_000,
  unpackedBytes: 4 * GIB,
  /** Unpacked over packed size, for entries above `ratioFromBytes`. */
  ratio: 200,
  ratioFromBytes: MIB,
  xmlBytes: 128 * MIB,
  pathCharacters: 1_024,
} as const;

/** A file or folder of the archive, by its clean path: forward slashes, no `.` segments, no slash at the end. */
export interface ArchiveEntry {
  readonly path: string;
  readonly isDirectory: boolean;
  /** Bytes unpacked, as the archive declares them; reading checks it. */
  readonly size: number;
}

/** An entry together with what is needed to read it. */
export interface CheckedEntry extends ArchiveEntry {
  readonly raw: Entry;
}

// The file type bits of a Unix mode, in the high half of the external attributes.
const TYPE_BITS = 0o170000;
const REGULAR_FILE = 0o100000;
const DIRECTORY = 0o040000;
const SYMBOLIC_LINK = 0o120000;

/** Collects the entries of one archive and refuses, by `invalid_fmu`, any that is not safe to unpack. */
export function createEntryCollector(fileName: string): {
  add(raw: Entry): void;
  entries(): readonly CheckedEntry[];
} {
  const byKey = new Map<string, CheckedEntry>();
  const parents = new Map<string, string>();
  let unpacked = 0;
  const refuse = (name: string, problem: string) =>
    invalidFmu(fileName, `its entry ${quote(name)} ${problem}`, { remedy: UNSAFE_REMEDY });

  const addParents = (path: string) => {
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
      const parent = path.slice(0, slash);
      const key = comparable(parent);
      if (parents.has(key)) return;
      parents.set(key, path);
    }
  };

  return {
    add(raw) {
      const name = getFileNameLowLevel(raw.generalPurposeBitFlag, raw.fileNameRaw, raw.extraFields, true);
      const problem = findNameProblem(name) ?? findStorageProblem(raw, name.endsWith("/"));
      if (problem !== undefined) throw refuse(name, problem);
      const path = cleanPath(name);
      if (path === "") return;
      const isDirectory = name.endsWith("/");
      const known = byKey.get(comparable(path));
      if (known !== undefined && !(isDirectory && known.isDirectory)) throw refuse(name, "is there twice");
      unpacked += raw.uncompressedSize;
      if (unpacked > ARCHIVE_LIMITS.unpackedBytes) throw refuse(name, "takes it over 4 GiB unpacked");
      addParents(path);
      byKey.set(comparable(path), { path, isDirectory, size: raw.uncompressedSize, raw });
    },
    entries() {
      for (const [key, entry] of byKey) {
        const below = parents.get(key);
        if (!entry.isDirectory && below !== undefined) {
          throw refuse(entry.path, `is a file, and the folder of ${quote(below)} too`);
        }
      }
      return [...byKey.values()];
    },
  };
}

const UNSAFE_REMEDY =
  "Do not use this file unless you trust where it is from; export the FMU again from the tool that made it.";

/** The path an entry's name stands for: `./` and doubled slashes taken out, no slash at the end. */
export function cleanPath(name: string): string {
  return name
    .split("/")
    .filter((segment) => segment !== "" && segment !== ".")
    .join("/");
}

// What two names share that name one file on a file system which ignores case (Windows, macOS).
function comparable(path: string): string {
  return path.normalize("NFC").toLowerCase();
}

function findNameProblem(name: string): string | undefined {
  if (name === "") return "has no name";
  if (name.length > ARCHIVE_LIMITS.pathCharacters) return "has a name longer than 1,024 characters";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name)) return "has a control character in its name";
  if (name.includes("\\")) return "has a back-slash in its name, where FMI wants forward slashes";
  if (name.startsWith("/")) return "has an absolute path";
  for (const segment of name.split("/")) {
    if (/^[A-Za-z]:/.test(segment)) return "has a drive letter in its path";
    // Windows drops dots and spaces at the end: ".. " is ".." there.
    if (segment !== "." && /^\.[. ]+$/.test(segment)) return "leads out of its folder";
  }
  return undefined;
}

function findStorageProblem(raw: Entry, isDirectory: boolean): string | undefined {
  if ((raw.generalPurposeBitFlag & 0x2041) !== 0) return "is encrypted";
  if (raw.compressionMethod !== 0 && raw.compressionMethod !== 8) {
    return `is packed with method ${raw.compressionMethod}, where FMI allows store and deflate only`;
  }
  const type = (raw.externalFileAttributes >>> 16) & TYPE_BITS;
  if (type === SYMBOLIC_LINK) return "is a symbolic link";
  if (type !== 0 && type !== REGULAR_FILE && type !== DIRECTORY) return "is no regular file";
  if (isDirectory) return raw.uncompressedSize > 0 ? "is a folder with content" : undefined;
  if (raw.compressionMethod === 0 && raw.compressedSize !== raw.uncompressedSize) {
    return "is stored, but declares two different sizes";
  }
  return findRatioProblem(raw);
}

function findRatioProblem({ uncompressedSize, compressedSize }: Entry): string | undefined {
  const large = uncompressedSize > ARCHIVE_LIMITS.ratioFromBytes;
  if (!large || uncompressedSize <= compressedSize * ARCHIVE_LIMITS.ratio) return undefined;
  return `unpacks to more than ${ARCHIVE_LIMITS.ratio} times its packed size (${uncompressedSize} bytes)`;
}
