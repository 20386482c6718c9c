import type { CallOutcome, Modal } from "../modal/modal.ts";
import { isFinished, type RunRecord } from "../runs/record.ts";
import { type Check, fail, ok, warn } from "./check.ts";

/** What happened to one run, from its record. */
export function checkRunRecord(record: RunRecord): Check[] {
  const name = `run ${record.run_id}`;
  const model = `${record.fmu.model_name} on volume ${record.volume}, ${record.endpoint}`;
  if (!isFinished(record)) {
    return [
      warn(
        name,
        `Unfinished since ${record.created_at} (${model})`,
        `Call \`${record.function}\` with run_id "${record.run_id}" to wait on, or \`cancel_run\`.`,
      ),
    ];
  }
  if (record.status === "success") return [ok(name, `Finished at ${record.finished_at} (${model})`)];
  const [first] = record.errors;
  const message = `Ended as ${record.status} (${model}): ${first?.message ?? "no reason is kept"}`;
  return [fail(name, message, first?.remedy ?? `Call \`tail_logs\` with run_id "${record.run_id}".`)];
}

/** What the endpoint knows of one function call: queued, running, or how it ended. */
export async function checkCall(modal: Modal, functionCallId: string, signal: AbortSignal): Promise<Check[]> {
  const name = `call ${functionCallId}`;
  const status = await modal.calls.status(functionCallId, signal);
  const outcome = await modal.calls.wait(functionCallId, 0, signal);
  const readLog = `Call \`tail_logs\` with function_call_id "${functionCallId}".`;
  if (outcome.state === "success") return [ok(name, "It returned a result")];
  if (outcome.state !== "unfinished")
    return [fail(name, `It ended as ${outcome.state}${exceptionOf(outcome)}`, readLog)];
  const queued = seconds(status.queuedSeconds);
  if (status.status === "pending") {
    return [
      warn(
        name,
        `Waiting for a container${queued ? ` for ${queued}` : ""}`,
        'Call `tail_logs` with source "system" to see why none starts.',
      ),
    ];
  }
  const times = [
    queued && `queued ${queued}`,
    status.runningSeconds !== undefined && `running for ${seconds(status.runningSeconds)}`,
  ];
  return [warn(name, `Unfinished: ${times.filter(Boolean).join(", ") || status.status}`, readLog)];
}

function exceptionOf(outcome: Exclude<CallOutcome, { state: "unfinished" | "success" }>): string {
  const text = outcome.exception.trim();
  return text === "" ? "" : `: ${text.slice(0, 500)}`;
}

function seconds(value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${value.toFixed(1)} s`;
}
