import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { makeHome } from "./support/home.ts";
import { startToolClient, type ToolClient } from "./support/tool-client.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const TUTORIAL = join(ROOT, "docs/tutorial.md");

/** A call as the tutorial shows it, and the answer below it. */
const STEP = /```json\n(\{"tool".*?)\n```\n\n```text\n(.*?)```/gs;

test("docs/tutorial.md shows what its calls answer", async () => {
  const home = await makeHome();
  const tools = await startToolClient(home.path);
  onTestFinished(async () => {
    await tools.close();
    await home.remove();
  });
  const written = await readFile(TUTORIAL, "utf8");
  const runs: string[] = [];
  const answers: string[] = [];
  for (const [, call = ""] of written.matchAll(STEP)) answers.push(await answer(tools, call, runs));
  expect(answers).toHaveLength(6);
  let next = 0;
  const actual = written.replace(
    STEP,
    (_, call) => `\`\`\`json\n${call}\n\`\`\`\n\n\`\`\`text\n${answers[next++]}\n\`\`\``,
  );
  await expect(actual, "run npx vitest run test/tutorial.test.ts -u").toMatchFileSnapshot(TUTORIAL);
});

/** Makes a call and returns its text for people; run ids and paths of this computer become what the tutorial calls them. */
async function answer({ client }: ToolClient, call: string, runs: string[]): Promise<string> {
  const named = runs.reduce((text, id, index) => text.replaceAll(`$run${index + 1}`, id), call);
  const { tool, arguments: args } = JSON.parse(named.replaceAll('"examples/', `"${ROOT}examples/`));
  const result = await client.callTool({ name: tool, arguments: args });
  expect(result.isError, JSON.stringify(result.content)).not.toBe(true);
  const [first] = result.content as { type: string; text: string }[];
  const { run_id } = result.structuredContent as { run_id?: string };
  if (run_id !== undefined) runs.push(run_id);
  if (args.plot === true)
    expect(result.content).toContainEqual(expect.objectContaining({ type: "image", mimeType: "image/png" }));
  const [summary = ""] = (first?.text ?? "").split("\n\n{");
  return runs
    .reduce((text, id, index) => text.replaceAll(id, `$run${index + 1}`), summary)
    .replaceAll(ROOT, "");
}
