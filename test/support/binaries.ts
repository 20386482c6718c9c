/** What a hand-made library is to say of itself. */
export interface LibraryContent {
  needed?: readonly string[];
  exports?: readonly string[];
  /** ELF: symbol versions wanted of the first needed library. */
  versions?: readonly string[];
  machine?: number;
}

/** A string table that starts with the empty string. */
function stringTable(): { add(text: string): number; bytes(): Buffer } {
  let bytes = Buffer.from([0]);
  return {
    add: (text) => {
      const at = bytes.length;
      bytes = Buffer.concat([bytes, Buffer.from(`${text}\0`)]);
      return at;
    },
    bytes: () => bytes,
  };
}

function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => {
    bytes.writeUInt32LE(value >>> 0, index * 4);
  });
  return bytes;
}

/** A 64-bit ELF library, all of it in one segment at address 0. */
export function elfLibrary(content: LibraryContent): Uint8Array {
  const { needed = [], exports = [], versions = [], machine = 62 } = content;
  const strings = stringTable();
  const neededAt = needed.map(strings.add);
  const symbols = Buffer.alloc(24 * (exports.length + 1));
  exports.forEach((name, index) => {
    const at = (index + 1) * 24;
    symbols.writeUInt32LE(strings.add(name), at);
    symbols.writeUInt8(0x12, at + 4);
    symbols.writeUInt16LE(1, at + 6);
  });
  const hash = u32(0, exports.length + 1);
  const verneed = Buffer.alloc(16 + 16 * versions.length);
  verneed.writeUInt16LE(1, 0);
  verneed.writeUInt16LE(versions.length, 2);
  verneed.writeUInt32LE(neededAt[0] ?? 0, 4);
  verneed.writeUInt32LE(16, 8);
  versions.forEach((version, index) => {
    const at = 16 + index * 16;
    verneed.writeUInt32LE(strings.add(version), at + 8);
    verneed.writeUInt32LE(index + 1 < versions.length ? 16 : 0, at + 12);
  });
  const parts = [symbols, hash, verneed, strings.bytes()];
  const places: number[] = [];
  let end = 64 + 2 * 56;
  for (const part of parts) {
    places.push(end);
    end += part.length;
  }
  const tags: [number, number][] = [
    ...neededAt.map((at): [number, number] => [1, at]),
    ...([4, 5, 6].map((tag) => [tag, places[{ 4: 1, 5: 3, 6: 0 }[tag] ?? 0] ?? 0]) as [number, number][]),
    ...(versions.length > 0
      ? ([
          [0x6ffffffe, places[2] ?? 0],
          [0x6fffffff, 1],
        ] as [number, number][])
      : []),
    [0, 0],
  ];
  const dynamic = Buffer.concat(tags.map(([tag, value]) => u32(tag, 0, value, 0)));
  const header = Buffer.alloc(64 + 2 * 56);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]);
  header.writeUInt16LE(3, 16);
  header.writeUInt16LE(machine, 18);
  header.writeUInt32LE(64, 32);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(2, 56);
  const size = end + dynamic.length;
  header.writeUInt32LE(1, 64);
  header.writeUInt32LE(size, 64 + 32);
  header.writeUInt32LE(2, 120);
  header.writeUInt32LE(end, 120 + 8);
  header.writeUInt32LE(end, 120 + 16);
  header.writeUInt32LE(dynamic.length, 120 + 32);
  return new Uint8Array(Buffer.concat([header, ...parts, dynamic]));
}

/** A 64-bit Windows DLL with one section, at address 0x1000. */
export function peLibrary(content: LibraryContent): Uint8Array {
  const { needed = [], exports = [], machine = 0x8664 } = content;
  const start = 0x40;
  const optional = start + 24;
  const section = optional + 240;
  const data = section + 40;
  const address = (offset: number) => 0x1000 + offset;
  const imports = Buffer.alloc(20 * (needed.length + 1));
  const table = Buffer.alloc(40);
  const names = Buffer.alloc(4 * exports.length);
  const strings = stringTable();
  const stringsAt = imports.length + table.length + names.length;
  needed.forEach((name, index) => {
    imports.writeUInt32LE(address(stringsAt + strings.add(name)), index * 20 + 12);
  });
  exports.forEach((name, index) => {
    names.writeUInt32LE(address(stringsAt + strings.add(name)), index * 4);
  });
  table.writeUInt32LE(exports.length, 24);
  table.writeUInt32LE(address(imports.length + table.length), 32);
  const body = Buffer.concat([imports, table, names, strings.bytes()]);
  const header = Buffer.alloc(data);
  header.write("MZ", 0);
  header.writeUInt32LE(start, 0x3c);
  header.write("PE", start);
  header.writeUInt16LE(machine, start + 4);
  header.writeUInt16LE(1, start + 6);
  header.writeUInt16LE(240, start + 20);
  header.writeUInt16LE(0x2000, start + 22);
  header.writeUInt16LE(0x20b, optional);
  header.writeUInt32LE(16, optional + 108);
  header.writeUInt32LE(exports.length > 0 ? address(imports.length) : 0, optional + 112);
  header.writeUInt32LE(needed.length > 0 ? address(0) : 0, optional + 120);
  header.writeUInt32LE(body.length, section + 8);
  header.writeUInt32LE(0x1000, section + 12);
  header.writeUInt32LE(body.length, section + 16);
  header.writeUInt32LE(data, section + 20);
  return new Uint8Array(Buffer.concat([header, body]));
}

/** A 64-bit macOS library. */
export function machOLibrary(content: LibraryContent): Uint8Array {
  const { needed = [], exports = [], machine = 0x0100000c } = content;
  const commands = needed.map((name) => {
    const text = Buffer.from(`${name}\0`);
    return Buffer.concat([u32(0xc, 24 + text.length, 24, 0, 0, 0), text]);
  });
  const strings = stringTable();
  const symbols = exports.map((name) => {
    const entry = Buffer.alloc(16);
    entry.writeUInt32LE(strings.add(`_${name}`), 0);
    entry.writeUInt8(0x0f, 4);
    return entry;
  });
  const size = commands.reduce((sum, each) => sum + each.length, 24);
  const at = 32 + size;
  const table = u32(2, 24, at, symbols.length, at + 16 * symbols.length, strings.bytes().length);
  const header = u32(0xfeedfacf, machine, 0, 6, needed.length + 1, size, 0, 0);
  return new Uint8Array(Buffer.concat([header, ...commands, table, ...symbols, strings.bytes()]));
}

/** A universal macOS file of these. */
export function universal(slices: readonly Uint8Array[]): Uint8Array {
  const header = Buffer.alloc(8 + 20 * slices.length);
  header.writeUInt32BE(0xcafebabe, 0);
  header.writeUInt32BE(slices.length, 4);
  let offset = header.length;
  slices.forEach((slice, index) => {
    header.writeUInt32BE(offset, 8 + index * 20 + 8);
    header.writeUInt32BE(slice.length, 8 + index * 20 + 12);
    offset += slice.length;
  });
  return new Uint8Array(Buffer.concat([header, ...slices]));
}
