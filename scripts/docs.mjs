// Writes the tables of README.md, tools and configuration, from the sources; `--check` only tells whether they are up to date.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { ROOT } from "./bundle.mjs";

const README = join(ROOT, "README.md");
const EVERY_TOOL_TAKES = ["endpoint", "environment"];

const before = await readFile(README, "utf8");
const { TOOLS } = await load("src/tools/index.ts");
const { CONFIG_VARIABLES } = await load("src/config/variables.ts");
const after = [
  ["tools", ["tool", "what it does", "arguments"], TOOLS.map(toolRow)],
  ["configuration", ["variable", "default", "meaning"], CONFIG_VARIABLES.map(variableRow)],
].reduce(replaceTable, before);

if (after === before) console.log("README.md is up to date");
else if (process.argv.includes("--check")) {
  console.error("README.md is out of date: run npm run docs");
  process.exitCode = 1;
} else {
  await writeFile(README, after);
  console.log("README.md written");
}

/** Imports a source file; what it imports dynamically is work to be done, not data, and stays out. */
async function load(path) {
  const leaveDynamic = {
    name: "leave dynamic imports",
    setup({ onResolve }) {
      onResolve({ filter: /.*/ }, ({ kind, path: target }) =>
        kind === "dynamic-import" ? { path: target, external: true } : undefined,
      );
    },
  };
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    entryPoints: [path],
    bundle: true,
    format: "esm",
    platform: "node",
    plugins: [leaveDynamic],
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

function toolRow({ name, description, input }) {
  const [firstSentence] = description.split(/(?<=[.!?])\s+(?=[A-Z])/);
  const own = Object.entries(input.shape).filter(([argument]) => !EVERY_TOOL_TAKES.includes(argument));
  const args = own.map(([argument, schema]) =>
    schema.safeParse(undefined).success ? `\`${argument}\`` : `**\`${argument}\`**`,
  );
  return [`\`${name}\``, escapeHtml(firstSentence), args.join(", ")];
}

function variableRow({ name, default: fallback, meaning }) {
  return [`\`${name}\``, fallback || "–", meaning];
}

function escapeHtml(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function replaceTable(readme, [name, head, rows]) {
  const [begin, end] = [`<!-- ${name}: written by npm run docs -->`, `<!-- /${name} -->`];
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no lines ${begin} and ${end}`);
  const lines = [head, head.map(() => "---"), ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`,
  );
  return `${readme.slice(0, from)}${begin}\n${lines.join("\n")}\n${readme.slice(to)}`;
}
