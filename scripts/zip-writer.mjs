import { deflateRawSync, crc32 as zlibCrc32 } from "node:zlib";

/* 1980-01-01 00:00, the earliest date a zip file knows: archives of the same content are the same bytes. */
const DOS_TIME = 0;
const DOS_DATE = 0x21;

/** CRC-32 of the zip format (`node:zlib` has it only from Node 20.15 on). */
function crc32(bytes) {
  if (zlibCrc32 !== undefined) return zlibCrc32(bytes);
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function header(signature, fields) {
  const buffer = Buffer.alloc(4 + fields.reduce((sum, [size]) => sum + size, 0));
  buffer.writeUInt32LE(signature);
  let offset = 4;
  for (const [size, value] of fields) offset = buffer.writeUIntLE(value, offset, size);
  return buffer;
}

/** A zip archive of `entries` ({ name, bytes }), deflated, byte-identical for the same content. */
export function zip(entries) {
  const files = [];
  const directory = [];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const path = Buffer.from(name);
    const packed = deflateRawSync(bytes, { level: 9 });
    const common = [
      [2, 20],
      [2, 0x0800],
      [2, 8],
      [2, DOS_TIME],
      [2, DOS_DATE],
      [4, crc32(bytes)],
      [4, packed.length],
      [4, bytes.length],
      [2, path.length],
      [2, 0],
    ];
    const local = header(0x04034b50, common);
    const central = header(0x02014b50, [[2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]]);
    files.push(local, path, packed);
    directory.push(central, path);
    offset += local.length + path.length + packed.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = header(0x06054b50, [
    [2, 0],
    [2, 0],
    [2, entries.length],
    [2, entries.length],
    [4, size],
    [4, offset],
    [2, 0],
  ]);
  return Buffer.concat([...files, ...directory, end]);
}
