import { join } from "node:path";
import type { Emulator } from "../emulator/index.ts";
import { ToolError } from "../errors.ts";
import type { Deployer, DeployOutcome, DeployRequest } from "../tools/services.ts";
import type { EndpointOptions } from "./endpoints.ts";
import { prepareHome } from "./home-folder.ts";
import { pythonForContainers } from "./python.ts";

/** The embedded endpoint, running. */
export interface Embedded {
  emulator: Emulator;
  deployer: Deployer;
  close(): Promise<void>;
}

/** Starts the emulator in this process with the built-in runner as its `fmi-runner` app. */
export async function startEmbedded(options: EndpointOptions): Promise<Embedded> {
  const [{ startEmulator }, { createBuiltInRunner }] = await Promise.all([
    import("../emulator/index.ts"),
    import("../runner/built-in.ts"),
  ]);
  const { config, log, programFolder } = options;
  await prepareHome(config.home);
  const { volumes, mounts } = config;
  const runner = createBuiltInRunner({
    childPath: join(programFolder, "runner-child.js"),
    workDir: join(config.home, "work"),
    timeoutSeconds: config.runTimeoutSeconds,
    mounts: { [mounts.fmi]: volumes.fmi, [mounts.fmiTest]: volumes.fmiTest },
    platform: options.platform,
    architecture: options.arch,
    version: options.version,
  });
  // A run is what most sessions come for: its process starts while the emulator does.
  runner.warmUp();
  try {
    const emulator = await startEmulator({
      stateDir: join(config.home, "emulator"),
      apps: [runner.app],
      python: pythonForContainers(options.env, options.platform),
      onError: (message) => log.error(message),
    });
    const close = async () => {
      await runner.close();
      await emulator.close();
    };
    return { emulator, deployer: createBuiltInDeployer(emulator, runner.app.name), close };
  } catch (error) {
    await runner.close();
    throw error;
  }
}

function createBuiltInDeployer(emulator: Emulator, builtIn: string): Deployer {
  const note = "The runner built into this server answers: nothing was deployed from Python source.";
  const outcome = (parts: Partial<DeployOutcome>): DeployOutcome => ({
    answeredBy: "built_in",
    folder: undefined,
    command: undefined,
    appId: undefined,
    version: undefined,
    url: undefined,
    tail: [],
    notes: [note],
    ...parts,
  });
  return {
    async check({ app, runner }: DeployRequest) {
      if (app === builtIn) return;
      throw new ToolError(
        "failed_precondition",
        `Cannot deploy the ${runner} runner on the embedded endpoint: no such runner is built into this server`,
        "Set `MODAL_TOKEN_ID` and `MODAL_TOKEN_SECRET`, and `MODAL_RUNNERS_DIR`, to deploy it on Modal.",
      );
    },
    preview: async () => outcome({}),
    async deploy({ app, onLine }) {
      onLine(`Publishing the built-in runner as ${app}`);
      const { appId, version } = await emulator.publish(app);
      return outcome({ appId, version, tail: [`Published ${app} as version ${version}`] });
    },
  };
}
