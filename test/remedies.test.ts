import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { CONFIG_VARIABLES } from "../src/config.ts";
import { TOOLS } from "../src/tools/index.ts";

const SRC = fileURLToPath(new URL("../src", import.meta.url));

/** What else a message may name: commands, files and values that exist outside this program. */
const OUTSIDE = [
  /^modal( \S.*)?$/,
  /^python3 -m modal$/,
  /^pip( install \S.*)?$/,
  /^uv( lock \S.*)?$/,
  /^poetry update \S.*$/,
  /^~\/\.modal\.toml$/,
  /^\$\{.*\}$/,
  /^sv_(fmi|energyplus)$/,
  /^\.?\.?fmu$/,
  /^(run|probe)_fmu?i?_?(simulation|fmu)?$/,
];

/** Every name that a message sets in backticks must be one that the reader can use. */
test("every name in backticks in a message exists", async () => {
  const known = new Set<string>([
    ...TOOLS.map((tool) => tool.name),
    ...TOOLS.flatMap((tool) => [...Object.keys(tool.input.shape), ...Object.keys(tool.output.shape)]),
    ...CONFIG_VARIABLES.map((variable) => variable.name),
  ]);
  const unknown: string[] = [];
  let seen = 0;
  for (const file of await readdir(SRC, { recursive: true })) {
    // The table of variables speaks of the configuration file's own keys.
    if (!file.endsWith(".ts") || file.endsWith("variables.ts")) continue;
    for (const name of namesInMessages(await readFile(join(SRC, file), "utf8"))) {
      seen += 1;
      const argument = /^(\w+): \S+$/.exec(name)?.[1] ?? name;
      if (!known.has(argument) && !OUTSIDE.some((pattern) => pattern.test(name)))
        unknown.push(`${file}: ${name}`);
    }
  }
  expect(seen).toBeGreaterThan(80);
  expect(unknown).toEqual([]);
});

/** The texts in backticks inside the string literals of a source file, without its comments. */
function namesInMessages(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const quoted = [...code.matchAll(/"((?:[^"\\\n]|\\.)*)"/g)].flatMap(([, text = ""]) => [
    ...text.matchAll(/`([^`]+)`/g),
  ]);
  const escaped = [...code.matchAll(/\\`((?:[^`\\]|\\(?!`))+)\\`/g)];
  return [...quoted, ...escaped].map(([, name = ""]) => name);
}
