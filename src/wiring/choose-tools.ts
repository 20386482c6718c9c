import type { AnyTool } from "../tools/tool.ts";

/** What the arguments of the program say about the tools to offer. */
export interface ToolChoice {
  /** Only tools that change nothing; this wins over names. */
  readOnly: boolean;
  /** Only tools of these names; undefined means all. */
  names: readonly string[] | undefined;
}

/** Reads `--read-only` and `--tools a,b`. Throws for anything else. */
export function readToolChoice(args: readonly string[]): ToolChoice {
  let readOnly = false;
  let names: string[] | undefined;
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [flag, ...joined] = word.split("=");
    if (word === "--read-only") readOnly = true;
    else if (flag === "--tools") {
      const list = joined.length > 0 ? joined.join("=") : (rest.shift() ?? "");
      names = list
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "");
      if (names.length === 0) throw new Error("--tools needs names of tools, separated by commas");
    } else throw new Error(`unknown option "${word}": see modal-fmi-mcp --help`);
  }
  return { readOnly, names };
}

/** The tools that a choice leaves. Throws for a name that no tool has, and where none is left. */
export async function chooseTools({ readOnly, names }: ToolChoice): Promise<readonly AnyTool[]> {
  const { TOOLS } = await import("../tools/index.ts");
  const unknown = names?.filter((name) => !TOOLS.some((tool) => tool.name === name)) ?? [];
  if (unknown.length > 0) {
    const known = TOOLS.map((tool) => tool.name).join(", ");
    throw new Error(`--tools names ${unknown.join(", ")}, which is no tool: choose from ${known}`);
  }
  const chosen = TOOLS.filter(
    ({ name, hints }) => (names?.includes(name) ?? true) && (hints.readOnly || !readOnly),
  );
  if (chosen.length === 0)
    throw new Error("--tools with --read-only leaves no tool: all named ones change something");
  return chosen;
}
