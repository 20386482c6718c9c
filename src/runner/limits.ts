import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { NativeFunction, NativeType } from "../fmi/library.ts";
import type { ProcessLimits } from "./child-messages.ts";

const PR_SET_PDEATHSIG = 1;
const PR_SET_NO_NEW_PRIVS = 38;
const SIGKILL = 9;
const RLIMIT_CPU = 0;
const RLIMIT_DATA = 2;
const RLIMIT_CORE = 4;
const LINE_BUFFERED = 1;
const F_GETFL = 3;
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;
const LIBRARY_SEARCH = "LD_LIBRARY_PATH";

/**
 * Ties this process to its parent's life, forbids core dumps and new privileges, keeps {@link librarySearch} from what it
 * starts, and makes C's stdout line-buffered, so that what an FMU printed before a crash is not lost. Linux only; nothing
 * elsewhere.
 */
export async function confineProcess(platform: string): Promise<void> {
  if (platform !== "linux") return;
  const { allocate, allocateString, loadLibrary, viewMemory } = await import("../fmi/library.ts");
  const prctl = await bindHost("prctl", "int", ["int", "uint64_t", "uint64_t", "uint64_t", "uint64_t"]);
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const setrlimit = await bindHost("setrlimit", "int", ["int", "uintptr_t"]);
  setrlimit(RLIMIT_CORE, allocate(16).address);
  // The loader knows it by now, and what an FMU starts is to look for its libraries where it would anyway.
  const unsetenv = await bindHost("unsetenv", "int", ["uintptr_t"]);
  unsetenv(allocateString(LIBRARY_SEARCH));
  const stdout = loadLibrary(null).findAddress("stdout");
  if (stdout === undefined) return;
  const stream = Number(new BigUint64Array(viewMemory(stdout, 8))[0] ?? 0n);
  const setvbuf = await bindHost("setvbuf", "int", ["uintptr_t", "uintptr_t", "int", "size_t"]);
  setvbuf(stream, 0, LINE_BUFFERED, 0);
}

/**
 * Sets this process's limits. The data limit is a backstop at twice the memory allowed: the parent watches what is truly
 * used, and says so in words, where an allocation that fails here would show as a crash. Linux only.
 */
export async function limitProcess(platform: string, limits: ProcessLimits): Promise<void> {
  if (platform !== "linux") return;
  const { allocate } = await import("../fmi/library.ts");
  const setrlimit = await bindHost("setrlimit", "int", ["int", "uintptr_t"]);
  const pair = allocate(16);
  const set = (resource: number, value: number) => {
    new BigUint64Array(pair.buffer).fill(BigInt(Math.ceil(value)));
    setrlimit(resource, pair.address);
  };
  set(RLIMIT_CPU, limits.cpuSeconds);
  const data = findStatusBytes(readOwnStatus(), "VmData");
  if (data !== undefined) set(RLIMIT_DATA, data + 2 * limits.memoryBytes);
}

/**
 * Has this process wait where its output is not read yet. Node makes stdout and stderr non-blocking, and C code that prints
 * faster than the parent reads would lose text. To be called right before such code. Linux only.
 */
export async function blockOnOutput(platform: string): Promise<void> {
  if (platform !== "linux") return;
  const fcntl = await bindHost("fcntl", "int", ["int", "int", "int"]);
  for (const descriptor of [1, 2]) fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL, 0) & ~O_NONBLOCK);
}

/** Writes out what C code has printed and stdio still holds. Linux only. */
export async function flushOutput(platform: string): Promise<void> {
  if (platform !== "linux") return;
  const fflush = await bindHost("fflush", "int", ["uintptr_t"]);
  fflush(0);
}

/**
 * What a process that is to load FMUs has in its environment, so that libraries are looked for in a folder, which has to be
 * there when it starts. Linux only.
 */
export function librarySearch(platform: string, folder: string): Record<string, string> {
  return platform === "linux" ? { [LIBRARY_SEARCH]: folder } : {};
}

/** Memory of a process that is backed by no file, bytes; undefined where that cannot be told, and always but on Linux. */
export async function findProcessMemory(platform: string, pid: number): Promise<number | undefined> {
  return platform === "linux" ? await readStatusBytes(String(pid), "RssAnon") : undefined;
}

const bound = new Map<string, NativeFunction>();

/** A function of this process, bound once. */
async function bindHost(
  name: string,
  result: NativeType,
  parameters: readonly NativeType[],
): Promise<NativeFunction> {
  const known = bound.get(name);
  if (known !== undefined) return known;
  const { loadLibrary } = await import("../fmi/library.ts");
  const made = loadLibrary(null).function(name, result, parameters);
  bound.set(name, made);
  return made;
}

function readOwnStatus(): string {
  try {
    return readFileSync("/proc/self/status", "utf8");
  } catch {
    return "";
  }
}

async function readStatusBytes(process: string, field: string): Promise<number | undefined> {
  return findStatusBytes(await readFile(`/proc/${process}/status`, "utf8").catch(() => ""), field);
}

function findStatusBytes(status: string, field: string): number | undefined {
  const kibibytes = new RegExp(`^${field}:\\s*(\\d+) kB`, "m").exec(status)?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}
