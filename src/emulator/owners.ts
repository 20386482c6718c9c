import { request } from "node:http";
import type { EmulatorState } from "./state.ts";
import { signUrl, type TransferMethod } from "./volumes/transfer-urls.ts";

/** The process that a call or lock belongs to: where it listens, and a name that no later process has. */
export interface Owner {
  url: string;
  instance: string;
}

const PROBE_MS = 2000;

/** This process, as others will look for it. */
export function ownerOf(state: EmulatorState): Owner {
  return { url: state.transferUrl, instance: state.instance };
}

// The HTTP status of an owner's answer, 0 where nobody listens; undefined where it listens but is too busy to say.
function ask(
  state: EmulatorState,
  owner: Owner,
  method: TransferMethod,
  path: string,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const url = signUrl(state, method, path, owner.url);
    const asking = request(url, { method, agent: false, timeout: PROBE_MS }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asking.on("timeout", () => {
      resolve(undefined);
      asking.destroy();
    });
    asking.on("error", (error: NodeJS.ErrnoException) => {
      resolve(error.code === "ECONNREFUSED" ? 0 : undefined);
    });
    asking.end();
  });
}

/** Whether the process still runs. One that listens but does not answer in time counts as alive. */
export async function isOwnerAlive(state: EmulatorState, owner: Owner): Promise<boolean> {
  if (owner.instance === state.instance) return true;
  const status = await ask(state, owner, "GET", `/owner/${owner.instance}`);
  return status === undefined || status === 200;
}

/** Asks another process to cancel one of its calls. */
export async function cancelAtOwner(
  state: EmulatorState,
  owner: Owner,
  functionCallId: string,
): Promise<void> {
  await ask(state, owner, "POST", `/cancel/${functionCallId}`);
}
