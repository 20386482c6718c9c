import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { keepLastDeploy } from "../../src/deployment/last-outcome.ts";
import { openControlPlane } from "../../src/modal/connect.ts";
import type { Bench, Setting } from "./bench.ts";
import type { State } from "./state.ts";

const switchOn =
  (...names: Setting["faults"]) =>
  ({ faults }: Setting): void =>
    void faults.push(...names);

const DEPLOY = /deploy_runner.*fmi/;

/** What `modal deploy` leaves behind when an image's build fails: an app that was created, never published, and stopped. */
async function failBuild(
  { emulator: { url, tokenId, tokenSecret } }: Bench,
  description: string,
): Promise<void> {
  const options = { url, tokenId, tokenSecret, environment: "main", log: () => undefined };
  const controlPlane = await openControlPlane(options);
  const { appId } = await controlPlane.appCreate({ description, environmentName: "main", appState: 6 });
  await controlPlane.appClientDisconnect({ appId, reason: 4 });
}

/** What the server kept of a deploy of its own that failed at one step. */
async function keepFailure(bench: Bench, step: string, failure: { message: string; detail: string }) {
  const { settings } = (await bench.tools()).services;
  const url = bench.emulator.url;
  const now = new Date().toISOString();
  await keepLastDeploy(
    settings.deploysFolder,
    { app: "fmi-runner", environment: "main", url },
    {
      ...{ runner: "fmi", app: "fmi-runner", endpoint: "modal", url, environment: "main", action: "deploy" },
      ...{ state: "failed", started_at: now, finished_at: now, seconds: 3, rolled_back: false },
      ...{ steps: [], failed_step: step, code: "failed_precondition", ...failure },
      remedy: 'Mend the source, then call `deploy_runner` with runner "fmi".',
    },
  );
}

async function pin(folder: string, version: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "requirements.txt"), `vb_shared==${version}\n`);
  return folder;
}

/** Faults of the runner's app. */
export const APP_STATES: readonly State[] = [
  {
    name: "image_build_failed",
    description: "The last deploy failed at building the image, and no version was there before",
    fault: true,
    holds: ["deploy", "app"],
    prepare: async (bench) => {
      await failBuild(bench, "fmi-runner");
      return {};
    },
    arrange: switchOn("app_not_deployed"),
    expected: { code: "image_build_failed", cause: /build|deploy/i, remedy: /deploy_runner/ },
  },
  {
    name: "image_build_failed_again",
    description: "The last deploy failed at building the image; the version before is live",
    fault: true,
    holds: ["deploy"],
    prepare: async (bench) => {
      await failBuild(bench, "fmi-runner-candidate");
      return {};
    },
    expected: { code: "image_build_failed", cause: /build|deploy/i, remedy: /deploy_runner/ },
  },
  {
    name: "image_build_failed_here",
    description: "The same, by a deploy of this server",
    fault: true,
    likeAnother: true,
    holds: ["deploy"],
    prepare: async (bench) => {
      await keepFailure(bench, "candidate", {
        message: "Cannot deploy sv_fmi.modal_app: the image build failed",
        detail: "Image build for im-0123456789abcdefghijkl failed. See build logs for more details.",
      });
      return {};
    },
    foreign: "See build logs",
    expected: { code: "image_build_failed", cause: /build/i, remedy: /deploy_runner/ },
  },
  {
    name: "deploy_failed",
    description: "The last deploy failed for another reason; the version before is live",
    fault: true,
    holds: ["deploy"],
    prepare: async (bench) => {
      await keepFailure(bench, "verify candidate", {
        message: "Cannot verify fmi-runner-candidate: feedthrough-fmi2.fmu: int_out = 4 instead of 5",
        detail: "The function returned another value.",
      });
      return {};
    },
    expected: { code: "deploy_failed", cause: /verify|instead of/, remedy: /deploy_runner/ },
  },
  {
    name: "app_not_deployed",
    description: "The runner was never deployed",
    fault: true,
    holds: ["app"],
    arrange: switchOn("app_not_deployed"),
    expected: { code: "app_not_deployed", cause: "fmi-runner", remedy: DEPLOY },
  },
  {
    name: "energyplus_not_deployed",
    description: "The other runner was never deployed, and is asked about",
    fault: true,
    likeAnother: true,
    holds: ["app", "subject"],
    prepare: async () => ({ runner: "energyplus" }),
    expected: {
      code: "app_not_deployed",
      cause: "energyplus-runner",
      remedy: /deploy_runner.*runner "energyplus"/,
    },
  },
  {
    name: "app_stopped",
    description: "The runner's app was stopped",
    fault: true,
    holds: ["app"],
    arrange: switchOn("app_stopped"),
    expected: { code: "app_stopped", cause: "stopped", remedy: DEPLOY },
  },
  {
    name: "function_missing",
    description: "The deployed app has no run_fmi_simulation",
    fault: true,
    holds: ["function"],
    arrange: switchOn("function_missing"),
    expected: { code: "function_missing", cause: "run_fmi_simulation", remedy: DEPLOY },
  },
  {
    name: "client_without_cbor",
    description: "The runner was deployed by a Modal client before 1.2",
    fault: true,
    holds: ["function"],
    arrange: switchOn("client_without_cbor"),
    expected: { code: "client_without_cbor", cause: "CBOR", remedy: /deploy_runner|pip install/ },
  },
  {
    name: "runner_outdated",
    description: "An older runner lacks arguments that the server uses",
    fault: true,
    holds: ["function"],
    arrange: switchOn("runner_outdated"),
    expected: { code: "runner_outdated", cause: "run_fmi_simulation", remedy: DEPLOY },
  },
  {
    name: "shared_package_mismatch",
    description: "Runner and control plane name different versions of the package that they share",
    fault: true,
    holds: ["shared"],
    arrange: async ({ env }, { folder }) => {
      env.MODAL_RUNNERS_DIR = await pin(join(folder, "runners"), "1.4.0");
      env.CONTROL_PLANE_DIR = await pin(join(folder, "control-plane"), "1.5.0");
    },
    expected: {
      code: "shared_package_mismatch",
      cause: /1\.4\.0.*1\.5\.0|1\.5\.0.*1\.4\.0/,
      remedy: "deploy_runner",
    },
  },
];
