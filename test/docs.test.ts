import { execFile, execFileSync } from "node:child_process";
import { access, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { makeHome } from "./support/home.ts";
import { startToolClient } from "./support/tool-client.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const SNAPSHOT = "test/tools/tools-list.snapshot.json";

const README = await readFile(join(ROOT, "README.md"), "utf8");
const DOCUMENTS = (await readdir(join(ROOT, "docs"))).filter((name) => name.endsWith(".md"));
/** README.md and every document, links taken as from the top folder. */
const TEXT = [README, ...(await Promise.all(DOCUMENTS.map(readDocument)))].join("\n");
const MANIFEST = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
/** Commands of other programs that the README may show. */
const FOREIGN = [/^npm ci$/, /^claude mcp add modal-fmi -- node \S+$/, /^modal (volume|app) \w+ \S+$/];
/** What an absolute path in an example stands for. */
const PLACEHOLDER = "/ABSOLUTE/PATH/TO/";

test("README.md has the tables that scripts/docs.mjs writes", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["scripts/docs.mjs", "--check"], {
    cwd: ROOT,
  });
  expect(stdout).toContain("up to date");
});

test("README.md is under 200 lines and starts with the two commands", () => {
  const lines = README.trimEnd().split("\n");
  expect(lines.length).toBeLessThan(200);
  const firstScreen = lines.slice(0, 25).join("\n");
  expect(firstScreen).toContain("npm ci && npm run demo");
  expect(firstScreen).toContain("npm ci && npm test");
});

test("every command in README.md and the documents exists", async () => {
  const commands = readCommands(TEXT);
  expect(commands.length).toBeGreaterThan(4);
  const usage = await runProgram("--help");
  expect(commands.filter((command) => !commandExists(command, usage))).toEqual([]);
});

test.each(["npm run nonsense", "node dist/main.js nonsense", "modal-fmi-mcp nonsense", "curl example.com"])(
  "a README with the command %s would be found out",
  async (command) => {
    expect(commandExists(command, await runProgram("--help"))).toBe(false);
  },
);

test("every file that README.md and the documents name exists", async () => {
  const paths = readPaths(TEXT);
  expect(paths).toEqual(
    expect.arrayContaining(["dist/main.js", "mcp.json.example", "LICENSE", "docs/tutorial.md"]),
  );
  const missing: string[] = [];
  for (const path of paths) await access(join(ROOT, path)).catch(() => missing.push(path));
  expect(missing).toEqual([]);
});

test("tools/list is as the stored snapshot has it", async () => {
  const update = "npx vitest run test/docs.test.ts -u";
  // In the shape the formatter gives it, so that storing it is one step.
  const biome = join(ROOT, "node_modules/@biomejs/biome/bin/biome");
  const format = [biome, "format", `--stdin-file-path=${SNAPSHOT}`];
  const text = execFileSync(process.execPath, format, {
    cwd: ROOT,
    input: JSON.stringify(await listTools()),
    encoding: "utf8",
  });
  await expect(text, `tools/list has changed. If that is intended, run ${update}`).toMatchFileSnapshot(
    join(ROOT, SNAPSHOT),
  );
});

/** The tools as a real MCP client gets them. */
async function listTools() {
  const home = await makeHome();
  const { client, close } = await startToolClient(home.path);
  onTestFinished(async () => {
    await close();
    await home.remove();
  });
  return (await client.listTools()).tools;
}

async function readDocument(name: string): Promise<string> {
  const text = await readFile(join(ROOT, "docs", name), "utf8");
  return text.replace(/\]\((?!\w+:|#|\.\.\/)/g, "](docs/").replaceAll("](../", "](");
}

async function runProgram(argument: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(ROOT, "dist/main.js"), argument]);
  return stdout;
}

/** The commands of the `sh` blocks, and those in backticks that begin with a program of ours. */
function readCommands(readme: string): string[] {
  const blocks = [...readme.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = ""]) => block);
  const inline = [...readme.matchAll(/`((?:npm|modal-fmi-mcp) [^`]+)`/g)].map(([, command = ""]) => command);
  return [...blocks.flatMap((block) => block.split("\n")), ...inline]
    .flatMap((line) => line.replace(/#.*/, "").split("&&"))
    .map((command) => command.trim())
    .filter((command) => command !== "");
}

function commandExists(command: string, usage: string): boolean {
  const script = /^npm (?:run )?([\w:-]+)$/.exec(command)?.[1];
  if (script !== undefined && script in MANIFEST.scripts) return true;
  const [program = "", ...rest] = command.replace(/^node (\S+)/, "$1").split(" ");
  const ours = program in MANIFEST.bin || Object.values(MANIFEST.bin).includes(program);
  if (ours) return usage.includes(["  modal-fmi-mcp", ...rest].join(" ").concat("  "));
  return FOREIGN.some((pattern) => pattern.test(command));
}

/** The project's files and folders that the README names: in links, in backticks, in commands and in the folder map. */
function readPaths(readme: string): string[] {
  const text = readme.replaceAll(PLACEHOLDER, "");
  const links = [...text.matchAll(/\]\(([^):#]+)\)/g)].map(([, path = ""]) => path);
  const folders = "src|test|scripts|examples|dist|runners|\\.ci";
  const named = text.match(new RegExp(`(?<![\\w/.~-])(?:${folders})/[\\w./-]*`, "g")) ?? [];
  return [...new Set([...links, ...named].map((path) => path.replace(/[.,]+$/, "")))];
}
