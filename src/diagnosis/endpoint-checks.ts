import type { Identity, Modal } from "../modal/modal.ts";
import { type Check, ok, warn } from "./check.ts";

/** That the server answers and takes the token: who and where we are. */
export async function checkServer(
  modal: Modal,
  note: string,
  signal: AbortSignal,
): Promise<{ checks: Check[]; identity: Identity }> {
  const begun = Date.now();
  const identity = await modal.whoAmI(signal);
  const token = identity.tokenName ?? identity.tokenId;
  return {
    identity,
    checks: [
      ok("server", `${modal.url} answers in ${Date.now() - begun} ms. ${note}`),
      ok(
        "token",
        `Accepted${token ? ` (${token})` : ""}: workspace "${identity.workspace}", environment "${identity.environment}"`,
      ),
    ],
  };
}

/** That the volumes exist. A missing one is no failure: the first upload or deploy creates it. */
export async function checkVolumes(
  modal: Modal,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Check[]> {
  const volumes = new Map((await modal.volumes.list(signal)).map((volume) => [volume.name, volume]));
  const present = names.filter((name) => volumes.has(name));
  const missing = names.filter((name) => !volumes.has(name));
  const checks: Check[] = [];
  if (present.length > 0) {
    const shown = present.map((name) => `${name} (v${volumes.get(name)?.version})`);
    checks.push(ok("volumes", `There: ${shown.join(", ")}`));
  }
  if (missing.length > 0) {
    const remedy = `Call \`deploy_runner\` (or, for FMUs, \`upload_fmu\`), which creates them, or run \`modal volume create ${missing[0]}\`.`;
    checks.push(warn("volumes", `Not there yet: ${missing.join(", ")}`, remedy));
  }
  return checks;
}
