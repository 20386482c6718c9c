import type { RecordedColumn } from "../fmi/recording/recorded-columns.ts";
import type { StepCheck } from "./contract.ts";
import type { StoredRecording } from "./recording-file.ts";

/**
 * Compares two recordings of the same columns at the points that both have, the last value of each time; `stepSize`, s, is that
 * of the second. Columns that are nowhere finite in both are left out.
 */
export function compareSteps(
  columns: readonly RecordedColumn[],
  first: StoredRecording,
  second: StoredRecording,
  stepSize: number,
): StepCheck {
  const pairs = findPairs(first.time, second.time);
  const variables: StepCheck["variables"] = {};
  columns.forEach(({ name }, index) => {
    const [a, b] = [first.columns[index], second.columns[index]];
    if (a === undefined || b === undefined) return;
    let difference = -1;
    let time = Number.NaN;
    for (const [i, j] of pairs) {
      const distance = Math.abs((a[i] as number) - (b[j] as number));
      if (!(distance > difference)) continue;
      difference = distance;
      time = first.time[i] as number;
    }
    if (difference < 0) return;
    const { min, max } = first.statistics[index] ?? { min: null, max: null };
    const range = min === null || max === null ? 0 : max - min;
    variables[name] = { difference, time, relative: range > 0 ? difference / range : null };
  });
  return { step_size: stepSize, variables };
}

/* Indices of the last rows of each time that both have; events in one of them leave rows that the other lacks. */
function findPairs(first: Float64Array, second: Float64Array): [number, number][] {
  const pairs: [number, number][] = [];
  let j = 0;
  for (let i = 0; i < first.length; i++) {
    const time = first[i] as number;
    if (first[i + 1] === time) continue;
    const slack = 1e-12 * Math.abs(time);
    while (j < second.length && (second[j] as number) < time - slack) j += 1;
    while (j + 1 < second.length && (second[j + 1] as number) <= time + slack) j += 1;
    if (j < second.length && Math.abs((second[j] as number) - time) <= slack) pairs.push([i, j]);
  }
  return pairs;
}
