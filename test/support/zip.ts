import { crc32, deflateRawSync } from "node:zlib";

/** One entry of a zip archive to write; what is given beside name and content may be a lie. */
export interface ZipEntry {
  name: string | Uint8Array;
  content?: string | Uint8Array;
  /** 0 store, 8 deflate (the default is store); any other number is written as it is, over stored content. */
  method?: number;
  /** Unix mode with its file type bits, for the external attributes. */
  mode?: number;
  flags?: number;
  /** Sizes and checksum to declare instead of the true ones. */
  size?: number;
  packedSize?: number;
  checksum?: number;
}

/** Writes a zip archive as its entries say, hostile ones included. */
export function writeZip(entries: readonly ZipEntry[], comment = ""): Uint8Array {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { local, central } = encodeEntry(entry, offset);
    locals.push(local);
    centrals.push(central);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return new Uint8Array(Buffer.concat([...locals, directory, end, Buffer.from(comment)]));
}

function encodeEntry(entry: ZipEntry, offset: number): { local: Buffer; central: Buffer } {
  const name = Buffer.from(entry.name as string);
  const content = Buffer.from((entry.content ?? "") as string);
  const method = entry.method ?? 0;
  const packed = method === 8 ? deflateRawSync(content) : content;
  // Shared by both headers: flags, method, time, date, checksum, sizes, length of the name.
  const shared = Buffer.alloc(22);
  shared.writeUInt16LE(entry.flags ?? 0x800, 0);
  shared.writeUInt16LE(method, 2);
  shared.writeUInt16LE(0x21, 6);
  shared.writeUInt32LE(entry.checksum ?? crc32(content), 8);
  shared.writeUInt32LE(entry.packedSize ?? packed.length, 12);
  shared.writeUInt32LE(entry.size ?? content.length, 16);
  shared.writeUInt16LE(name.length, 20);

  const localStart = Buffer.from([0x50, 0x4b, 3, 4, 20, 0]);
  const local = Buffer.concat([localStart, shared, Buffer.alloc(2), name, packed]);
  const centralStart = Buffer.from([0x50, 0x4b, 1, 2, 20, 3, 20, 0]);
  const centralEnd = Buffer.alloc(16);
  centralEnd.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 8);
  centralEnd.writeUInt32LE(offset, 12);
  return { local, central: Buffer.concat([centralStart, shared, centralEnd, name]) };
}
