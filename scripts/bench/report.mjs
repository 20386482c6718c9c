import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../bundle.mjs";
import { target, value, verdict } from "./figures.mjs";

const PAGE = join(ROOT, "docs", "performance.md");
const BEGIN = "<!-- measured: written by npm run bench -- --write -->";
const END = "<!-- /measured -->";
const HEAD = ["what", "measured: median (least to greatest)", "value", "target", ""];

/** Puts the sections' figures between the marks in docs/performance.md. */
export async function writeReport(machine, sections) {
  const page = await readFile(PAGE, "utf8");
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no lines ${BEGIN} and ${END}`);
  const day = new Date().toISOString().slice(0, 10);
  const text = [`${day}. ${machine}`, ...sections.map(table)].join("\n\n");
  await writeFile(PAGE, `${page.slice(0, from)}${BEGIN}\n\n${text}\n\n${page.slice(to)}`);
}

function table({ title, missing, figures }) {
  if (missing !== undefined) return `### ${title}\n\nNot measured: ${missing}.`;
  const rows = figures.map((figure) => [
    ...[figure.what, figure.measured, value(figure), target(figure), verdict(figure)],
  ]);
  const lines = [HEAD, HEAD.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return `### ${title}\n\n${lines.join("\n")}`;
}
