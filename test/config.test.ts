import { describe, expect, test } from "vitest";
import { CONFIG_VARIABLES, loadConfig } from "../src/config.ts";
import { BOTH, FILE, HOME, ID, load, system, TOKENS } from "./support/configurations.ts";

describe("loadConfig chooses the default endpoint", () => {
  const url = { MODAL_SERVER_URL: "http://127.0.0.1:9" };
  const rows: [string, Record<string, string>, string | undefined, "modal" | "embedded", string, string][] = [
    ["token, no URL", BOTH, undefined, "modal", "token", "https://api.modal.com:443"],
    ["token and URL", { ...BOTH, ...url }, undefined, "modal", "token", "http://127.0.0.1:9"],
    [
      "token and the profile's URL",
      {},
      `[default]\n${TOKENS}server_url = "http://h:1/"`,
      "modal",
      "token",
      "http://h:1",
    ],
    [
      "MODAL_SERVER_URL over the profile's",
      url,
      `[default]\n${TOKENS}server_url = "http://h:1"`,
      "modal",
      "token",
      "http://127.0.0.1:9",
    ],
    ["nothing", {}, undefined, "embedded", "none", "https://api.modal.com:443"],
    ["an empty file", {}, "", "embedded", "none", "https://api.modal.com:443"],
    [
      "empty variables",
      { MODAL_TOKEN_ID: "", MODAL_TOKEN_SECRET: " ", MODAL_SERVER_URL: "" },
      undefined,
      "embedded",
      "none",
      "https://api.modal.com:443",
    ],
    ["a URL without a token", url, undefined, "modal", "invalid", "http://127.0.0.1:9"],
    [
      "a profile's URL without a token",
      {},
      '[default]\nserver_url = "http://h:1"',
      "modal",
      "invalid",
      "http://h:1",
    ],
    ["one half", { MODAL_TOKEN_ID: ID }, undefined, "modal", "invalid", "https://api.modal.com:443"],
    ["a malformed file", {}, "[default\n", "modal", "invalid", "https://api.modal.com:443"],
  ];
  test.each(rows)("%s", (_name, env, toml, endpoint, kind, serverUrl) => {
    const config = load(env, toml);
    expect(config.endpoint.default).toBe(endpoint);
    expect(config.credentials.kind).toBe(kind);
    expect(config.serverUrl).toBe(serverUrl);
    expect(config.problems.length > 0).toBe(kind === "invalid");
    expect(config.endpoint.why).toMatch(/\.$/);
  });

  test("MODAL_FMI_ENDPOINT=embedded makes bad credentials warnings", () => {
    const config = load({ MODAL_FMI_ENDPOINT: "embedded", MODAL_TOKEN_ID: ID });
    expect(config.endpoint.default).toBe("embedded");
    expect(config.credentials.kind).toBe("invalid");
    expect(config.problems).toEqual([]);
    expect(config.warnings.join()).toContain("MODAL_TOKEN_SECRET");
  });

  test("MODAL_FMI_ENDPOINT=embedded holds with a token", () => {
    const config = load({ MODAL_FMI_ENDPOINT: "embedded", ...BOTH });
    expect(config.endpoint.default).toBe("embedded");
    expect(config.credentials.kind).toBe("token");
  });

  test("MODAL_FMI_ENDPOINT=modal without a token is a problem", () => {
    const config = load({ MODAL_FMI_ENDPOINT: "modal" });
    expect(config.endpoint.default).toBe("modal");
    expect(config.problems[0]?.variable).toBe("MODAL_FMI_ENDPOINT");
  });

  test("MODAL_FMI_ENDPOINT refuses another word", () => {
    expect(load({ MODAL_FMI_ENDPOINT: "here" }).problems[0]?.message).toContain('"here"');
  });
});

describe("loadConfig reads the rest", () => {
  test("defaults without a single variable", () => {
    expect(load()).toMatchObject({
      environment: "",
      profile: undefined,
      configPath: FILE,
      volumes: {
        fmi: "fmi-cache",
        fmiTest: "fmi-cache-test",
        energyplus: "energyplus-outputs",
        energyplusTest: "energyplus-outputs-test",
      },
      useTestVolume: { fmi: false, energyplus: false },
      mounts: { fmi: "/fmus", fmiTest: "/fmus-test", outputs: "/outputs" },
      home: `${HOME}/.local/share/modal-fmi-mcp`,
      roots: undefined,
      runTimeoutSeconds: 300,
      keeping: { days: 90, bytes: 5e9, parquet: false },
      allowProduction: true,
      consent: { aboveSeconds: 600, byValue: false },
      maxRunsPerHour: 60,
      runnersDir: undefined,
      cli: undefined,
      sidecar: true,
      problems: [],
      warnings: [],
    });
  });

  test("every variable is taken", () => {
    const config = load({
      FMI_VOLUME_NAME: "a",
      FMI_TEST_VOLUME_NAME: "b",
      ENERGYPLUS_VOLUME_NAME: "c",
      ENERGYPLUS_TEST_OUTPUT_VOLUME_NAME: "d",
      FMI_USE_TEST_VOLUME: "YES",
      ENERGYPLUS_USE_TEST_VOLUME: "on",
      MODAL_ENVIRONMENT: "dev",
      MODAL_FMI_HOME: "~/state",
      MODAL_FMI_ROOTS: "/a:~/b::/c/../d",
      MODAL_FMI_RUN_TIMEOUT_S: "10",
      MODAL_FMI_KEEP_DAYS: "7",
      MODAL_FMI_KEEP_GB: "2",
      MODAL_FMI_PARQUET: "1",
      MODAL_FMI_ALLOW_PRODUCTION: "0",
      MODAL_FMI_CONFIRM_ABOVE_S: "5",
      MODAL_FMI_CONFIRM_BY_VALUE: "1",
      MODAL_FMI_MAX_RUNS_PER_HOUR: "0",
      MODAL_FMI_SIDECAR: "off",
      MODAL_RUNNERS_DIR: "/runners",
      MODAL_CLI: "/bin/modal",
    });
    expect(config).toMatchObject({
      volumes: { fmi: "a", fmiTest: "b", energyplus: "c", energyplusTest: "d" },
      useTestVolume: { fmi: true, energyplus: true },
      environment: "dev",
      home: `${HOME}/state`,
      roots: ["/a", `${HOME}/b`, "/d"],
      runTimeoutSeconds: 10,
      keeping: { days: 7, bytes: 2e9, parquet: true },
      allowProduction: false,
      consent: { aboveSeconds: 5, byValue: true },
      maxRunsPerHour: 0,
      sidecar: false,
      runnersDir: "/runners",
      cli: "/bin/modal",
      problems: [],
    });
  });

  test("every bad value is reported at once and keeps its default", () => {
    const bad = {
      FMI_USE_TEST_VOLUME: "maybe",
      FMI_VOLUME_NAME: "a/b",
      FMI_TEST_VOLUME_NAME: "x".repeat(65),
      MODAL_FMI_RUN_TIMEOUT_S: "0",
      MODAL_FMI_KEEP_DAYS: "0",
      MODAL_FMI_KEEP_GB: "much",
      MODAL_FMI_ROOTS: "relative",
      MODAL_FMI_HOME: "./here",
      MODAL_RUNNERS_DIR: "runners",
      MODAL_CLI: "mo\ndal",
      MODAL_FMI_ALLOW_PRODUCTION: "perhaps",
      MODAL_SERVER_URL: "https://a.example,https://b.example",
      MODAL_ENVIRONMENT: "a b",
    };
    const config = load({ ...BOTH, ...bad });
    expect(config.problems.map((problem) => problem.variable).sort()).toEqual(Object.keys(bad).sort());
    for (const problem of config.problems) expect(problem.remedy).toMatch(/^[A-Z].*\.$/);
    expect(config).toMatchObject({
      useTestVolume: { fmi: false },
      volumes: { fmi: "fmi-cache" },
      runTimeoutSeconds: 300,
      roots: [],
    });
  });

  test.each(["ftp://h", "h:1", "https://", "http://u:p@h", "http://h/x", "http://a http://b"])(
    "MODAL_SERVER_URL=%s makes the credentials invalid",
    (url) => {
      const config = load({ ...BOTH, MODAL_SERVER_URL: url });
      expect(config.credentials.kind).toBe("invalid");
      expect(config.problems[0]?.variable).toBe("MODAL_SERVER_URL");
      expect(config.problems[0]?.message).not.toContain("u:p");
    },
  );

  test.each<[NodeJS.Platform, Record<string, string>, string]>([
    ["linux", { XDG_DATA_HOME: "/data" }, "/data/modal-fmi-mcp"],
    ["linux", { XDG_DATA_HOME: "data" }, `${HOME}/.local/share/modal-fmi-mcp`],
    ["darwin", {}, `${HOME}/Library/Application Support/modal-fmi-mcp`],
    ["win32", { LOCALAPPDATA: "D:\\Local" }, "D:\\Local\\modal-fmi-mcp"],
    ["win32", {}, "C:\\Users\\Ada\\AppData\\Local\\modal-fmi-mcp"],
  ])("home on %s with %o", (platform, env, home) => {
    expect(loadConfig(env, system({}, platform)).home).toBe(home);
  });

  test("a test volume that is the production volume is a warning", () => {
    expect(load({ FMI_TEST_VOLUME_NAME: "fmi-cache" }).warnings).toHaveLength(1);
  });

  test("secrets holds the tokens of every profile and of the environment", () => {
    const { secrets } = load(
      { MODAL_TOKEN_ID: ID, MODAL_OAUTH_REFRESH_TOKEN: "refresh" },
      '[a]\ntoken_secret = "one"\n[b]\ntoken_id = "two"',
    );
    expect(secrets.sort()).toEqual([ID, "one", "refresh", "two"].sort());
  });

  test("CONFIG_VARIABLES names each variable once", () => {
    const names = CONFIG_VARIABLES.map((variable) => variable.name);
    expect(new Set(names).size).toBe(names.length);
  });
});
