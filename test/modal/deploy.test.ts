import { describe, expect, test } from "vitest";
import { deployWithCli, rollBackWithCli } from "../../src/modal/deploy.ts";
import { fakeCli, runnersFolder } from "../support/fake-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("deployWithCli", () => {
  const cases = [
    {
      name: "a rejected token",
      script: "echo 'AuthError: Token validation failed' >&2; exit 1",
      code: "unauthenticated",
      remedy: "modal token new",
    },
    {
      name: "an import error",
      script: "echo \"ModuleNotFoundError: No module named 'x'\" >&2; exit 1",
      code: "failed_precondition",
      remedy: "MODAL_RUNNERS_DIR",
    },
    {
      name: "a failed image build",
      script: "echo 'Image build for im-1 failed' >&2; exit 1",
      code: "failed_precondition",
      remedy: "image",
    },
    {
      name: "an unreachable server",
      script: "echo 'Could not connect to the Modal server.' >&2; exit 1",
      code: "unavailable",
      remedy: "MODAL_SERVER_URL",
    },
    {
      name: "a module without an app",
      script: "echo \"module 'sv_fmi.modal_app' has no attribute 'app'\" >&2; exit 1",
      code: "failed_precondition",
      remedy: "Modal app",
    },
    {
      name: "an error in the source",
      script:
        "printf '%s\\n' '╭─ Traceback (most recent call last) ─╮' '│ a.py:8 │' 'SyntaxError: invalid syntax'; exit 1",
      code: "failed_precondition",
      remedy: "Mend",
      message: "(a.py:8; SyntaxError: invalid syntax)",
    },
    { name: "anything else", script: "echo 'weird' >&2; exit 3", code: "unknown", remedy: "deploy_runner" },
  ];

  test.each(cases)("explains $name", async ({ script, code, message = "", remedy }) => {
    const program = await fakeCli(script);
    const deploying = deployWithCli({
      cli: { program, leading: [], version: "1.5.4" },
      folder: await runnersFolder(),
      module: "sv_fmi.modal_app",
      environment: {
        tokenId: "ak-x",
        tokenSecret: "as-x",
        serverUrl: "http://127.0.0.1:9",
        environment: "",
        inherited: process.env,
      },
      onLine: () => {},
      signal: AbortSignal.timeout(10_000),
    });
    await expect(deploying).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
      remedy: expect.stringContaining(remedy),
    });
  });

  test("stops a deploy that does not end", async () => {
    const deploying = deployWithCli({
      cli: { program: await fakeCli("exec sleep 60"), leading: [], version: "1.5.4" },
      folder: await runnersFolder(),
      module: "sv_fmi.modal_app",
      environment: {
        tokenId: "ak",
        tokenSecret: "as",
        serverUrl: "",
        environment: "",
        inherited: process.env,
      },
      onLine: () => {},
      signal: new AbortController().signal,
      limitMs: 300,
    });
    await expect(deploying).rejects.toMatchObject({
      code: "deadline_exceeded",
      message: expect.stringContaining("was stopped"),
      remedy: expect.stringContaining("by hand"),
    });
  });

  test("shows a panel of the CLI without its width", async () => {
    const program = await fakeCli(
      `printf '%s\\n' '╭─ Error ──────────────────────╮' '│ App has no version 0         │'; exit 1`,
    );
    const rolling = rollBackWithCli({
      cli: { program, leading: [], version: "1.5.4" },
      ...{
        folder: await temporaryFolder(),
        module: "sv_fmi.modal_app",
        name: "fmi-runner",
        onLine: () => {},
      },
      environment: {
        tokenId: "ak",
        tokenSecret: "as",
        serverUrl: "",
        environment: "",
        inherited: process.env,
      },
      signal: AbortSignal.timeout(10_000),
    });
    await expect(rolling).rejects.toMatchObject({
      message: "Cannot roll back: `modal app rollback fmi-runner` ended with code 1",
      detail: "╭─ Error ───╮\n│ App has no version 0 │",
    });
  });

  test("tells the CLI everything and leaks nothing else", async () => {
    const program = await fakeCli(
      "env; echo 'View Deployment: https://modal.com/apps/me/main/deployed/fmi-runner'",
    );
    const lines: string[] = [];
    const done = await deployWithCli({
      cli: { program, leading: [], version: "1.5.4" },
      folder: await runnersFolder(),
      module: "sv_fmi.modal_app",
      environment: {
        tokenId: "ak-given",
        tokenSecret: "as-given",
        serverUrl: "http://127.0.0.1:9",
        environment: "dev",
        inherited: {
          PATH: process.env.PATH,
          AWS_SECRET_ACCESS_KEY: "planted",
          MODAL_PROFILE: "other",
          FMI_USE_TEST_VOLUME: "1",
        },
      },
      onLine: (line) => lines.push(line),
      signal: AbortSignal.timeout(10_000),
    });
    expect(done.url).toBe("https://modal.com/apps/me/main/deployed/fmi-runner");
    const text = lines.join("\n");
    expect(text).toContain("MODAL_TOKEN_ID=ak-given");
    expect(text).toContain("MODAL_ENVIRONMENT=dev");
    expect(text).toContain("FMI_USE_TEST_VOLUME=1");
    expect(text).not.toContain("planted");
    expect(text).not.toContain("MODAL_PROFILE");
  });
});
