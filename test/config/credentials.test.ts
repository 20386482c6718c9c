import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { BOTH, errno, FILE, HOME, ID, load, SECRET, system, TOKENS } from "../support/configurations.ts";

describe("loadConfig chooses the profile", () => {
  const section = (name: string, more = "") => `[${name}]\n${more}${TOKENS}`;
  const rows: [string, Record<string, string>, string, string][] = [
    ["[default] that is not active", {}, section("default"), "default"],
    ["the active one before [default]", {}, section("default") + section("work", "active = true\n"), "work"],
    [
      "MODAL_PROFILE before the active one",
      { MODAL_PROFILE: "a" },
      section("a") + section("b", "active = true\n"),
      "a",
    ],
    ["[default] among several, none active", {}, section("a") + section("default"), "default"],
    ["the only one", {}, section("work"), "work"],
  ];
  test.each(rows)("%s", (_name, env, toml, profile) => {
    const config = load(env, toml);
    expect(config.profile).toBe(profile);
    expect(config.credentials).toEqual({
      kind: "token",
      tokenId: ID,
      tokenSecret: SECRET,
      from: `profile "${profile}" of ${FILE}`,
    });
  });

  test("several and none active names them", () => {
    const [problem] = load({}, section("a") + section("b")).problems;
    expect(problem?.file).toBe(FILE);
    expect(problem?.message).toContain('profiles "a", "b"');
  });

  test("several active is a problem with the second one's line", () => {
    const toml = section("a", "active = true\n") + section("b", "active = true\n");
    expect(load({}, toml).problems[0]).toMatchObject({ file: FILE, line: 6 });
  });

  test("several and none active does not matter to a token of the environment", () => {
    const config = load(BOTH, section("a") + section("b"));
    expect(config.credentials).toMatchObject({ kind: "token", from: "the environment" });
    expect(config.problems).toEqual([]);
  });

  test("MODAL_PROFILE that does not exist lists those that do, even with a token", () => {
    for (const env of [{}, BOTH]) {
      const config = load({ ...env, MODAL_PROFILE: "x" }, section("a") + section("b"));
      expect(config.credentials.kind).toBe("invalid");
      expect(config.problems[0]?.variable).toBe("MODAL_PROFILE");
      expect(config.problems[0]?.message).toContain('profiles "a", "b"');
    }
  });

  test("MODAL_PROFILE without tokens in it is no fall to the embedded endpoint", () => {
    const config = load({ MODAL_PROFILE: "a" }, '[a]\nenvironment = "dev"');
    expect(config.endpoint.default).toBe("modal");
    expect(config.problems[0]?.message).toContain('"token_id"');
  });
});

describe("loadConfig puts the token together", () => {
  test("environment variables override the file", () => {
    const config = load(
      { ...BOTH, MODAL_ENVIRONMENT: "main" },
      '[default]\ntoken_id = "ak-other0000000"\ntoken_secret = "as-other0000000"\nenvironment = "dev"',
    );
    expect(config.credentials).toMatchObject({ tokenId: ID, from: "the environment" });
    expect(config.environment).toBe("main");
  });

  test("halves mix, with a warning", () => {
    const config = load({ MODAL_TOKEN_ID: ID }, `[default]\ntoken_secret = "${SECRET}"`);
    expect(config.credentials).toMatchObject({ kind: "token", tokenId: ID, tokenSecret: SECRET });
    expect(config.warnings).toHaveLength(1);
  });

  test("tokens are trimmed", () => {
    const config = load({ MODAL_TOKEN_ID: ` ${ID}\n`, MODAL_TOKEN_SECRET: `${SECRET} ` });
    expect(config.credentials).toMatchObject({ tokenId: ID, tokenSecret: SECRET });
  });

  test.each([
    ["MODAL_TOKEN_SECRET", { MODAL_TOKEN_ID: ID }, undefined],
    ["MODAL_TOKEN_ID", { MODAL_TOKEN_SECRET: SECRET }, undefined],
    ["token_secret", {}, `[default]\ntoken_id = "${ID}"`],
    ["token_id", {}, `[default]\ntoken_secret = "${SECRET}"`],
  ])("a missing %s is named", (missing, env, toml) => {
    const [problem] = load(env as Record<string, string>, toml).problems;
    expect(problem?.message).toContain(missing);
    expect(problem?.remedy).toContain(missing);
    if (toml !== undefined) expect(problem).toMatchObject({ file: FILE, line: 2 });
  });

  test.each([
    ["a line break", "ak-abc\ndefgh"],
    ["a letter outside ASCII", "ak-abcdéfgh"],
    ["a null", "ak-abc\0defgh"],
  ])("a token with %s is refused without echo", (_name, bad) => {
    for (const config of [
      load({ MODAL_TOKEN_ID: bad, MODAL_TOKEN_SECRET: SECRET }),
      load({}, `[default]\ntoken_id = ${JSON.stringify(bad)}\ntoken_secret = "${SECRET}"`),
    ]) {
      expect(config.credentials.kind).toBe("invalid");
      expect(JSON.stringify([config.problems, config.warnings])).not.toMatch(/abc/);
      expect(config.secrets).toContain(bad);
    }
  });

  test("an unfilled placeholder of a host counts as unset", () => {
    const config = load({
      MODAL_TOKEN_ID: "\u0024{MODAL_TOKEN_ID}",
      MODAL_TOKEN_SECRET: "\u0024{user_config.secret}",
    });
    expect(config.credentials.kind).toBe("none");
    expect(config.warnings).toHaveLength(2);
  });
});

describe("loadConfig reads the file", () => {
  test("malformed TOML is a problem with its line and without its content", () => {
    const config = load({}, `[default]\ntoken_id = "${ID}"\ntoken_secret = ${SECRET}\n`);
    expect(config.problems).toHaveLength(1);
    expect(config.problems[0]).toMatchObject({ file: FILE, line: 3 });
    expect(JSON.stringify([config.problems, config.warnings])).not.toMatch(/qrstuv|abcdefgh/);
  });

  test("malformed TOML is a problem even with a token in the environment", () => {
    expect(load(BOTH, "[default").credentials.kind).toBe("invalid");
  });

  test.each(["EISDIR", "EACCES"])("a file that fails with %s is a problem", (code) => {
    const config = load({}, errno(code));
    expect(config.endpoint.default).toBe("modal");
    expect(config.problems[0]?.message).toContain(code);
  });

  test("a key outside any profile is a problem with its line", () => {
    const config = load({}, `# mine\ntoken_id = "${ID}"\n`);
    expect(config.problems[0]).toMatchObject({ file: FILE, line: 2 });
    expect(config.problems[0]?.message).toContain('"token_id"');
  });

  test("a key that may be a pasted secret is not shown", () => {
    expect(JSON.stringify(load({}, "verysecretthing = 1").problems)).not.toContain("verysecret");
  });

  test("values that are not text are problems, all at once", () => {
    const config = load({}, '[default]\ntoken_id = 1\ntoken_secret = [1]\nactive = "yes"\n');
    expect(config.problems.map((problem) => problem.line)).toEqual([2, 3, 4]);
  });

  test("a byte order mark does not matter", () => {
    expect(load({}, `\ufeff[default]\n${TOKENS}`).credentials.kind).toBe("token");
  });

  test.each([
    [{ MODAL_CONFIG_PATH: "/x/a.toml" }, "/x/a.toml", 0],
    [{ MODAL_CONFIG: "/x/a.toml" }, "/x/a.toml", 0],
    [{ MODAL_CONFIG_PATH: "~/a.toml" }, `${HOME}/a.toml`, 0],
    [{ MODAL_CONFIG_PATH: "a.toml" }, "/cwd/a.toml", 0],
    [{ MODAL_CONFIG_PATH: "/x/a.toml", MODAL_CONFIG: "/x/b.toml" }, "/x/a.toml", 1],
  ])("%o reads %s", (env, path, warnings) => {
    const config = loadConfig(env as Record<string, string>, system({ [path]: `[default]\n${TOKENS}` }));
    expect(config.configPath).toBe(path);
    expect(config.credentials.kind).toBe("token");
    expect(config.warnings).toHaveLength(warnings);
  });

  test("a named file that does not exist is a warning", () => {
    expect(load({ MODAL_CONFIG_PATH: "/x/none.toml" }).warnings[0]).toContain("/x/none.toml");
  });
});
