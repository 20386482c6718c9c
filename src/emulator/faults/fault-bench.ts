import { describeMethod } from "../../wire/methods.ts";
import type { BuiltInApp, FunctionBody } from "../function-body.ts";
import type { Handler, Handlers, StreamHandler } from "../handler.ts";
import { FAULTS, type FaultName } from "./fault-list.ts";

/** The faults of one emulator that are switched on. */
export interface FaultBench {
  set(...names: FaultName[]): void;
  /** All of them where none is named. */
  clear(...names: FaultName[]): void;
  active(): FaultName[];
  /** The handlers with the faults in front of them. */
  wrapHandlers(handlers: Handlers): Handlers;
  /** The apps with the faults around their bodies. */
  wrapApp(app: BuiltInApp): BuiltInApp;
}

interface Switched {
  cleared: Promise<void>;
  clear: () => void;
}

/** Makes a bench with the named faults on. */
export function createFaultBench(names: readonly FaultName[]): FaultBench {
  const on = new Map<FaultName, Switched>();
  const set = (...wanted: FaultName[]): void => {
    for (const name of wanted) if (!on.has(name)) on.set(name, switchedOn());
  };
  const active = (): FaultName[] => [...on.keys()];
  set(...names);
  return {
    set,
    active,
    clear: (...wanted) => {
      for (const name of wanted.length === 0 ? active() : wanted) {
        on.get(name)?.clear();
        on.delete(name);
      }
    },
    wrapHandlers: (handlers) =>
      Object.fromEntries(
        Object.entries(handlers).map(([rpc, handler]) => [
          rpc,
          describeMethod(rpc).streams
            ? faultyStream(rpc, handler as StreamHandler, active)
            : faultyUnary(rpc, handler as Handler, active),
        ]),
      ),
    wrapApp: (app) => ({ ...app, functions: app.functions.map((body) => faultyBody(body, on)) }),
  };
}

function switchedOn(): Switched {
  let clear = (): void => {};
  const cleared = new Promise<void>((resolve) => {
    clear = resolve;
  });
  return { cleared, clear };
}

function faultyUnary(rpc: string, handler: Handler, active: () => FaultName[]): Handler {
  return async (state, request, context) => {
    for (const name of active()) await FAULTS[name].before?.({ rpc, signal: context.signal });
    let answer = await handler(state, request, context);
    for (const name of active()) {
      answer = FAULTS[name].answers?.[rpc]?.(answer as never, request) ?? answer;
    }
    return answer;
  };
}

function faultyStream(rpc: string, handler: StreamHandler, active: () => FaultName[]): StreamHandler {
  return async function* (state, request, context) {
    for (const name of active()) await FAULTS[name].before?.({ rpc, signal: context.signal });
    for (const name of active()) yield* FAULTS[name].openings?.[rpc]?.() ?? [];
    yield* handler(state, request, context);
  };
}

/** The body as the faults have it that are on when a call begins, the first of them outermost. */
function faultyBody(body: FunctionBody, on: ReadonlyMap<FaultName, Switched>): FunctionBody {
  return {
    ...body,
    run: (call) => {
      let faulty = body;
      for (const [name, { cleared }] of [...on].reverse()) {
        const inner = faulty;
        const { run } = FAULTS[name];
        if (run !== undefined) faulty = { ...body, run: (inside) => run(inner, inside, cleared) };
      }
      return faulty.run(call);
    },
  };
}
