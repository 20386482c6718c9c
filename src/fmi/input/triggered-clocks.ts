import type { Variable } from "../description/model-description.ts";
import type { InputSeries } from "./input-series.ts";

/** Whether a variable is an input Clock that ticks when the importer says so (FMI 3.0.2, section 2.2.9). */
export function isTriggeredClock({ type, causality, clock }: Variable): boolean {
  return type === "Clock" && causality === "input" && clock?.intervalVariability === "triggered";
}

/** When a Clock ticks, s: at every time of the series at which its column is not 0; a repeated time counts once. */
export function tickTimes({ name }: Pick<Variable, "name">, series: InputSeries | undefined): number[] {
  const values = series?.columns.get(name)?.values;
  if (series === undefined || values === undefined) return [];
  const times = new Set<number>();
  series.time.forEach((time, index) => {
    if (values[index] !== 0) times.add(time);
  });
  return [...times];
}
