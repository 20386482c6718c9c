import { shortTime } from "../fmi/short-time.ts";

const SIGNALS: Readonly<Record<string, string>> = {
  SIGSEGV: "segmentation fault",
  SIGBUS: "bus error: bad memory access, or the disk is full",
  SIGABRT: "it aborted itself",
  SIGFPE: "arithmetic error",
  SIGILL: "illegal instruction: perhaps built for another processor",
  SIGXCPU: "out of CPU time",
  SIGKILL: "killed by the system: perhaps out of memory, or out of CPU time",
};

/** What the end of a child process without a result means, in a sentence; `timeReached` is NaN before the first point. */
export function describeExit(
  code: number | null,
  signal: NodeJS.Signals | null,
  timeReached: number,
): string {
  const where = describeTime(timeReached);
  if (signal !== null) return `The FMU crashed (${signal}: ${SIGNALS[signal] ?? "a signal"}) ${where}.`;
  return `The FMU ended its process with exit code ${code} ${where}.`;
}

/** "at model time 0.5 s", or that there is no such time yet. */
export function describeTime(timeReached: number): string {
  if (Number.isNaN(timeReached)) return "before initialization was done";
  return `at model time ${shortTime(timeReached)} s, the last point it reached`;
}
