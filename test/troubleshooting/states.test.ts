import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { TOOLS } from "../../src/tools/index.ts";
import { ANSWER_KEY } from "./answer-key.ts";
import { type Bench, startBench } from "./bench.ts";
import type { State } from "./state.ts";
import { type Answered, DOCUMENT, documentWith } from "./table.ts";

const STATES = Object.values(ANSWER_KEY).flat();
const answered: Answered[] = [];
const benches: Bench[] = [];

afterAll(async () => {
  await Promise.all(benches.map((bench) => bench.close()));
});

/** What stands in double quotes. */
const quoted = (text: string): string => [...text.matchAll(/"[^"]*"/g)].join();

/** Arguments that a next step gives to tools (`tool` with argument "…") which do not take them. */
function unknownArguments(nextStep: string): string[] {
  return [...nextStep.matchAll(/`(\w+)` with (?:`(\w+)(?:: \S+)?`|(\w+) ")/g)].flatMap(
    ([call, name, quotedArgument, argument]) => {
      const shape = TOOLS.find((tool) => tool.name === name)?.input.shape;
      return shape && (quotedArgument ?? argument ?? "") in shape ? [] : [call];
    },
  );
}

/** What `diagnose` says in a state that is brought about on a bench of its own. */
async function diagnose({ prepare, arrange }: State) {
  const bench = await startBench();
  benches.push(bench);
  onTestFinished(() => bench.retire());
  const call = (await prepare?.(bench)) ?? {};
  const setting = bench.healthy();
  await arrange?.(setting, bench);
  return bench.diagnose(setting, call);
}

describe.each(Object.entries(ANSWER_KEY))("diagnose: %s", (_group, states) => {
  test.each(states.map((state) => [state.name, state] as const))("%s", async (_name, state) => {
    const { likely_cause: cause, checks } = await diagnose(state);
    answered.push({ state, cause });
    const { expected, foreign } = state;
    if (expected === null || cause === null) {
      expect({ cause, checks }).toMatchObject({ cause: expected });
      return;
    }
    expect(cause.code, JSON.stringify({ cause, checks }, null, 1)).toBe(expected.code);
    expect(`${cause.message} ${cause.evidence}`).toMatch(expected.cause);
    expect(cause.next_step).toMatch(expected.remedy);
    expect(unknownArguments(cause.next_step)).toEqual([]);
    if (foreign === undefined) return;
    expect(`${cause.message} ${cause.next_step}`).not.toContain(foreign);
    expect(quoted(cause.evidence ?? "")).toContain(foreign);
  });
});

test("every state has a name of its own", () => {
  const names = STATES.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test("docs/troubleshooting.md has the table of the answers", async ({ skip }) => {
  if (answered.length < STATES.length) skip("only some of the states were diagnosed");
  await expect(await documentWith(answered)).toMatchFileSnapshot(DOCUMENT);
});
