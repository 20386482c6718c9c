import { expect, test } from "vitest";
import { readErrText } from "../../src/energyplus/err-text.ts";

const COMPLETED = `Program Version,EnergyPlus, Version 25.2.0-cf7368216c, YMD=2026.11.23 19:04,
   ** Warning ** Weather file location will be used rather than entered (IDF) Location object.
   **   ~~~   ** ..Location object=USA IL-CHICAGO-OHARE
   ************* Beginning Simulation
   ** Severe  ** Temperature (high) out of bounds
   *************  ** Warning ** Low condenser dry-bulb temperature error continues...
   ************* EnergyPlus Completed Successfully-- 352 Warning; 1 Severe Errors; Elapsed Time=00hr 00min 15.16sec
`;

test("readErrText quotes messages with their continuation, without the summary of recurring ones", () => {
  expect(readErrText(COMPLETED).messages).toEqual([
    {
      severity: "warning",
      text: "Weather file location will be used rather than entered (IDF) Location object. ..Location object=USA IL-CHICAGO-OHARE",
    },
    { severity: "severe", text: "Temperature (high) out of bounds" },
  ]);
});

test("readErrText takes EnergyPlus's own counts from the last line", () => {
  expect(readErrText(COMPLETED).closing).toEqual({ completed: true, warnings: 352, severe: 1 });
});

test("readErrText tells a run that EnergyPlus ended", () => {
  const text = `   **  Fatal  ** Errors occurred on processing input file.
   ************* EnergyPlus Terminated--Fatal Error Detected. 3 Warning; 2 Severe Errors; Elapsed Time=00hr 00min  0.04sec`;
  expect(readErrText(text)).toEqual({
    messages: [{ severity: "fatal", text: "Errors occurred on processing input file." }],
    closing: { completed: false, warnings: 3, severe: 2 },
  });
});

test("readErrText has nothing to tell of a text that stops short", () => {
  expect(readErrText("Program Version,EnergyPlus\n")).toEqual({ messages: [], closing: undefined });
});
