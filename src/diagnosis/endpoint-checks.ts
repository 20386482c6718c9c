import { ToolError } from "../errors.ts";
import type { Identity, Modal, VolumeInfo } from "../modal/modal.ts";
import { type Check, type Fault, fail, faultOf, ok, warn } from "./check.ts";
import { explainUnreachable, type ProxyServer } from "./network.ts";
import { quoteForeign } from "./quote.ts";

/** A first answer that takes longer is measured again, and is slow where a plain request takes longer too, ms. */
const FIRST_ANSWER_MS = 700;
const PLAIN_REQUEST_MS = 500;

/** A reachable server that says nothing for so long is given up, ms. */
const ANSWER_WITHIN_MS = 6_000;

/** Of the checks' own limit, so that there is time to say so. */
const SHARE_OF_LIMIT = 0.6;

/** A short pause that the server asks for is waited for. */
const THROTTLED_AFTER_MS = 1_500;
const LOOK_MS = 100;

const CHECK_NETWORK = "Check the network, then call `diagnose` again.";
const WAIT = "Wait a minute, then call `diagnose` again; start fewer calls at once.";

/** What the checks of a server found; no identity where nothing else can be looked at. */
export interface ServerFindings {
  checks: Check[];
  identity: Identity | undefined;
}

/** That the server answers and takes the token, in time: who and where we are. */
export async function checkServer(
  modal: Modal,
  { note, proxy, withinMs }: { note: string; proxy: ProxyServer | undefined; withinMs: number },
  signal: AbortSignal,
): Promise<ServerFindings> {
  const begun = Date.now();
  const stop = new AbortController();
  const asked = AbortSignal.any([signal, stop.signal]);
  const answer = settle(modal, asked);
  const dead = explainUnreachable(modal.url, proxy, asked).then(
    (fault) => fault ?? new Promise<never>(() => {}),
  );
  const late = giveUp(modal, begun, Math.min(ANSWER_WITHIN_MS, withinMs * SHARE_OF_LIMIT), asked);
  try {
    const first = await Promise.race([answer, dead, late]);
    if (first === "late") return { identity: undefined, checks: [noAnswer(modal, begun)] };
    if ("code" in first) return { identity: undefined, checks: [fail("server", first)] };
    if ("error" in first)
      return { identity: undefined, checks: await explainError(modal, first.error, proxy, asked) };
    const { identity } = first;
    const token = identity.tokenName ?? identity.tokenId;
    return {
      identity,
      checks: [
        await judgeSpeed(modal, Date.now() - begun, note, begun, asked),
        ok(
          "token",
          `Accepted${token ? ` (${token})` : ""}: workspace "${identity.workspace}", environment "${identity.environment}"`,
        ),
      ],
    };
  } finally {
    stop.abort();
  }
}

function settle(modal: Modal, signal: AbortSignal): Promise<{ identity: Identity } | { error: unknown }> {
  return modal.whoAmI(signal).then(
    (identity) => ({ identity }),
    (error: unknown) => ({ error }),
  );
}

/** Resolves when the time is up; sooner where the server asks to wait, as the SDK would do so for a minute. */
function giveUp(modal: Modal, begun: number, ms: number, signal: AbortSignal): Promise<"late"> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const waited = Date.now() - begun;
      const isThrottled = waited > THROTTLED_AFTER_MS && modal.throttledSince?.(begun) !== undefined;
      if (waited >= ms || isThrottled) resolve("late");
    }, LOOK_MS);
    signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  });
}

async function explainError(
  modal: Modal,
  error: unknown,
  proxy: ProxyServer | undefined,
  signal: AbortSignal,
): Promise<Check[]> {
  signal.throwIfAborted();
  if (!(error instanceof ToolError)) throw error;
  if (error.code === "unavailable") {
    const dead = await explainUnreachable(modal.url, proxy, signal);
    if (dead) return [fail("server", dead)];
  }
  if (error.code === "unimplemented") return [fail("server", notModal(modal, error))];
  if (error.code === "resource_exhausted") return [throttled(modal, error.detail)];
  const fault = faultOf(error);
  if (error.code === "not_found") return [fail("environment", { ...fault, code: "environment_missing" })];
  const name = fault.code === "token_rejected" || fault.code === "permission_denied" ? "token" : "server";
  return [fail(name, fault)];
}

function notModal({ url }: Modal, { detail }: ToolError): Fault {
  return {
    code: "endpoint_unreachable",
    message: `What answers at ${url} is no Modal endpoint`,
    evidence: detail ? quoteForeign(detail) : "it does not know Modal's requests",
    remedy: "Correct `MODAL_SERVER_URL`, or unset it to reach Modal itself, then start the server again.",
  };
}

function noAnswer(modal: Modal, since: number): Check {
  const throttling = modal.throttledSince?.(since);
  if (throttling !== undefined) return throttled(modal, throttling);
  return fail("server", {
    code: "endpoint_unreachable",
    message: `${modal.url} accepts connections, but does not answer`,
    evidence: `no answer within ${((Date.now() - since) / 1000).toFixed(1)} s`,
    remedy: CHECK_NETWORK,
  });
}

function throttled({ url }: Modal, detail: string | undefined): Check {
  return fail("server", {
    code: "endpoint_throttled",
    message: `${url} asks to send fewer requests: a rate limit is reached`,
    evidence: detail ? quoteForeign(detail) : "status RESOURCE_EXHAUSTED",
    remedy: WAIT,
  });
}

async function judgeSpeed(
  modal: Modal,
  ms: number,
  note: string,
  since: number,
  signal: AbortSignal,
): Promise<Check> {
  const throttling = modal.throttledSince?.(since);
  if (throttling !== undefined) return throttled(modal, throttling);
  const answers = ok("server", `${modal.url} answers in ${ms} ms. ${note}`);
  if (ms < FIRST_ANSWER_MS) return answers;
  const begun = Date.now();
  await modal.whoAmI(signal).catch(() => undefined);
  const plain = Date.now() - begun;
  if (plain < PLAIN_REQUEST_MS) return answers;
  return warn("server", {
    code: "endpoint_slow",
    message: `${modal.url} is slow to answer: every request takes long`,
    evidence: `${ms} ms for the first answer, ${plain} ms for a plain request`,
    remedy: CHECK_NETWORK,
  });
}

/** Which volumes are there. A missing one is no fault by itself: the first upload or deploy creates it. */
export async function checkVolumes(
  modal: Modal,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Check[]> {
  const volumes = new Map<string, VolumeInfo>();
  for (const volume of await modal.volumes.list(signal)) volumes.set(volume.name, volume);
  const present = names.filter((name) => volumes.has(name));
  const missing = names.filter((name) => !volumes.has(name));
  const there = present.map((name) => `${name} (v${volumes.get(name)?.version})`).join(", ");
  const parts = [
    ...(present.length > 0 ? [`There: ${there}.`] : []),
    ...(missing.length > 0 ? [`Not yet there, created by the first upload: ${missing.join(", ")}.`] : []),
  ];
  return [ok("volumes", parts.join(" "))];
}
