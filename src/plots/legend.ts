import type { Curve } from "./chart.ts";
import { element, textElement } from "./svg.ts";
import { fitText, textWidth } from "./text-width.ts";
import type { Theme } from "./theme.ts";

/** Height of a row of legend entries in pixels. */
export const LEGEND_ROW = 18;

const FONT_SIZE = 12;
const STROKE = 22;
const SPACE = 7;
const BETWEEN = 18;

/** Legend entries side by side, with the pixels at which each begins. */
export type LegendRow = readonly { curve: Curve; text: string; left: number }[];

/** Puts a panel's legend entries into rows of at most so many pixels, in order; longer texts are cut. */
export function layOutLegend(curves: readonly Curve[], width: number): LegendRow[] {
  const rows: { curve: Curve; text: string; left: number }[][] = [];
  let next = Number.POSITIVE_INFINITY;
  for (const curve of curves) {
    const text = fitText(curve.label, FONT_SIZE, width - STROKE - SPACE);
    const needed = STROKE + SPACE + textWidth(text, FONT_SIZE);
    if (next + needed > width) {
      rows.push([]);
      next = 0;
    }
    rows.at(-1)?.push({ curve, text, left: next });
    next += needed + BETWEEN;
  }
  return rows;
}

/** Draws legend rows above a panel whose frame begins at `left` and `top`. */
export function drawLegend(rows: readonly LegendRow[], left: number, top: number, theme: Theme): string[] {
  return rows.flatMap((row, index) => {
    const y = top - 9 - (rows.length - 1 - index) * LEGEND_ROW;
    return row.flatMap(({ curve, text, left: offset }) => {
      const x = left + offset;
      const line = { x1: x, x2: x + STROKE, y1: y - 4, y2: y - 4, ...strokeOf(curve, theme) };
      return [element("line", line), textElement(text, { x: x + STROKE + SPACE, y, fill: theme.text })];
    });
  });
}

/** How a curve's line is drawn. */
export function strokeOf(curve: Curve, theme: Theme) {
  return {
    stroke: theme.curves[curve.colour % theme.curves.length] ?? theme.text,
    "stroke-width": 1.7,
    "stroke-dasharray": curve.dashed ? "6 3.5" : undefined,
  };
}
