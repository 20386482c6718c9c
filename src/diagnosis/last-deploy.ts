import type { AppInfo, Modal } from "../modal/modal.ts";
import { type Check, fail, ok, warn } from "./check.ts";
import { quoteForeign } from "./quote.ts";
import type { LastDeploy } from "./request.ts";

/** A runner app whose last deploy is looked at. */
export interface DeployedApp {
  runner: string;
  app: string;
  /** As this computer keeps it. */
  lastDeploy: LastDeploy | undefined;
}

const LOG_LINES = 100;

/** The environment's apps; none where the token may not see them, for they only add to the evidence. */
export async function listApps(modal: Modal, signal: AbortSignal): Promise<AppInfo[]> {
  return modal.apps.list(signal).catch(() => []);
}

/**
 * What the last deploy came to, where it is newer than the live version (`liveSince`, ISO 8601): as this computer keeps it,
 * or, for a deploy from elsewhere, as the app that it left behind tells.
 */
export async function checkLastDeploy(
  modal: Modal,
  deployed: DeployedApp,
  apps: readonly AppInfo[],
  liveSince: string | undefined,
  signal: AbortSignal,
): Promise<Check[]> {
  const { app, lastDeploy } = deployed;
  const live = timeOf(liveSince);
  const kept = timeOf(lastDeploy?.finished_at);
  if (lastDeploy?.state === "failed" && kept >= live)
    return [describeFailed(deployed, lastDeploy, liveSince)];
  const left = apps
    .filter((one) => !one.published && (one.name === app || one.name === `${app}-candidate`))
    .filter((one) => one.state === "stopped" && timeOf(one.createdAt) > Math.max(live, kept))
    .sort((a, b) => timeOf(b.createdAt) - timeOf(a.createdAt))[0];
  if (left && !(await hasRun(modal, left, signal))) return [describeLeft(deployed, left, liveSince)];
  return lastDeploy?.state === "success"
    ? [ok(nameOf(deployed), `Ended well at ${lastDeploy.finished_at}`)]
    : [];
}

function timeOf(time: string | undefined): number {
  return time === undefined ? 0 : Date.parse(time) || 0;
}

const nameOf = ({ app }: DeployedApp): string => `last deploy of ${app}`;
const deployAgain = ({ runner }: DeployedApp): string => `call \`deploy_runner\` with runner "${runner}"`;
const goesOn = (liveSince: string | undefined): string =>
  liveSince === undefined ? "" : " The version before it goes on answering.";

function describeFailed(deployed: DeployedApp, last: LastDeploy, liveSince: string | undefined): Check {
  const { app } = deployed;
  const { message = "it failed", finished_at: at, detail } = last;
  const evidence = quoteForeign(detail ?? message);
  const again = deployAgain(deployed);
  if (!/image build failed/i.test(message)) {
    return warn(nameOf(deployed), {
      code: "deploy_failed",
      message: `The last deploy of ${app}, at ${at}, failed: ${message}`,
      evidence,
      remedy: last.remedy ?? `C${again.slice(1)}.`,
    });
  }
  const image = /\bim-[A-Za-z0-9]+/.exec(detail ?? "")?.[0];
  const read = image
    ? `Run \`modal image logs ${image}\``
    : "Read the end of the build's log in the evidence";
  return fail(nameOf(deployed), {
    code: "image_build_failed",
    message: `The image of the last deploy of ${app}, at ${at}, could not be built.${goesOn(liveSince)}`,
    evidence,
    remedy: `${read}, mend the image, and ${again}.`,
  });
}

/** `modal run` leaves stopped apps without a deployment name too; but theirs have functions, which come after the image. */
async function hasRun(modal: Modal, { id, createdAt }: AppInfo, signal: AbortSignal): Promise<boolean> {
  const range = { since: new Date(timeOf(createdAt)), until: undefined, limit: LOG_LINES };
  const [functions, log] = await Promise.all([
    modal.apps.functions(id, signal).catch(() => undefined),
    modal.logs.between({ appId: id }, range, signal).catch(() => []),
  ]);
  const hasFunctions = functions !== undefined && functions.size > 0;
  return hasFunctions || log.some(({ functionCallId }) => functionCallId !== undefined);
}

function describeLeft(deployed: DeployedApp, left: AppInfo, liveSince: string | undefined): Check {
  return fail(nameOf(deployed), {
    code: "image_build_failed",
    message: `The last deploy of ${deployed.app} ended before its image was built and the app published.${goesOn(liveSince)}`,
    evidence: `${left.id} ("${left.name}", created ${left.createdAt}) is stopped, has no functions and never got its deployment name`,
    remedy: `Mend the image, then ${deployAgain(deployed)}, whose error holds the end of the build's log.`,
  });
}
