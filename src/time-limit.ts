/**
 * A signal that aborts with `signal`, or `ms` from now with a `TimeoutError`. A timer holds on to it: Node 20 collects an
 * `AbortSignal.timeout` that only `AbortSignal.any` refers to, and it never fires.
 */
export function limitTime(signal: AbortSignal | undefined, ms: number): AbortSignal {
  const late = new AbortController();
  setTimeout(() => late.abort(new DOMException(`No end within ${ms} ms`, "TimeoutError")), ms).unref();
  return signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
}
