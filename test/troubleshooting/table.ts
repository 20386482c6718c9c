import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Diagnosis } from "./bench.ts";
import type { State } from "./state.ts";

const BEGIN = "<!-- states: written by npx vitest run test/troubleshooting/states.test.ts -u -->";
const END = "<!-- /states -->";

/** Path of the document that shows the answer key. */
export const DOCUMENT = join(fileURLToPath(new URL("../..", import.meta.url)), "docs", "troubleshooting.md");

/** One state with what was answered in it. */
export interface Answered {
  state: State;
  cause: Diagnosis["likely_cause"];
}

/** The document as it is, with the table of these answers in place of the one in it. */
export async function documentWith(answered: readonly Answered[]): Promise<string> {
  const text = await readFile(DOCUMENT, "utf8");
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`docs/troubleshooting.md has no lines ${BEGIN} and ${END}`);
  const rows = answered.filter(({ state }) => !state.likeAnother).map(rowOf);
  const lines = [["state", "likely cause", "next step"], ["---", "---", "---"], ...rows].map(
    (cells) => `| ${cells.join(" | ")} |`,
  );
  return `${text.slice(0, from)}${BEGIN}\n${lines.join("\n")}\n${text.slice(to)}`;
}

function rowOf({ state, cause }: Answered): string[] {
  if (cause === null) return [state.description, "none", "–"];
  return [state.description, `\`${cause.code}\``, cell(cause.next_step)];
}

/** What differs from one time to the next in words, and nothing that would end the cell. */
function cell(text: string): string {
  return text
    .replace(/run-\d{8}-[a-z2-7]{10}/g, "run-…")
    .replace(/fc-[A-Za-z0-9]{22}/g, "fc-…")
    .replace(/[0-9a-f]{64}/g, "<sha256>")
    .replace(/http:\/\/127\.0\.0\.1:\d+/g, "<url>")
    .replace(/(\/[\w.-]+)+\/no-modal\.toml/g, "~/.modal.toml")
    .replace(/(\/[\w.-]+)+\/(runners|control-plane)\//g, "$2/")
    .replaceAll("<", "&lt;")
    .replaceAll("|", "\\|")
    .replaceAll("\n", " ");
}
