import { fixture } from "../support/tool-client.ts";
import { VOLUMES } from "./bench.ts";
import { ALL_HOLDS, type State } from "./state.ts";

const embedded: State["arrange"] = (setting) => {
  setting.env = {};
};

/** States in which nothing is wrong: no cause may be named. */
export const HEALTHY_STATES: readonly State[] = [
  {
    name: "credentials_none",
    description: "No Modal token anywhere: the embedded endpoint, with nothing run yet",
    fault: false,
    holds: ALL_HOLDS,
    arrange: embedded,
    expected: null,
  },
  {
    name: "embedded_in_use",
    description: "The embedded endpoint, with volumes, an FMU and a run on it",
    fault: false,
    holds: ALL_HOLDS,
    prepare: async (bench) => {
      const tools = await bench.tools({ MODAL_FMI_ENDPOINT: "embedded" });
      await tools.call("run_fmi_simulation", { path: fixture("feedthrough-2.fmu") });
      return {};
    },
    arrange: ({ env }) => {
      env.MODAL_FMI_ENDPOINT = "embedded";
    },
    expected: null,
  },
  {
    name: "fresh",
    description: "An endpoint of Modal with the runner deployed and nothing run yet",
    fault: false,
    holds: ALL_HOLDS,
    expected: null,
  },
  {
    name: "in_use",
    description: "An endpoint of Modal with volumes, an FMU and a run on it",
    fault: false,
    holds: [],
    prepare: async (bench) => {
      const tools = await bench.tools();
      for (const name of Object.values(VOLUMES)) await bench.modal.volumes.ensure(name);
      await tools.call("run_fmi_simulation", { path: fixture("feedthrough-2.fmu") });
      return {};
    },
    expected: null,
  },
  {
    name: "fmu_ready",
    description: "An FMU that is there and can be run",
    fault: false,
    holds: [],
    prepare: async (bench) => {
      const tools = await bench.tools();
      const { fmu_checksum } = await tools.call("upload_fmu", { path: fixture("feedthrough-2.fmu") });
      return { fmu_checksum };
    },
    expected: null,
  },
  {
    name: "default_profile",
    description: "The configuration file has a [default] that is not marked active: it is used",
    fault: false,
    holds: ALL_HOLDS,
    arrange: (setting, { emulator }) => {
      const { MODAL_SERVER_URL = "" } = setting.env;
      setting.env = { MODAL_SERVER_URL };
      setting.toml = `[default]\ntoken_id = "${emulator.tokenId}"\ntoken_secret = "${emulator.tokenSecret}"\n`;
    },
    expected: null,
  },
];
