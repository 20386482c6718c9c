import { readFileSync } from "node:fs";

/** Processor time of this process so far, s: unlike the clock, it does not count what others do meanwhile. */
export function processorSeconds() {
  const { user, system } = process.cpuUsage();
  return 1e-6 * (user + system);
}

/** Peak resident set of this process. On Linux the figure of `resourceUsage` begins at that of the parent. */
export function peakMiB() {
  if (process.platform !== "linux") return process.resourceUsage().maxRSS / 1024;
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024;
}
