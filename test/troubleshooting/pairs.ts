import { CAUSE_CODES } from "../../src/diagnosis/codes.ts";
import { type Bench, type Diagnosis, startBench } from "./bench.ts";
import type { State } from "./state.ts";

/** Two states that are there at once. */
export type Pair = readonly [State, State];

/** Every pair of which at least one is a fault, at most one needs preparation, and which can be there at once. */
export function sensiblePairs(all: readonly State[]): Pair[] {
  const states = all.filter(({ likeAnother }) => !likeAnother);
  return states.flatMap((first, index) =>
    states
      .slice(index + 1)
      .filter((second) => (first.fault || second.fault) && !(first.prepare && second.prepare))
      .filter((second) => !first.holds.some((hold) => second.holds.includes(hold)))
      .map((second): Pair => (rank(first) <= rank(second) ? [first, second] : [second, first])),
  );
}

/** Whether one of the two is of a run or an FMU, which takes a bench with one. */
export function hasSubject(pair: Pair): boolean {
  return pair.some(({ prepare }) => prepare !== undefined);
}

/** Whose cause must be mended first comes first; one without a cause comes last. */
function rank({ expected }: State): number {
  if (expected === null) return CAUSE_CODES.length;
  return CAUSE_CODES.indexOf(expected.code as (typeof CAUSE_CODES)[number]);
}

/** Pairs that one bench can have one after the other. */
interface Group {
  /** Its subject, prepared once. */
  prepared: State | undefined;
  pairs: Pair[];
}

/** Waiting is most of the work: small groups are waited for side by side. */
const MOST_IN_GROUP = 12;

function groupBySubject(pairs: readonly Pair[]): Group[] {
  const groups: Group[] = [];
  for (const pair of pairs) {
    const prepared = pair.find(({ prepare }) => prepare);
    const open = groups.find((group) => group.prepared === prepared && group.pairs.length < MOST_IN_GROUP);
    if (open) open.pairs.push(pair);
    else groups.push({ prepared, pairs: [pair] });
  }
  return groups;
}

/** Long: what is tested is the answer, on however busy a machine. */
const WITHIN_MS = 60_000;

/** Diagnoses every pair; what the wrong answers were, a line each. */
export async function findWrongAnswers(pairs: readonly Pair[], benchesAtOnce: number): Promise<string[]> {
  const wrong: string[] = [];
  const benches: Bench[] = [];
  const queue = groupBySubject(pairs).values();
  const work = async (): Promise<void> => {
    for (const group of queue) {
      const bench = await startBench();
      benches.push(bench);
      wrong.push(...(await diagnosePairs(bench, group)));
      await bench.retire();
    }
  };
  try {
    await Promise.all(Array.from({ length: benchesAtOnce }, work));
  } finally {
    await Promise.all(benches.map((bench) => bench.close()));
  }
  return wrong;
}

async function diagnosePairs(bench: Bench, { prepared, pairs }: Group): Promise<string[]> {
  const call = (await prepared?.prepare?.(bench)) ?? {};
  const wrong: string[] = [];
  for (const pair of pairs) {
    const { likely_cause: cause } = await diagnosePair(bench, pair, call);
    const [{ expected }] = pair;
    if (cause?.code !== expected?.code)
      wrong.push(`${pair.map(({ name }) => name).join(" + ")}: ${cause?.code} instead of ${expected?.code}`);
  }
  return wrong;
}

async function diagnosePair(bench: Bench, pair: Pair, call: Record<string, string>): Promise<Diagnosis> {
  const setting = bench.healthy();
  for (const state of pair) await state.arrange?.(setting, bench);
  return bench.diagnose(setting, call, WITHIN_MS);
}
