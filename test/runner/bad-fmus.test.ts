import { describe, expect, test } from "vitest";
import { findGlibcVersion } from "../../src/fmi/binary/find-library.ts";
import { requiredFunctions } from "../../src/fmi/binary/required-functions.ts";
import { elfLibrary, type LibraryContent, peLibrary } from "../support/binaries.ts";
import { startTestRunner } from "../support/built-in-runner.ts";
import { changedFixture } from "../support/changed-fixture.ts";
import { modelDescriptionXml } from "../support/model-description-xml.ts";
import { bundledRunnerChild } from "../support/runner-child.ts";
import { writeZip, type ZipEntry } from "../support/zip.ts";

const child = bundledRunnerChild();
const functions = requiredFunctions(2, "co-simulation", "model");

const description = (attributes = "") =>
  modelDescriptionXml({ interfaces: `<CoSimulation modelIdentifier="model" ${attributes}/>` });

function fmuOf(xml: string, ...entries: ZipEntry[]): Uint8Array {
  return writeZip([{ name: "modelDescription.xml", content: xml }, ...entries]);
}

const withLibrary = (content: Uint8Array, xml = description()) =>
  fmuOf(xml, { name: "binaries/linux64/model.so", content });

const elf = (content: LibraryContent) => elfLibrary({ exports: functions, ...content });

/** The errors of a run of an FMU that is made up, or of a fixture. */
async function errorsOf(fmu: Uint8Array, environment = { PATH: process.env.PATH }): Promise<string[]> {
  const { run } = await startTestRunner(child.path, { environment }, { made: fmu });
  const { status, errors } = await run("made");
  expect(status).toBe("error");
  return errors;
}

describe.runIf(process.platform === "linux" && process.arch === "x64")(
  "what keeps an FMU from loading:",
  () => {
    test("binaries for another platform only", async () => {
      const dll = { name: "binaries/win64/model.dll", content: peLibrary({ exports: functions }) };
      expect(await errorsOf(fmuOf(description(), dll))).toEqual([
        "The FMU has no library model.so for this machine, Linux x86-64: it has binaries for Windows x86-64.",
      ]);
    });

    test("no binaries at all", async () => {
      expect(await errorsOf(fmuOf(description()))).toEqual([
        "The FMU has no library model.so for this machine, Linux x86-64: it has no binaries at all.",
      ]);
    });

    test("a library of another platform in this one's folder", async () => {
      expect(await errorsOf(withLibrary(elf({ machine: 183 })))).toEqual([
        "Cannot load the FMU's library: wrong platform: built for Linux arm64, this is Linux x86-64.",
      ]);
      expect(await errorsOf(withLibrary(peLibrary({})))).toEqual([
        "Cannot load the FMU's library: wrong platform: built for Windows x86-64, this is Linux x86-64.",
      ]);
    });

    test("a library that it needs and that is not there", async () => {
      expect(await errorsOf(withLibrary(elf({ needed: ["libc.so.6", "libfixture.so.3"] })))).toEqual([
        "Cannot load the FMU's library: needs libfixture.so.3, which is not on this computer.",
      ]);
    });

    test("a Python or MATLAB host, by its libraries", async () => {
      const host = description('needsExecutionTool="true"');
      expect(await errorsOf(withLibrary(elf({ needed: ["libpython3.8.so.1.0"] }), host))).toEqual([
        "Cannot load the FMU's library: needs libpython3.8.so.1.0, which is not on this computer; " +
          "needs a Python host on this computer (needsExecutionTool).",
      ]);
      expect(await errorsOf(withLibrary(elf({ needed: ["libmx.so"] }), host))).toEqual([
        "Cannot load the FMU's library: needs libmx.so, which is not on this computer; " +
          "needs a MATLAB host on this computer (needsExecutionTool).",
      ]);
    });

    test.runIf(findGlibcVersion() !== undefined)("a newer glibc", async () => {
      const library = elf({ needed: ["libc.so.6"], versions: ["GLIBC_2.99"] });
      expect(await errorsOf(withLibrary(library))).toEqual([
        `Cannot load the FMU's library: built for glibc 2.99, this computer has ${findGlibcVersion()}.`,
      ]);
    });

    test("functions that it does not export", async () => {
      const exports = functions.filter((name) => name !== "fmi2DoStep" && name !== "fmi2Terminate");
      expect(await errorsOf(withLibrary(elf({ exports })))).toEqual([
        "Cannot load the FMU's library: does not export fmi2Terminate, fmi2DoStep.",
      ]);
    });

    test("a file that is no library", async () => {
      expect(await errorsOf(withLibrary(Buffer.from("text")))).toEqual([
        expect.stringMatching(/^Cannot read the FMU "made.fmu": .*library/),
      ]);
    });

    test("sources, and no compiler", async () => {
      const sources =
        '<CoSimulation modelIdentifier="model"><SourceFiles><File name="a.c"/></SourceFiles></CoSimulation>';
      const fmu = fmuOf(modelDescriptionXml({ interfaces: sources }), {
        name: "sources/a.c",
        content: "int a;",
      });
      expect(await errorsOf(fmu, { PATH: "/nowhere" })).toEqual([expect.stringMatching(/compiler/)]);
    });
  },
);

describe("what keeps an FMU from being read:", () => {
  test("no archive", async () => {
    expect(await errorsOf(Buffer.from("this is no archive"))).toEqual([
      expect.stringMatching(/^Cannot read the FMU "made.fmu": /),
    ]);
  });

  test("an entry that unpacks to far more than it takes", async () => {
    const bomb = { name: "resources/bomb", content: new Uint8Array(300 * 1024 * 1024), method: 8 };
    expect(await errorsOf(fmuOf(description(), bomb))).toEqual([
      expect.stringMatching(/^Cannot read the FMU "made.fmu": /),
    ]);
  });

  test("a path that leads out of it", async () => {
    expect(await errorsOf(fmuOf(description(), { name: "../../etc/passwd", content: "x" }))).toEqual([
      expect.stringMatching(/^Cannot read the FMU "made.fmu": .*\.\.\/\.\.\/etc\/passwd/),
    ]);
  });

  test("Scheduled Execution alone", async () => {
    const { run } = await startTestRunner(child.path);
    expect((await run("scheduled-execution-3")).errors).toEqual([
      expect.stringMatching(/^Cannot simulate "ScheduledExecution": it is for Scheduled Execution only/),
    ]);
  });
});

describe.runIf(process.platform === "linux" && process.arch === "x64")("what FMUs do once loaded:", () => {
  const DURING = "at model time 0.4 s, the last point it reached";
  const SEGFAULT = "The FMU crashed (SIGSEGV: segmentation fault)";
  const BEFORE = "before initialization was done";

  test.each([
    ["crash-at-load-2", 0, `${SEGFAULT} ${BEFORE}.`],
    ["crash-at-instantiate-2", 0, `${SEGFAULT} ${BEFORE}.`],
    ["quirks-2", 1, `${SEGFAULT} ${BEFORE}.`],
    ["quirks-2", 2, `${SEGFAULT} ${BEFORE}.`],
    ["quirks-2", 3, `${SEGFAULT} ${DURING}.`],
    ["quirks-2", 4, `${SEGFAULT} ${DURING}.`],
    ["quirks-2", 7, `The FMU ended its process with exit code 3 ${DURING}.`],
    ["quirks-2", 8, `${SEGFAULT} ${DURING}.`],
    ["quirks-2", 12, `The FMU crashed (SIGFPE: arithmetic error) ${DURING}.`],
  ])("%s with quirk %i is told", async (name, quirk, message) => {
    const { run } = await startTestRunner(child.path);
    const { status, errors, facts } = await run(name, { inputs: { quirk } });
    expect([status, errors, facts?.partial]).toEqual(["error", [message], true]);
  });

  test("texts are kept up to a crash, too", async () => {
    const { run } = await startTestRunner(child.path);
    const { series } = await run("quirks-2", { inputs: { quirk: 3 }, output_variables: ["y", "said"] });
    const values = ["at 0 s", "at 0.1 s", "at 0.2 s", "at 0.3 s", "at 0.4 s"];
    expect(series).toMatchObject({ rows: 5, lists: { said: { type: "String", values } } });
  });

  test.each([5, 6])("a crash after the last result does not touch it (quirk %i)", async (quirk) => {
    const { run, log } = await startTestRunner(child.path);
    const { status, facts, messages } = await run("quirks-2", { inputs: { quirk } });
    expect([status, facts?.end, facts?.steps]).toEqual(["success", "completed", 10]);
    const words = "The FMU went wrong at its end, after the last result.";
    expect(log.join("\n")).toContain(words);
    expect(messages).toEqual([`The FMU's log has a warning or error: ${words}`]);
  });

  test("an end that does not come is cut off, and told so", async () => {
    const { run } = await startTestRunner(child.path);
    const { status, outputs, messages } = await run("quirks-2", { inputs: { quirk: 13 } });
    expect([status, outputs]).toEqual(["success", { y: 0 }]);
    expect(messages).toEqual([
      expect.stringContaining(
        "The FMU was ended 5 s after the last result: it had not come to its end by then.",
      ),
    ]);
  });

  // Steps are taken in C, and with `debug` in JavaScript.
  describe.each([false, true])("with debug %s,", (debug) => {
    test.each([
      [14, /fmi2DoStep returned the status "status -1" in the step from model time 0.4 s to 0.5 s\.$/],
      [15, /fmi2GetReal returned the status "status -1"\.$/],
    ])("a status below ok ends the run (quirk %i)", async (quirk, message) => {
      const { run } = await startTestRunner(child.path);
      const { status, errors, facts } = await run("quirks-2", { inputs: { quirk }, debug });
      expect([status, errors, facts?.time_reached]).toEqual(["error", [expect.stringMatching(message)], 0.4]);
    });

    test("steps that return a warning and do not log it are counted", async () => {
      const { run } = await startTestRunner(child.path);
      const { status, messages } = await run("quirks-2", { inputs: { quirk: 16 }, debug });
      expect(status).toBe("success");
      expect(messages).toContain(
        'Warning: fmi2DoStep returned the status "warning" in 6 steps, first in the step from 0.4 s.',
      );
    });

    test("a last successful time that is no number counts as none", async () => {
      const { run } = await startTestRunner(child.path);
      const ended = await run("quirks-2", { inputs: { quirk: 17 }, debug });
      expect([ended.facts?.end, ended.facts?.time_reached]).toEqual(["terminated_by_fmu", 0.4]);
      const discarded = await run("quirks-2", { inputs: { quirk: 18 }, debug });
      expect(discarded.errors).toEqual([
        expect.stringMatching(/"discard" in the step from model time 0.4 s to 0.5 s.*$/),
      ]);
    });
  });

  test("a Boolean other than 0 and 1 is recorded as true", async () => {
    const { run } = await startTestRunner(child.path);
    const { outputs, statistics } = await run("quirks-2", { output_variables: ["odd"] });
    expect(outputs).toEqual({ odd: true });
    expect(statistics).toMatchObject({ odd: { max: 1 } });
  });

  test.each([
    [9, "a frame of 8 MiB on the stack"],
    [10, "a function of its own that Node exports too"],
  ])("quirk %i works: %s", async (quirk) => {
    const { run } = await startTestRunner(child.path);
    const { status, outputs } = await run("quirks-2", { inputs: { quirk } });
    expect([status, outputs]).toEqual(["success", { y: 1 }]);
  });

  test("a message from a thread of its own arrives, formatted, and the run goes on", async () => {
    const { run, log } = await startTestRunner(child.path);
    const { status, facts } = await run("quirks-2", { inputs: { quirk: 11 }, timeout_seconds: 5 });
    expect([status, facts?.end]).toEqual(["success", "completed"]);
    const said = log.filter((line) => line.includes("of thread"));
    expect(said).toHaveLength(6);
    expect(said[0]).toMatch(
      /WARNING.*FMU \[warning, logStatusWarning\] y of thread 2 at 0\.5 s: second line$/,
    );
  });

  test("another instantiation token", async () => {
    const fmu = await changedFixture("quirks-2", (xml) => xml.replace(/guid="[^"]*"/, 'guid="{other}"'));
    expect(await errorsOf(fmu)).toEqual([
      'Cannot simulate "Quirks": fmi2Instantiate made no instance. The FMU\'s last messages: ' +
        "[error] The GUID {other} is not that of this binary.",
    ]);
  });

  test("an execution tool that is not there is named beside what the FMU says", async () => {
    const fmu = await changedFixture("quirks-2", (xml) =>
      xml
        .replace(/guid="[^"]*"/, 'guid="{other}"')
        .replace("modal-fmi-mcp fixtures", "Simulink (R2024b)")
        .replace("<CoSimulation", '<CoSimulation needsExecutionTool="true"'),
    );
    expect((await errorsOf(fmu))[1]).toBe(
      "The FMU needs a MATLAB host on the computer that runs it (needsExecutionTool).",
    );
  });

  test("a model description with flaws that can be passed over is run, and they are told", async () => {
    const fmu = await changedFixture("quirks-2", (xml) =>
      xml.replace('causality="output"', 'causality="exit"'),
    );
    const { run } = await startTestRunner(child.path, {}, { made: fmu });
    const { status, messages, outputs } = await run("made", { output_variables: ["y"] });
    expect([status, outputs]).toEqual(["success", { y: 0 }]);
    expect(messages?.[0]).toMatch(
      /^modelDescription.xml, line 9: ScalarVariable "y" has causality="exit", not one of .* Passed over\.$/,
    );
  });
});
