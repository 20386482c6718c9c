import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { StartValue } from "../fmi/description/model-description.ts";
import type { DebugPoints } from "../fmi/recording/debug-points.ts";
import type { RecordedList } from "../fmi/recording/list-recording.ts";
import { recordedColumns } from "../fmi/recording/recorded-columns.ts";
import { createReferenceNamer } from "../fmi/reference-names.ts";
import type { ChildMessage, SimulationJob } from "./child-messages.ts";
import type { ProcessExit, SimulationProcess } from "./child-process.ts";
import { Complaints } from "./complaints.ts";
import type { RunFacts } from "./contract.ts";
import { describeExit, describeTime } from "./exit-words.ts";
import { KeptLines } from "./kept-lines.ts";
import { findProcessMemory } from "./limits.ts";
import { createOutputLimit } from "./output-limit.ts";
import { findDebugPoints, findLists, findRecording, type StoredRecording } from "./recording-file.ts";
import { readLines } from "./text-lines.ts";
import { readThreadLog } from "./thread-log.ts";

/** How a simulation in a child process ended, and what there is of it. */
export interface SupervisedOutcome {
  end: RunFacts["end"];
  /** Final values; undefined unless it came to its end. */
  outputs: { name: string; values: StartValue[] }[] | undefined;
  /** Why it failed, a sentence or two in words; undefined where it did not. */
  error: string | undefined;
  /** Undefined where it did not come to record. */
  recording: StoredRecording | undefined;
  /** Strings and Binaries at every recorded point; undefined where they are too large. */
  lists: RecordedList[] | undefined;
  /** The last points of every scalar, where they were asked for. */
  debug: DebugPoints | undefined;
  /** The FMU's state at the end, where it was asked for. */
  state: Uint8Array | undefined;
  /** What the engine has to say, a sentence each. */
  messages: string[];
  /** Model time of the last point, s; NaN before the first. */
  timeReached: number;
  /** Wall-clock seconds of the simulation. */
  seconds: number;
}

/** What a supervised simulation reports while it runs. */
export interface SupervisionHooks {
  /** A line that the FMU printed. */
  output(source: "stdout" | "stderr", line: string): void;
  /** A message of the FMU's logger. */
  message(status: string, category: string, text: string): void;
  /** Model time reached, s. */
  progress(time: number): void;
}

/** Limits of a supervised simulation. */
export interface SupervisionOptions {
  signal: AbortSignal;
  timeoutMs: number;
  /** What of it was taken before, by compiling say. */
  usedMs: number;
  platform: NodeJS.Platform;
  /** Bytes of recorded series that are kept. */
  maxSeriesBytes: number;
}

const MEMORY_CHECK_MS = 100;
const EXIT_GRACE_MS = 5000;
const LAST_OUTPUT_CHARACTERS = 32 * 1024;

type Job = Omit<SimulationJob, "recordingPath" | "listsPath" | "searchFolder">;
type KillReason = "timed_out" | "cancelled" | "memory" | "hangs at its end";

/**
 * Has a child process do one job within its limits, and ends it where it has not finished by itself. Resolves however it
 * ended; the child is left to be dismissed.
 */
export async function superviseSimulation(
  child: SimulationProcess,
  job: Job,
  options: SupervisionOptions,
  { output, progress, message }: SupervisionHooks,
): Promise<SupervisedOutcome> {
  const complaints = new Complaints();
  const hooks: SupervisionHooks = {
    output,
    progress,
    message(status, category, text) {
      complaints.note(status, text);
      message(status, category, text);
    },
  };
  // The FMU works in this folder, too: a file of its own must not be one of these.
  const recordingPath = join(child.directory, ".modal-fmi-recording");
  const listsPath = join(child.directory, ".modal-fmi-lists");
  const started = performance.now();
  const messages = listen(child, job, options, hooks);
  const reason = enforce(child, job, options, () => messages.result !== undefined);
  child.send({ ...job, recordingPath, listsPath, searchFolder: child.searchFolder });
  try {
    // With its end told, all is said and the rest of its exit is nobody's concern.
    const exit = await Promise.race([child.exited, messages.drained]);
    messages.tellRest();
    const columns = recordedColumns(job.description, job.settings.outputs).length;
    const recording = await findRecording(recordingPath, columns, job.capacity, options.maxSeriesBytes);
    const debug =
      job.debugPath === undefined ? undefined : await findDebugPoints(job.debugPath, job.description);
    const lists = await findLists(listsPath, job.description, job.settings.outputs);
    const timeReached = recording?.timeReached ?? Number.NaN;
    const seconds = messages.result?.seconds ?? (performance.now() - started) / 1000;
    const shared = { recording, lists, debug, timeReached, seconds };
    if (messages.result !== undefined) {
      if (!messages.finished) hooks.message("warning", "", describeBadEnd(reason.current));
      const { end, outputs, state } = messages.result;
      const said = [...messages.result.messages, ...complaints.tell()];
      return { ...shared, end, outputs, state, messages: said, error: undefined };
    }
    const outcome = describeEnd(reason.current, messages.error, exit, timeReached, job, options);
    return {
      ...shared,
      ...outcome,
      outputs: undefined,
      state: undefined,
      messages: [],
    };
  } finally {
    reason.stop();
    if (!messages.finished) child.kill();
  }
}

interface Messages {
  result: Extract<ChildMessage, { kind: "result" }> | undefined;
  error: Extract<ChildMessage, { kind: "error" }> | undefined;
  finished: boolean;
  /** Resolves once it has finished and what it printed before has been read; never elsewhere than on Linux. */
  drained: Promise<ProcessExit>;
  /** Hands over, at the end, what came last of the output beyond its limit. */
  tellRest(): void;
}

/** What was printed before a message is readable when that is: it has been read after a whole turn of the event loop. */
async function drainOutput(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await setImmediate();
}

function listen(
  child: SimulationProcess,
  { description }: Job,
  options: SupervisionOptions,
  hooks: SupervisionHooks,
): Messages {
  const nameReferences = createReferenceNamer(description);
  let tellDrained: (exit: ProcessExit) => void = () => {};
  const drained = new Promise<ProcessExit>((resolve) => {
    tellDrained = resolve;
  });
  const limit = createOutputLimit((notice) =>
    hooks.message("warning", "", `${notice}: of the rest, the last lines alone are told.`),
  );
  // What an FMU says last is often why it ends.
  const rest = new KeptLines(2 * LAST_OUTPUT_CHARACTERS);
  const hand = (source: "stdout" | "stderr", line: string) => {
    const logged = source === "stderr" ? readThreadLog(line) : undefined;
    if (logged === undefined) hooks.output(source, line);
    else hooks.message(logged.status, logged.category, nameReferences(logged.text));
  };
  const tellRest = () => {
    for (const line of rest.lines) hand("stderr", line);
  };
  const messages: Messages = { result: undefined, error: undefined, finished: false, drained, tellRest };
  const flushes = (["stdout", "stderr"] as const).map((source) =>
    readLines(child[source], (line) => {
      if (limit.admits(line)) hand(source, line);
      else rest.add(line);
    }),
  );
  child.onMessage((message) => {
    if (message.kind === "log") hooks.message(message.status, message.category, message.text);
    if (message.kind === "progress") hooks.progress(message.time);
    if (message.kind === "result") messages.result = message;
    if (message.kind === "finished") {
      messages.finished = true;
      // An orderly exit takes long; where the output is flushed by it, it is waited for.
      if (options.platform === "linux") {
        void drainOutput().then(() => {
          for (const flush of flushes) flush();
          tellDrained({ code: null, signal: "SIGKILL" });
        });
      }
    }
    if (message.kind !== "error") return;
    if (messages.result === undefined) messages.error = message;
    else hooks.message("warning", "", message.message);
  });
  return messages;
}

/** Kills the child for the first reason that arises; `stop` ends the watching. */
function enforce(
  child: SimulationProcess,
  job: Job,
  options: SupervisionOptions,
  hasResult: () => boolean,
): { current: KillReason | undefined; stop(): void } {
  const state: { current: KillReason | undefined; stop(): void } = { current: undefined, stop };
  const kill = (reason: KillReason) => {
    state.current ??= reason;
    child.kill();
  };
  const cancel = () => kill("cancelled");
  const timer = setTimeout(() => kill("timed_out"), Math.max(1, options.timeoutMs - options.usedMs));
  let baseline: number | undefined;
  let resultSeen = 0;
  const watch = setInterval(async () => {
    if (hasResult()) {
      resultSeen += MEMORY_CHECK_MS;
      if (resultSeen > EXIT_GRACE_MS) kill("hangs at its end");
    }
    const used = await findProcessMemory(options.platform, child.pid);
    if (used === undefined) return;
    baseline ??= used;
    if (used - baseline > job.limits.memoryBytes) kill("memory");
  }, MEMORY_CHECK_MS);
  options.signal.addEventListener("abort", cancel, { once: true });
  if (options.signal.aborted) cancel();
  function stop(): void {
    clearTimeout(timer);
    clearInterval(watch);
    options.signal.removeEventListener("abort", cancel);
  }
  return state;
}

/* The result is there by then, and stays. */
function describeBadEnd(reason: KillReason | undefined): string {
  return reason === "hangs at its end"
    ? `The FMU was ended ${EXIT_GRACE_MS / 1000} s after the last result: it had not come to its end by then.`
    : "The FMU went wrong at its end, after the last result.";
}

function describeEnd(
  reason: KillReason | undefined,
  error: Messages["error"],
  exit: ProcessExit,
  timeReached: number,
  job: Job,
  options: SupervisionOptions,
): Pick<SupervisedOutcome, "end" | "error"> {
  const where = describeTime(timeReached);
  if (reason === "cancelled") return { end: "cancelled", error: `The simulation was cancelled ${where}.` };
  if (reason === "timed_out") {
    const limit = `${options.timeoutMs / 1000} s`;
    return {
      end: "timed_out",
      error: `The simulation was stopped at its time limit of ${limit} of wall-clock time, ${where}.`,
    };
  }
  if (reason === "memory") {
    const limit = `${Math.round(job.limits.memoryBytes / 1024 / 1024)} MiB`;
    return { end: "failed", error: `The FMU was stopped: it took more than ${limit} of memory, ${where}.` };
  }
  if (error !== undefined) {
    const said = error.detail === undefined ? "" : ` The FMU's last messages: ${error.detail}`;
    return { end: "failed", error: `${error.message}${said}` };
  }
  return { end: "failed", error: describeExit(exit.code, exit.signal, timeReached) };
}
