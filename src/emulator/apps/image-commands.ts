/** One installation by pip: its arguments, `install` left out, and the paths among them that the image would have. */
export interface PipInstall {
  arguments: string[];
}

/** What an image layer's commands mean here. */
export interface LayerPlan {
  installs: PipInstall[];
  /** Environment variables that the layer sets. */
  variables: Record<string, string>;
  /** Path in the image -> name of the context file that it is a copy of. */
  copies: Record<string, string>;
  /** Commands that have no effect here, as they were given. */
  ignored: string[];
}

/** Splits a command line as a POSIX shell would; undefined where it holds more than words and quotes. */
export function splitWords(line: string): string[] | undefined {
  const words: string[] = [];
  const token = /\s*((?:'[^']*'|"(?:[^"\\$`]|\\.)*"|\\.|[^\s'"\\$`|&;<>()])+)/y;
  let at = 0;
  const text = line.trimEnd();
  while (at < text.length) {
    token.lastIndex = at;
    const raw = token.exec(text)?.[1];
    if (raw === undefined) return undefined;
    at = token.lastIndex;
    const part = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^'"\\]+)/g;
    const plain = (_: string, single?: string, double?: string, escaped?: string, bare?: string): string =>
      single ?? double?.replace(/\\(["\\$`])/g, "$1") ?? escaped ?? bare ?? "";
    words.push(raw.replace(part, plain));
  }
  return words;
}

const PIP = /^(?:(?:\S*\/)?python[\d.]* -m pip|(?:\S*\/)?pip[\d.]*|(?:\S*\/)?uv pip) install\s+(.*)$/s;

/** uv's options that have no counterpart in pip, or none that matters. */
const UV_SKIPPED = new Set(["--compile-bytecode", "--system", "--no-cache"]);

function pipArguments(words: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--prerelease") {
      kept.push("--pre");
      at++;
    } else if (word === "--requirements") kept.push("-r");
    else if (!UV_SKIPPED.has(word)) kept.push(word);
  }
  return kept;
}

/** The installation that a shell command asks for; undefined where it is another command, or one too clever. */
export function parsePipInstall(command: string): PipInstall | undefined {
  const rest = PIP.exec(command.trim().replace(/\s+/g, " "))?.[1]?.replace(
    "--python $(command -v python)",
    "",
  );
  const words = rest === undefined ? undefined : splitWords(rest);
  return words && { arguments: pipArguments(words) };
}

function readRun(plan: LayerPlan, line: string): void {
  const commands = line.split("&&").map((command) => parsePipInstall(command));
  if (commands.some((command) => command === undefined)) plan.ignored.push(`RUN ${line}`);
  plan.installs.push(...commands.filter((command) => command !== undefined));
}

function readEnv(plan: LayerPlan, rest: string): void {
  const words = splitWords(rest) ?? [];
  for (const word of words) {
    const equals = word.indexOf("=");
    if (equals > 0) plan.variables[word.slice(0, equals)] = word.slice(equals + 1);
  }
}

/**
 * Reads a layer's dockerfile commands: what pip installs, what is set and copied, and what is passed over. A layer
 * that starts from an image of a registry only brings its package tools up to date: that is passed over in silence.
 */
export function readLayer(commands: readonly string[]): LayerPlan {
  const plan: LayerPlan = { installs: [], variables: {}, copies: {}, ignored: [] };
  const base = commands.some((command) => /^FROM (?!base\b)/.test(command));
  for (const command of commands) {
    const [, word = "", rest = ""] = /^(\w+)\s+(.*)$/s.exec(command) ?? [];
    const [source = "", target = ""] = rest.split(/\s+/);
    if (word === "ENV") readEnv(plan, rest);
    else if (word === "RUN" && !base) readRun(plan, rest);
    else if (word === "COPY" && !rest.startsWith("--")) plan.copies[target] = source;
    else if (!base && word !== "FROM" && word !== "COPY") plan.ignored.push(command);
  }
  return plan;
}
