import { describe, expect, test } from "vitest";
import { startTestRunner } from "../support/built-in-runner.ts";
import { fmuWithLibraries } from "../support/fmu-with-libraries.ts";
import { bundledRunnerChild } from "../support/runner-child.ts";

const child = bundledRunnerChild();

/* What an FMU starts would see the same environment. */
const ONE = `#include <stdio.h>
#include <stdlib.h>
__attribute__((constructor)) static void tell(void) { printf("search path: %s\\n", getenv("LD_LIBRARY_PATH")); }
int one(void) { return 1; }`;
const TWO = "int one(void); int two(void) { return 2 * one(); }";

const FLOOD = `#include <stdio.h>
#include <stdlib.h>
__attribute__((constructor)) static void flood(void) {
  for (int i = 0; i < 20000; i++) printf("line %d %0100d\\n", i, 0);
  fprintf(stderr, "FATAL: no licence\\n");
  abort();
}`;

/* Printed as it is loaded, through objects of which Node has copies. */
const STREAMS = `#include <iostream>
#include <unistd.h>
static struct Talk {
  Talk() {
    std::cout << "cout says " << 1.5 << std::endl;
    std::cerr << "cerr says " << 2 << std::endl;
    std::clog << "clog says " << 3 << std::endl;
    std::cout << "environ is " << (environ && environ[0] ? "there" : "not there") << std::endl;
  }
} talk;`;

describe.runIf(process.platform === "linux" && process.arch === "x64")(
  "libraries beside the FMU's own",
  () => {
    test("are found, whatever they do not say of themselves", async () => {
      const made = await fmuWithLibraries([
        { name: "one", language: "c", text: ONE },
        { name: "two", language: "c", text: TWO, needs: ["one"] },
      ]);
      const { run, log } = await startTestRunner(child.path, {}, { made });
      for (const round of ["unpacked", "from the library cache"]) {
        const { status, errors } = await run("made");
        expect([round, status, errors]).toEqual([round, "success", []]);
      }
      expect(log.filter((line) => line.includes("search path: (null)"))).toHaveLength(2);
    });

    test("may print a flood, of which the last is told too: why it ended", async () => {
      const made = await fmuWithLibraries([{ name: "flood", language: "c", text: FLOOD }]);
      const { run, log } = await startTestRunner(child.path, {}, { made });
      expect((await run("made")).errors).toEqual([expect.stringContaining("SIGABRT")]);
      const said = log.join("\n");
      expect(said).toContain("has reached 1048576 bytes: of the rest, the last lines alone are told.");
      for (const words of ["line 0 ", "lines left out", "line 19999 ", "FATAL: no licence"])
        expect(said).toContain(words);
      expect(said.length).toBeLessThan(1.3 * 1024 * 1024);
    });

    test("may be of C++, and print by its streams", async () => {
      const made = await fmuWithLibraries([{ name: "talk", language: "c++", text: STREAMS }]);
      const { run, log } = await startTestRunner(child.path, {}, { made });
      expect(await run("made")).toMatchObject({ status: "success", errors: [] });
      const said = log.join("\n");
      for (const words of ["cout says 1.5", "cerr says 2", "clog says 3", "environ is there"])
        expect(said).toContain(words);
    });
  },
);
