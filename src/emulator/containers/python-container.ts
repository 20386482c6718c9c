import { setTimeout as delay } from "node:timers/promises";
import { toError } from "../../errors.ts";
import type { FunctionInput } from "../calls/call-body.ts";
import { type CallResult, RESULT_STATUS } from "../calls/call-records.ts";
import type { RunningWork } from "../calls/call-work.ts";
import type { CallLog } from "../logs/log-files.ts";
import type { EmulatorState } from "../state.ts";
import { createBlob } from "../volumes/blobs.ts";
import { placeFolders } from "./absolute-paths.ts";
import { type ContainerFolder, type ContainerSpec, layOutContainer } from "./container-folder.ts";
import { type ContainerProcess, ENTRY_POINT, startContainerProcess } from "./container-process.ts";
import { type ContainerDesk, containerRpcs, type ReportedResult } from "./container-rpcs.ts";
import type { HostedProcess } from "./containers.ts";

/** How long one look for an input or a cancellation is held. */
const HOLD_MS = 10_000;

/** How long a container may take to end by itself, and a cancelled input to give up. */
const STOP_MS = 10_000;
const CANCEL_MS = 1500;

const INLINE_BYTES = 4096;
const LAST_LINES = 20;

/** modal_proto/api.proto, DataFormat PICKLE. */
const PICKLE = 1;

/** Modal's default limit of a container's start, seconds. */
const DEFAULT_START_S = 300;

interface CurrentInput {
  item: object;
  inputId: string;
  taken: boolean;
  cancelled: boolean;
  finish: (result: CallResult) => void;
}

/** A container that hosts a Python function: a child process, and the listener that it alone talks to. */
export class PythonContainer implements HostedProcess {
  readonly #state: EmulatorState;
  readonly #spec: ContainerSpec;
  #process: ContainerProcess | undefined;
  #current: CurrentInput | undefined;
  #log: CallLog | undefined;
  #stopping = false;
  #over = false;
  /** Aborted and renewed at every change that a held request waits for. */
  #news = new AbortController();
  #lastLines: string[] = [];
  #settleStart: (result: CallResult | undefined) => void = () => {};

  constructor(state: EmulatorState, spec: ContainerSpec) {
    this.#state = state;
    this.#spec = spec;
  }

  isAlive(): boolean {
    return !this.#over && !this.#stopping;
  }

  /** Asks it to end by itself, and ends it after a while where it does not. */
  stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#announce();
    setTimeout(() => this.#process?.kill(), STOP_MS).unref();
  }

  /** Starts its process; resolves when it asks for its first input, or to the result that tells why it never did. */
  async start(log: CallLog, signal: AbortSignal): Promise<CallResult | undefined> {
    this.#log = log;
    const started = new Promise<CallResult | undefined>((resolve) => {
      this.#settleStart = resolve;
    });
    const giveUp = (): void => this.#giveUpStart("The call was cancelled");
    signal.addEventListener("abort", giveUp, { once: true });
    const limit = this.#startLimitSeconds();
    const timer = setTimeout(() => this.#giveUpStart(`Not ready after ${limit} s`), limit * 1000).unref();
    try {
      await this.#launch();
    } catch (thrown) {
      this.#over = true;
      const result = { status: RESULT_STATUS.initFailure, exception: toError(thrown).message };
      this.#settleStart(result);
      this.#current?.finish(result);
    }
    const failed = await started;
    clearTimeout(timer);
    signal.removeEventListener("abort", giveUp);
    return failed;
  }

  /** Runs one input. Resolves when its output is there, or when the process is gone. */
  call(input: FunctionInput, { record, signal, log }: RunningWork): Promise<CallResult> {
    this.#log = log;
    return new Promise((resolve) => {
      const { args, argsBlobId, dataFormat, methodName } = input;
      const payload = argsBlobId === undefined ? { args: args ?? Buffer.alloc(0) } : { argsBlobId };
      const method = methodName === undefined ? {} : { methodName };
      const item = {
        inputId: record.inputId,
        functionCallId: record.id,
        input: { ...payload, dataFormat, ...method },
      };
      const finish = (result: CallResult): void => {
        this.#current = undefined;
        resolve(result);
      };
      const current = { item, inputId: record.inputId, taken: false, cancelled: false, finish };
      this.#current = current;
      if (this.#over) finish(this.#endedResult(null, null));
      signal.addEventListener("abort", () => this.#abandon(signal, current), { once: true });
      this.#announce();
    });
  }

  #announce(): void {
    const news = this.#news;
    this.#news = new AbortController();
    news.abort();
  }

  #startLimitSeconds(): number {
    const { startupTimeoutSecs, timeoutSecs } = this.#spec.definition.view;
    return startupTimeoutSecs || timeoutSecs || DEFAULT_START_S;
  }

  #giveUpStart(exception: string): void {
    this.#stopping = true;
    this.#settleStart({ status: RESULT_STATUS.initFailure, exception });
    this.#process?.kill();
  }

  // A cancelled input may clean up; where the time has passed or the emulator closes there is none left for it.
  #abandon(signal: AbortSignal, current: CurrentInput): void {
    if (this.#current !== current) return;
    if ((signal.reason as Error | undefined)?.name !== "AbortError") {
      this.#process?.kill();
      return;
    }
    current.cancelled = true;
    this.#announce();
    setTimeout(() => {
      if (this.#current === current) this.#process?.kill();
    }, CANCEL_MS).unref();
  }

  async #launch(): Promise<void> {
    const folder = await layOutContainer(this.#state, this.#spec);
    try {
      const entry = { command: folder.python, args: ["-c", ENTRY_POINT] };
      const { undo, ...started } = await placeFolders(
        this.#state,
        folder.placements,
        `${folder.folder}/namespace`,
        entry,
      );
      const server = await this.#state.serveContainer(containerRpcs(this.#desk(folder)), folder.socket);
      const child = startContainerProcess({
        ...started,
        folder: `${folder.folder}/work`,
        environment: folder.environment,
        onOutput: (source, text) => this.#capture(source, text),
      });
      this.#process = child;
      if (this.#stopping) child.kill();
      const kill = (): void => child.kill();
      this.#state.closing.signal.addEventListener("abort", kill, { once: true });
      const gone = child.ended.then(async ({ code, signal }) => {
        this.#over = true;
        this.#state.closing.signal.removeEventListener("abort", kill);
        const result = this.#endedResult(code, signal);
        this.#settleStart({ ...result, status: RESULT_STATUS.initFailure });
        this.#current?.finish(result);
        server.close();
        await undo();
        await folder.remove();
        this.#state.processes.delete(gone);
      });
      this.#state.processes.add(gone);
    } catch (thrown) {
      await folder.remove();
      throw thrown;
    }
  }

  #capture(source: "stdout" | "stderr", text: string): void {
    this.#log?.write(source, text);
    if (source === "stdout") return;
    this.#lastLines = [...this.#lastLines, ...text.trimEnd().split("\n")].slice(-LAST_LINES);
  }

  #endedResult(code: number | null, signal: NodeJS.Signals | null): CallResult {
    const how = signal === null ? `with exit code ${code ?? "unknown"}` : `by ${signal}`;
    const last = this.#lastLines.length === 0 ? "" : `\n${this.#lastLines.join("\n")}`;
    return { status: RESULT_STATUS.failure, exception: `The container's process ended ${how}${last}` };
  }

  async #hold(signal: AbortSignal, look: () => object | undefined): Promise<object> {
    const deadline = Date.now() + HOLD_MS;
    for (;;) {
      const found = look();
      const left = deadline - Date.now();
      if (found !== undefined || left <= 0 || signal.aborted) return found ?? {};
      const news = AbortSignal.any([signal, this.#news.signal]);
      await delay(left, undefined, { signal: news, ref: false }).catch(() => {});
    }
  }

  #desk({ volumes }: ContainerFolder): ContainerDesk {
    return {
      volumes,
      nextInput: (signal) => {
        this.#settleStart(undefined);
        return this.#hold(signal, () => this.#takeInput());
      },
      nextCancellation: (signal) => this.#hold(signal, () => this.#takeCancellation()),
      putOutput: async (inputId, result, dataFormat) => {
        const current = this.#current;
        if (current?.inputId !== inputId) return;
        current.finish(await this.#resultOf(result, dataFormat));
        const { singleUseContainers, maxInputs } = this.#spec.definition.view;
        if (singleUseContainers || maxInputs === 1) this.stop();
      },
      putFailure: async (result) => {
        const failed = await this.#resultOf(result, PICKLE);
        this.#settleStart({ ...failed, status: RESULT_STATUS.initFailure });
        this.#stopping = true;
      },
    };
  }

  #takeInput(): object | undefined {
    if (this.#current !== undefined && !this.#current.taken) {
      this.#current.taken = true;
      return { inputs: [this.#current.item] };
    }
    return this.#stopping ? { inputs: [{ killSwitch: true }] } : undefined;
  }

  #takeCancellation(): object | undefined {
    if (!this.#current?.cancelled) return undefined;
    this.#current.cancelled = false;
    return { cancelInputEvent: { inputIds: [this.#current.inputId] } };
  }

  async #resultOf(reported: ReportedResult, dataFormat: number): Promise<CallResult> {
    const { status, exception, traceback, data, dataBlobId, serializedTb, tbLineCache } = reported;
    const big = data !== undefined && data.length > INLINE_BYTES;
    const blobId = big ? await createBlob(this.#state, data) : dataBlobId;
    return {
      status,
      dataFormat,
      ...(exception === "" ? {} : { exception }),
      ...(traceback === "" ? {} : { traceback }),
      ...(blobId === undefined ? {} : { blobId }),
      ...(data === undefined || big ? {} : { data: data.toString("base64") }),
      ...(serializedTb.length === 0 ? {} : { serializedTraceback: serializedTb.toString("base64") }),
      ...(tbLineCache.length === 0 ? {} : { tracebackLines: tbLineCache.toString("base64") }),
    };
  }
}
