import { describe, expect, test } from "vitest";
import { ToolError } from "../../../src/errors.ts";
import { bufferSource, openFileSource } from "../../../src/fmi/archive/byte-source.ts";
import { inspectLibrary } from "../../../src/fmi/binary/inspect-library.ts";
import { openFmu } from "../../../src/fmi/fmu.ts";
import { elfLibrary, machOLibrary, peLibrary, universal } from "../../support/binaries.ts";
import { catchToolError } from "../../support/catch-tool-error.ts";

const inspect = (bytes: Uint8Array) => inspectLibrary(bytes, "test.fmu");
const CONTENT = {
  needed: ["libm.so.6", "libpython3.8.so.1.0"],
  exports: ["fmi2DoStep", "helper", "model_fmiDoStep"],
};
const FMI_FUNCTIONS = ["fmi2DoStep", "model_fmiDoStep"];

describe("inspectLibrary reads", () => {
  test("an ELF library, with the symbol versions it needs", async () => {
    expect(await inspect(elfLibrary({ ...CONTENT, versions: ["GLIBC_2.2.5", "GLIBC_2.38"] }))).toEqual({
      format: "ELF",
      targets: [{ system: "Linux", architecture: "x86-64" }],
      isSharedLibrary: true,
      needed: CONTENT.needed,
      searchPaths: [],
      versions: [
        { library: "libm.so.6", version: "GLIBC_2.2.5" },
        { library: "libm.so.6", version: "GLIBC_2.38" },
      ],
      fmiFunctions: FMI_FUNCTIONS,
    });
  });

  test("a Windows DLL", async () => {
    expect(await inspect(peLibrary({ ...CONTENT, machine: 0xaa64 }))).toMatchObject({
      ...{ format: "PE", targets: [{ system: "Windows", architecture: "arm64" }], isSharedLibrary: true },
      ...{ needed: CONTENT.needed, fmiFunctions: FMI_FUNCTIONS },
    });
  });

  test("a macOS library, for one processor and for two", async () => {
    const arm = machOLibrary(CONTENT);
    expect(await inspect(arm)).toMatchObject({
      ...{ format: "Mach-O", targets: [{ system: "macOS", architecture: "arm64" }], isSharedLibrary: true },
      ...{ needed: CONTENT.needed, fmiFunctions: FMI_FUNCTIONS },
    });
    const both = await inspect(
      universal([arm, machOLibrary({ machine: 0x01000007, exports: ["fmi2DoStep"] })]),
    );
    expect(both.targets.map(({ architecture }) => architecture)).toEqual(["arm64", "x86-64"]);
    expect(both.fmiFunctions).toEqual(FMI_FUNCTIONS);
  });

  test("the fixtures' libraries, through a source as well", async () => {
    for (const [name, symbol] of [
      ["van-der-pol-2", "fmi2DoStep"],
      ["van-der-pol-3", "fmi3DoStep"],
    ]) {
      const path = new URL(`../../fixtures/built/${name}.fmu`, import.meta.url).pathname;
      const fmu = await openFmu(await openFileSource(path), `${name}.fmu`);
      const entry = fmu.archive.entries.find((each) => each.path.endsWith(".so"));
      const bytes = await fmu.archive.readBytes(entry?.path ?? "", 10_000_000);
      await fmu.close();
      const facts = await inspectLibrary(bufferSource(bytes), "test.fmu");
      expect(facts.format).toBe("ELF");
      expect(facts.fmiFunctions).toContain(symbol);
      expect(facts).toEqual(await inspect(bytes));
    }
  });
});

test("inspectLibrary refuses what is no library, in words", async () => {
  for (const text of ["", "MZ", "#!/bin/sh\necho\n", "\xca\xfe\xba\xbe\0\0\0\x34"]) {
    const refused = await catchToolError(() => inspect(Buffer.from(text, "latin1")));
    expect(refused.code).toBe("invalid_fmu");
    expect(refused.message).toMatch(/neither an ELF, a PE nor a Mach-O file|is damaged/);
  }
});

test("inspectLibrary throws nothing but ToolErrors, whatever the header says", async () => {
  const seeds = [
    elfLibrary({ ...CONTENT, versions: ["GLIBC_2.38"] }),
    peLibrary(CONTENT),
    machOLibrary(CONTENT),
  ];
  seeds.push(universal([machOLibrary(CONTENT)]));
  let state = 1;
  // xorshift: the same numbers each time.
  const random = (below: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  let refused = 0;
  for (let round = 0; round < 4_000; round += 1) {
    const seed = seeds[round % seeds.length] ?? new Uint8Array();
    const bytes = seed.slice(0, random(10) === 0 ? random(seed.length) : seed.length);
    for (let change = 0; change < 4; change += 1) {
      if (bytes.length > 4) bytes[4 + random(bytes.length - 4)] = [0, 1, 0x7f, 0x80, 0xff][random(5)] ?? 0;
    }
    try {
      await inspect(bytes);
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(ToolError);
      refused += 1;
    }
  }
  expect(refused).toBeGreaterThan(100);
});
