import { setTimeout as delay } from "node:timers/promises";
import { ToolError } from "../errors.ts";
import type { FunctionInfo, Modal } from "../modal/modal.ts";

/** What trying a deployed runner showed. */
export interface Verdict {
  /** Who answered: engines with the tags of their deploys; none where no answer told. */
  identities: string[];
  /** `failed_precondition` with what was asked, the answer, and what it should have been. */
  problem: ToolError | undefined;
}

/** Tries a runner by questions whose answers are known, under any name that it is deployed by. */
export interface Trial {
  verify(app: string): Promise<Verdict>;
  /** Removes what the trial put on volumes; resolves to what could not be removed. */
  cleanUp(): Promise<string[]>;
}

/** How long containers of the version before may go on answering, and how often to ask. */
export interface Patience {
  limitMs: number;
  everyMs: number;
}

const PATIENCE: Patience = { limitMs: 60_000, everyMs: 2000 };

/** Verifies a candidate; resolves to who answered, where that is one and told. */
export async function verifyOnce(trial: Trial, app: string): Promise<string | undefined> {
  const { identities, problem } = await trial.verify(app);
  if (problem) throw problem;
  return identities.length === 1 ? identities[0] : undefined;
}

/**
 * Asks until every answer is the wanted one's. What another gives is not judged: containers of the version before may answer
 * for a while. Throws the last problem, or who still answers, when patience ends.
 */
export async function verifyUntil(
  trial: Trial,
  app: string,
  wanted: string | undefined,
  signal: AbortSignal,
  patience: Patience = PATIENCE,
): Promise<string | undefined> {
  const until = performance.now() + patience.limitMs;
  for (;;) {
    const { identities, problem } = await trial.verify(app);
    const others = identities.filter((identity) => identity !== wanted);
    if (wanted === undefined || (identities.length > 0 && others.length === 0)) {
      if (problem) throw problem;
      return wanted ?? identities[0];
    }
    if (performance.now() > until) throw problem ?? stillAnswers(app, others, wanted);
    await delay(patience.everyMs, undefined, { signal });
  }
}

function stillAnswers(app: string, others: readonly string[], wanted: string): ToolError {
  return new ToolError(
    "failed_precondition",
    `Cannot verify ${app}: ${others.join(" and ") || "a runner that does not tell its version"} still answers instead of ${wanted}`,
    "Call `diagnose`, then call `deploy_runner` again.",
  );
}

/** How an answer names the runner that gave it. */
export function identify(
  engine: string | null | undefined,
  tag: string | null | undefined,
): string | undefined {
  if (!engine) return tag ?? undefined;
  return tag ? `${engine}, deployed as ${tag}` : engine;
}

/** What a question came to: the call, its answer where it gave one, and the text of its failure. */
export interface Asked {
  call: string;
  value: unknown;
  failure: string | undefined;
  detail: string | undefined;
}

const CALL_TIMEOUT_MS = 180_000;

/** Asks a deployed function, leaving out arguments that it does not take. */
export async function ask(
  modal: Modal,
  fn: FunctionInfo,
  kwargs: Record<string, unknown>,
  signal: AbortSignal,
): Promise<Asked> {
  const call = await modal.calls.spawn(fn, kwargs, signal);
  const outcome = await modal.calls.wait(call, CALL_TIMEOUT_MS, signal);
  const value = outcome.state === "success" ? outcome.value : undefined;
  const thrown = "exception" in outcome ? outcome : undefined;
  const failure = outcome.state === "success" ? undefined : `the call ended as ${outcome.state}`;
  const last = thrown && lastLine(thrown.exception);
  return {
    ...{ call, value, failure: last ? `${failure} (${last})` : failure },
    detail: [thrown?.traceback, thrown?.exception].filter(Boolean).join("\n") || undefined,
  };
}

/** Of a traceback: the error itself. */
function lastLine(text: string): string | undefined {
  return text.trim().split("\n").at(-1)?.trim().slice(0, 200) || undefined;
}

/** Says what was wrong with an answer. */
export function wrongAnswer(app: string, what: string, { call, detail }: Asked): ToolError {
  return new ToolError(
    "failed_precondition",
    `Cannot verify ${app}: ${what}`,
    `Call \`tail_logs\` with function_call_id "${call}", mend the runner's source and call \`deploy_runner\` again.`,
    detail ? { detail } : {},
  );
}
