/**
 * One line of the table: what was measured, in words; where there is a target, `ratio` is what is held against `limit`
 * (`atMost` or `atLeast`), and `slack` is the factor by which a noisy machine may miss it before the bench fails.
 * @typedef {{ what: string, measured: string, value?: number, unit?: string, atMost?: number, atLeast?: number,
 *   slack?: number }} Figure
 */

const DEFAULT_SLACK = 1.3;

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** What a quarter of the values is below: what else the machine does only ever adds to a time. */
export function lowerQuartile(values) {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 4)];
}

/** Median of the ratios of two series that were measured in turn: a change of the machine's speed meets both alike. */
export function pairedRatio(above, below) {
  return median(above.map((value, index) => value / below[index]));
}

/** `12.3 ms (11.9 to 14.0)` of a series. */
export function spread(values, unit) {
  return `${short(median(values))} ${unit} (${short(Math.min(...values))} to ${short(Math.max(...values))})`;
}

/** A number in about three digits. */
export function short(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 1e-3) return value.toExponential(1);
  if (size >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(size >= 10 ? 1 : size >= 0.1 ? 2 : 4);
}

/** The target in words, "" where there is none. */
export function target({ atMost, atLeast, unit = "" }) {
  const suffix = unit === "×" ? "×" : ` ${unit}`;
  if (atMost !== undefined) return `at most ${atMost < 1e-3 ? atMost.toExponential(0) : atMost}${suffix}`;
  return atLeast === undefined ? "" : `at least ${atLeast}${suffix}`;
}

/** "ok", "miss" or, without a target, "". */
export function verdict(figure) {
  const excess = excessOf(figure);
  if (excess === undefined) return "";
  return excess <= 1 ? "ok" : "miss";
}

/** Whether the target is missed by more than the figure's slack. */
export function isFailure(figure) {
  return (excessOf(figure) ?? 0) > (figure.slack ?? DEFAULT_SLACK);
}

/** A figure as a line of text. */
export function line(figure) {
  const held = figure.value === undefined ? "" : `  ${value(figure)}`;
  const aim = target(figure) === "" ? "" : `  (${target(figure)}: ${verdict(figure)})`;
  return `  ${figure.what.padEnd(62)} ${figure.measured}${held}${aim}`;
}

/** The figure's value with its unit, "" where it has none. */
export function value(figure) {
  if (figure.value === undefined) return "";
  const unit = figure.unit ?? "";
  return `${short(figure.value)}${unit === "×" ? "×" : ` ${unit}`}`;
}

function excessOf({ value: held, atMost, atLeast }) {
  if (held === undefined) return undefined;
  if (atMost !== undefined) return held / atMost;
  return atLeast === undefined ? undefined : atLeast / held;
}
