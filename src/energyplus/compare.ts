import type { RunRecord } from "../runs/record.ts";

/** How a metric differs from the baseline's. */
export interface MetricDifference {
  baseline: number;
  /** This run's value less the baseline's. */
  difference: number;
  /** Of the baseline's value, %; null where that is 0. */
  percent: number | null;
}

/** Compares the metrics that both runs have; `notes` name what beside the model differs between them. */
export function compareRuns(
  run: RunRecord,
  baseline: RunRecord,
): { differences: Record<string, MetricDifference>; notes: string[] } {
  const differences: Record<string, MetricDifference> = {};
  for (const [name, value] of Object.entries(run.outputs)) {
    const before = baseline.outputs[name];
    if (typeof value !== "number" || typeof before !== "number") continue;
    const difference = value - before;
    differences[name] = { baseline: before, difference, percent: percentOf(difference, before) };
  }
  return { differences, notes: findOtherDifferences(run, baseline) };
}

function percentOf(difference: number, baseline: number): number | null {
  return baseline === 0 ? null : (difference / baseline) * 100;
}

/** What makes two runs hard to compare. */
const COMPARED = ["weather", "period", "engine", "hours_simulated"];

function findOtherDifferences(run: RunRecord, baseline: RunRecord): string[] {
  return COMPARED.flatMap((name) => {
    const [here, there] = [run, baseline].map((one) => one.energyplus?.[name] ?? null);
    if (here === there) return [];
    return [`The baseline has another ${name}: ${there ?? "unknown"}, this run ${here ?? "unknown"}`];
  });
}
