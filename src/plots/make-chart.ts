import type { Series } from "../analysis/series.ts";
import { namePattern } from "../fmi/description/name-pattern.ts";
import type { Chart, Curve, Panel } from "./chart.ts";
import { COLOURS } from "./theme.ts";

/** A run's part of a chart. */
export interface ChartSource {
  series: Series;
  /** Marks its curves in the legend, where there is more than one run. */
  mark: string | undefined;
  /** Names of variables that keep each value until the next. */
  steps: readonly string[];
}

/** More panels would be too low to read. */
const MOST_PANELS = 6;

/** One variable, by every run that recorded it. */
interface Group {
  name: string;
  unit: string | undefined;
  steps: boolean;
  members: { source: number; time: Float64Array; values: Float64Array }[];
}

/**
 * Arranges what runs recorded as panels, one or more for each unit, in the order of the columns; the second run's curves are
 * dashed. `names` chooses and orders variables, `*` standing for any text; those beyond what a picture can hold are counted
 * in the note.
 */
export function makeChart(
  sources: readonly ChartSource[],
  texts: Pick<Chart, "title" | "subtitles">,
  names: readonly string[] | undefined,
): Chart {
  const groups = chooseGroups(groupColumns(sources), names);
  const byUnit = new Map<string, Group[]>();
  for (const group of groups) {
    const key = group.unit ?? (group.steps ? DISCRETE : "");
    const known = byUnit.get(key);
    if (known) known.push(group);
    else byUnit.set(key, [group]);
  }
  const perPanel = Math.max(1, Math.floor(COLOURS / sources.length));
  const parts = [...byUnit.values()].flatMap((members) => chunk(members, perPanel));
  const shown = parts.slice(0, MOST_PANELS);
  const omitted = parts.slice(MOST_PANELS).flat().length;
  return {
    ...texts,
    panels: shown.map((members) => makePanel(members, sources)),
    note:
      omitted === 0
        ? undefined
        : `${omitted} more ${omitted === 1 ? "variable is" : "variables are"} in the CSV file.`,
  };
}

const DISCRETE = "\0discrete";

function groupColumns(sources: readonly ChartSource[]): Group[] {
  const groups = new Map<string, Group>();
  for (const [source, { series, steps }] of sources.entries()) {
    for (const { name, unit, values } of series.columns) {
      // The same name in another unit is another axis.
      const key = `${name}\0${unit ?? ""}`;
      const isStepped = steps.includes(name) || steps.includes(name.replace(/\[[\d,]+\]$/, ""));
      const group = groups.get(key) ?? { name, unit, steps: isStepped, members: [] };
      group.members.push({ source, time: series.time, values });
      groups.set(key, group);
    }
  }
  return [...groups.values()];
}

function chooseGroups(groups: readonly Group[], names: readonly string[] | undefined): readonly Group[] {
  if (names === undefined || names.length === 0) return groups;
  const chosen = names.flatMap((name) => {
    const pattern = namePattern(name);
    return groups.filter((group) => pattern.test(group.name));
  });
  return [...new Set(chosen)];
}

function chunk<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

function makePanel(groups: readonly Group[], sources: readonly ChartSource[]): Panel {
  const curves = groups.flatMap((group, place) =>
    group.members.map(
      ({ source, time, values }): Curve => ({
        label: [group.name, sources[source]?.mark].filter((part) => part !== undefined).join(", "),
        colour: place * sources.length + source,
        dashed: source % 2 === 1,
        steps: group.steps,
        time,
        values,
      }),
    ),
  );
  const [first] = groups;
  return {
    name: groups.length === 1 ? first?.name : undefined,
    unit: `[${first?.unit ?? "no unit"}]`,
    curves,
  };
}
