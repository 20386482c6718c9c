import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { allocate, allocateString, loadLibrary, readString, viewMemory } from "../../src/fmi/library.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("loadLibrary", () => {
  test("calls a function of this process by address", () => {
    const strlen = loadLibrary(null).function("strlen", "size_t", ["uintptr_t"]);
    expect(strlen(allocateString("Grüße"))).toBe(7);
  });

  test("names the function that a library lacks", () => {
    expect(() => loadLibrary(null).function("fmi2Nothing", "int", [])).toThrow(
      "Cannot use the FMU's library: it does not export the function fmi2Nothing.",
    );
  });

  test("gives the loader's reason for a file that is no library", async () => {
    const path = join(await temporaryFolder(), "text.so");
    await writeFile(path, "text");
    expect(() => loadLibrary(path)).toThrow(/^Cannot load the FMU's library: .*too short/);
  });

  test.runIf(process.platform === "linux")(
    "finds a library beside the FMU's own that this one does not say where to look for",
    async () => {
      const folder = await temporaryFolder();
      const compile = async (name: string, code: string, ...options: string[]) => {
        await writeFile(join(folder, `${name}.c`), code);
        const files = ["-o", `${name}.so`, `${name}.c`, ...options];
        await promisify(execFile)("cc", ["-shared", "-fPIC", ...files], { cwd: folder });
        return join(folder, `${name}.so`);
      };
      await compile("sibling", "int five(void) { return 5; }", "-Wl,-soname,sibling.so");
      const path = await compile("fmu", "int five(void); int ten(void) { return 2 * five(); }", "sibling.so");
      expect(loadLibrary(path).function("ten", "int", [])()).toBe(10);
    },
  );

  test("finds no address for a symbol that is not there", () => {
    expect(loadLibrary(null).findAddress("fmi2Nothing")).toBeUndefined();
  });
});

test("allocate gives zeroed memory that native code and JavaScript share", () => {
  const { address, buffer } = allocate(16);
  expect([...new Uint8Array(buffer)]).toEqual(new Array(16).fill(0));
  new Uint8Array(buffer)[3] = 7;
  expect(new Uint8Array(viewMemory(address, 16))[3]).toBe(7);
});

test("readString takes NULL for the empty text", () => {
  expect(readString(0)).toBe("");
});
