import { execFile } from "node:child_process";
import { expect, onTestFinished, test } from "vitest";
import { MAIN, programEnv } from "../support/built-program.ts";
import { makeHome } from "../support/home.ts";

/** Runs `modal-fmi-mcp doctor` on a home of its own. */
async function doctor(args: string[], env: Record<string, string> = {}) {
  const home = await makeHome();
  onTestFinished(home.remove);
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const options = { env: programEnv(home.path, env), timeout: 30_000 };
    execFile(process.execPath, [MAIN, "doctor", ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

test("modal-fmi-mcp doctor finds no fault in a fresh installation", async () => {
  const { code, stdout } = await doctor([]);
  expect({ code, end: stdout.trimEnd().split("\n").at(-1) }).toEqual({ code: 0, end: "Nothing is wrong." });
  expect(stdout).toMatch(/^ok {4}credentials: /m);
  expect(stdout).toMatch(/^ok {4}app fmi-runner: /m);
});

test("modal-fmi-mcp doctor ends with 1 and the cause where something is wrong, for people and programs", async () => {
  const half = { MODAL_TOKEN_ID: "ak-PlantedTokenId123456" };
  const text = await doctor([], half);
  expect(text.code).toBe(1);
  expect(text.stdout).toMatch(/^Likely cause: .*\(credentials_half\)$/m);
  expect(text.stdout).toMatch(/^Next step: Set MODAL_TOKEN_SECRET/m);
  const json = await doctor(["--json"], half);
  expect(json.code).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({
    status: "fail",
    likely_cause: { code: "credentials_half" },
  });
  expect(text.stdout + json.stdout).not.toContain("Planted");
});

test("modal-fmi-mcp doctor takes an id, and refuses what is none", async () => {
  const missing = await doctor(["fc-0000000000000000000000"]);
  expect(missing.code).toBe(1);
  expect(missing.stdout).toContain("(call_not_found)");
  const wrong = await doctor(["nonsense"]);
  expect({ code: wrong.code, stdout: wrong.stdout }).toEqual({ code: 1, stdout: "" });
  expect(wrong.stderr).toContain("modal-fmi-mcp doctor [--json]");
});
