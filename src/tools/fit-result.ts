/** Bytes for outputs with their units, and for their statistics, in the result of a run whose caller named no outputs. */
const OUTPUT_BYTES = 500;
const STATISTICS_BYTES = 420;

/** What a result shows of a run's outputs; the record holds all. */
export interface ShownOutputs<Value, Statistics> {
  outputs: Record<string, Value>;
  units: Record<string, string | null>;
  statistics: Record<string, Statistics>;
}

/**
 * Chooses the outputs to show where the caller named none: the first that fit, statistics of the first of those, or of what was
 * recorded where there are no outputs. Where `all` is set nothing is left out.
 */
export function fitOutputs<Value, Statistics>(
  run: ShownOutputs<Value, Statistics>,
  all: boolean,
): ShownOutputs<Value, Statistics> {
  const units = withoutNulls(run.units);
  if (all) return { ...run, units };
  const names = firstThatFit(Object.keys(run.outputs), OUTPUT_BYTES, (name) => [
    ...[name, run.outputs[name]],
    ...(Object.hasOwn(units, name) ? [name, units[name]] : []),
  ]);
  // A run that did not come to its end has no outputs; what its series came to is told all the same.
  const withStatistics = names.length === 0 ? Object.keys(run.statistics) : names;
  const told = withStatistics.filter((name) => Object.hasOwn(run.statistics, name));
  const counted = firstThatFit(told, STATISTICS_BYTES, (name) => [name, run.statistics[name]]);
  return {
    outputs: pick(run.outputs, names),
    units: pick(units, names.length === 0 ? counted : names),
    statistics: pick(run.statistics, counted),
  };
}

/** At least one, however large. */
function firstThatFit(
  names: readonly string[],
  bytes: number,
  partsOf: (name: string) => unknown[],
): string[] {
  let used = 0;
  const count = names.findIndex((name) => {
    used += Buffer.byteLength(JSON.stringify(partsOf(name)));
    return used > bytes;
  });
  return count === -1 ? [...names] : names.slice(0, Math.max(1, count));
}

/** A variable without a unit is one without a member: a list of nulls tells a reader nothing. */
function withoutNulls(units: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(units).flatMap(([name, unit]) => (unit === null ? [] : [[name, unit] as const])),
  );
}

function pick<T>(members: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
  return Object.fromEntries(
    names.flatMap((name) => (Object.hasOwn(members, name) ? [[name, members[name] as T] as const] : [])),
  );
}
