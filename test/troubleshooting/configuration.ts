import { fixture } from "../support/tool-client.ts";
import { ALL_HOLDS, type State } from "./state.ts";

const ID = "ak-abcdefghijklmnop";
const SECRET = "as-qrstuvwxyz012345";
const profile = (name: string, rest = "") =>
  `[${name}]\ntoken_id = "${ID}"\ntoken_secret = "${SECRET}"\n${rest}`;

/** Faults of the configuration: a real file, real variables. */
export const CONFIGURATION_STATES: readonly State[] = [
  {
    name: "credentials_half",
    description: "Only one half of the token is set",
    fault: true,
    holds: ["token"],
    arrange: ({ env }) => {
      delete env.MODAL_TOKEN_SECRET;
    },
    expected: { code: "credentials_half", cause: "MODAL_TOKEN_SECRET", remedy: "MODAL_TOKEN_SECRET" },
  },
  {
    name: "credentials_half_in_file",
    description: "The profile in the configuration file has one half of the token",
    fault: true,
    holds: ["token", "profile"],
    arrange: (setting) => {
      setting.env = {};
      setting.toml = `[default]\ntoken_id = "${ID}"\n`;
    },
    expected: { code: "credentials_half", cause: "token_secret", remedy: /token_secret|modal token new/ },
  },
  {
    name: "credentials_malformed",
    description: "The configuration file is not TOML",
    fault: true,
    holds: ["token", "profile"],
    arrange: (setting) => {
      setting.env = {};
      setting.toml = `[default\ntoken_id = "${ID}"\n`;
    },
    expected: { code: "credentials_malformed", cause: "no-modal.toml", remedy: /no-modal\.toml|line 1/ },
  },
  {
    name: "profile_unknown",
    description: "MODAL_PROFILE names a profile that the file does not have",
    fault: true,
    holds: ["token", "profile"],
    arrange: (setting) => {
      setting.env = { MODAL_PROFILE: "work" };
      setting.toml = profile("home", "active = true\n");
    },
    expected: { code: "profile_unknown", cause: "work", remedy: "MODAL_PROFILE" },
  },
  {
    name: "profile_ambiguous",
    description: "The file has several profiles, none active",
    fault: true,
    holds: ["token", "profile"],
    arrange: (setting) => {
      setting.env = {};
      setting.toml = profile("one") + profile("two");
    },
    expected: { code: "profile_ambiguous", cause: /one.*two/, remedy: "MODAL_PROFILE" },
  },
  {
    name: "url_without_token",
    description: "MODAL_SERVER_URL is set, and no token",
    fault: true,
    holds: ["token"],
    arrange: ({ env }) => {
      delete env.MODAL_TOKEN_ID;
      delete env.MODAL_TOKEN_SECRET;
    },
    expected: {
      code: "url_without_token",
      cause: "MODAL_SERVER_URL",
      remedy: /MODAL_TOKEN_ID|modal token new/,
    },
  },
  {
    name: "credentials_missing",
    description: "MODAL_FMI_ENDPOINT asks for Modal, and there is no token",
    fault: true,
    holds: ["token", "profile", "url"],
    arrange: (setting) => {
      setting.env = { MODAL_FMI_ENDPOINT: "modal" };
    },
    expected: { code: "credentials_missing", cause: "token", remedy: /modal token new/ },
  },
  {
    name: "setting_invalid",
    description: "Another variable has a value that cannot be used",
    fault: true,
    holds: ["setting"],
    arrange: ({ env }) => {
      env.MODAL_FMI_RUN_TIMEOUT_S = "soon";
    },
    expected: {
      code: "setting_invalid",
      cause: "MODAL_FMI_RUN_TIMEOUT_S",
      remedy: "MODAL_FMI_RUN_TIMEOUT_S",
    },
  },
  {
    name: "embedded_by_accident",
    description: "A desktop host started the server without the shell's variables; runs before went to Modal",
    fault: true,
    holds: ALL_HOLDS,
    prepare: async (bench) => {
      const tools = await bench.tools();
      await tools.call("run_fmi_simulation", { path: fixture("feedthrough-2.fmu") });
      return {};
    },
    arrange: (setting) => {
      setting.env = {};
    },
    expected: {
      code: "embedded_by_accident",
      cause: /embedded|modal/i,
      remedy: /MODAL_TOKEN_ID|modal token new/,
    },
  },
];
