import { expect, test } from "vitest";
import { volumesToSearch, volumeToWrite } from "../../src/catalog/fmu-volumes.ts";
import { catchToolError } from "../support/catch-tool-error.ts";

const settings = (testByDefault: boolean, allowProduction = true) => ({
  volumes: { fmi: "fmi-cache", fmiTest: "fmi-cache-test" },
  useTestVolume: { fmi: testByDefault },
  allowProduction,
});

test("volumeToWrite is the volume asked for", () => {
  expect(volumeToWrite(settings(false), false)).toBe("fmi-cache");
  expect(volumeToWrite(settings(false), true)).toBe("fmi-cache-test");
});

test("volumeToWrite refuses production where the configuration closes it", async () => {
  const closed = settings(false, false);
  expect(volumeToWrite(closed, true)).toBe("fmi-cache-test");
  const error = await catchToolError(() => volumeToWrite(closed, false));
  expect(error.code).toBe("permission_denied");
  expect(error.remedy).toContain("MODAL_FMI_ALLOW_PRODUCTION");
});

test("volumesToSearch is the volume asked for, else both with the configured one first", () => {
  expect(volumesToSearch(settings(false), true)).toEqual(["fmi-cache-test"]);
  expect(volumesToSearch(settings(true), false)).toEqual(["fmi-cache"]);
  expect(volumesToSearch(settings(false), undefined)).toEqual(["fmi-cache", "fmi-cache-test"]);
  expect(volumesToSearch(settings(true), undefined)).toEqual(["fmi-cache-test", "fmi-cache"]);
});
