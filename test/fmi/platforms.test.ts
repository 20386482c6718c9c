import { expect, test } from "vitest";
import type { ArchiveEntry } from "../../src/fmi/archive/archive-entries.ts";
import { currentPlatform, findLibraryPath, listPlatforms } from "../../src/fmi/platforms.ts";
import { catchToolError } from "../support/catch-tool-error.ts";

const files = (...paths: string[]): ArchiveEntry[] =>
  paths.map((path) => ({ path, isDirectory: false, size: 1 }));
const linux = currentPlatform("linux", "x64");

test.each([
  ["linux", "x64", "linux64", "x86_64-linux", ".so", "Linux x86-64"],
  ["win32", "x64", "win64", "x86_64-windows", ".dll", "Windows x86-64"],
  ["win32", "ia32", "win32", "x86-windows", ".dll", "Windows x86"],
  ["darwin", "x64", "darwin64", "x86_64-darwin", ".dylib", "macOS x86-64"],
  ["darwin", "arm64", "aarch64-darwin", "aarch64-darwin", ".dylib", "macOS arm64"],
  ["linux", "arm64", "aarch64-linux", "aarch64-linux", ".so", "Linux arm64"],
])("currentPlatform knows %s %s", (platform, arch, fmi2, fmi3, suffix, label) => {
  expect(currentPlatform(platform, arch)).toEqual({ fmi2, fmi3, suffix, label });
});

test.each([
  ["freebsd", "x64"],
  ["linux", "riscv64"],
])("currentPlatform refuses %s %s, which FMI has no name for", async (platform, arch) => {
  const error = await catchToolError(() => currentPlatform(platform, arch));
  expect(error.code).toBe("failed_precondition");
  expect(error.message).toContain(`${platform} ${arch}`);
});

test("listPlatforms names the platforms that have a shared library", () => {
  const entries = [
    ...files("binaries/win64/model.dll", "binaries/win64/model.exp", "binaries/x86_64-linux/model.so"),
    ...files("binaries/linux64/model.so", "binaries/darwin64/readme.txt", "resources/linux32/model.so"),
    { path: "binaries/win32", isDirectory: true, size: 0 },
  ];
  expect(listPlatforms(entries).map(({ label }) => label)).toEqual(["Linux x86-64", "Windows x86-64"]);
});

test("findLibraryPath tries the old folder name first for FMI 2.0, and the tuple alone for FMI 3.0", () => {
  const old = "binaries/linux64/model.so";
  const tuple = "binaries/x86_64-linux/model.so";
  expect(findLibraryPath(files(tuple, old), "model", 2, linux)).toBe(old);
  expect(findLibraryPath(files(tuple), "model", 2, linux)).toBe(tuple);
  expect(findLibraryPath(files(tuple, old), "model", 3, linux)).toBe(tuple);
  expect(findLibraryPath(files(old), "model", 3, linux)).toBeUndefined();
  expect(findLibraryPath(files(old), "other", 2, linux)).toBeUndefined();
});
