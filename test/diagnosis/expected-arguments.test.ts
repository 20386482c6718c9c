import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { EXPECTED_ARGUMENTS } from "../../src/diagnosis/expected-arguments.ts";
import { runArguments } from "../../src/runner/contract.ts";
import { RUNNER_APPS } from "../../src/tools/runners.ts";

/** Names of a Python function's parameters. */
async function parametersOf(module: string, name: string): Promise<string[]> {
  const source = await readFile(
    new URL(`../../runners/${module.replaceAll(".", "/")}.py`, import.meta.url),
    "utf8",
  );
  const signature = new RegExp(`def ${name}\\(([^)]*)\\)`).exec(source)?.[1] ?? "";
  return [...signature.matchAll(/(\w+):/g)].map(([, parameter = ""]) => parameter);
}

test.each(["fmi", "energyplus"] as const)(
  "the bundled %s runner takes every argument expected",
  async (runner) => {
    const { module, functions } = RUNNER_APPS[runner];
    expect(Object.keys(EXPECTED_ARGUMENTS[runner]).sort()).toEqual([...functions].sort());
    for (const [name, expected] of Object.entries(EXPECTED_ARGUMENTS[runner])) {
      const parameters = await parametersOf(module, name);
      expect(parameters.length).toBeGreaterThan(1);
      expect(parameters).toEqual(expect.arrayContaining([...expected]));
    }
  },
);

test("the built-in runner takes every argument expected", () => {
  expect(Object.keys(runArguments.shape)).toEqual(
    expect.arrayContaining([...EXPECTED_ARGUMENTS.fmi.run_fmi_simulation]),
  );
});
