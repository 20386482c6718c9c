import { scaleLinear } from "d3-scale";
import { curveLinear, curveStepAfter, line } from "d3-shape";
import type { Curve, Panel } from "./chart.ts";
import type { TimeScale } from "./draw-svg.ts";
import { drawLegend, type LegendRow, strokeOf } from "./legend.ts";
import { element, pixels, textElement } from "./svg.ts";
import { fitText } from "./text-width.ts";
import type { Theme } from "./theme.ts";
import { thinCurve } from "./thin-curve.ts";
import type { ValueAxis } from "./value-axis.ts";

/** Where a panel's frame is, in pixels. */
export interface PanelFrame {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** What a panel is drawn with. */
export interface PanelParts {
  frame: PanelFrame;
  axis: ValueAxis;
  time: TimeScale;
  legend: readonly LegendRow[];
  theme: Theme;
  /** Whether the times are written below. */
  showTimes: boolean;
  /** Beside the vertical axis, and where its base line is. */
  label: string;
  labelX: number;
}

const FONT_SIZE = 12;

/** What a picture shows of more rows than this is the extremes of each column. */
const COLUMNS_PER_PIXEL = 1;

/** Draws a panel: grid, axes with their texts, curves, legend above. */
export function drawPanel(panel: Panel, parts: PanelParts): string[] {
  const { frame, axis, time, theme } = parts;
  const { left, right, top, bottom } = frame;
  const y = scaleLinear(axis.domain, [bottom, top]);
  const grid = [
    ...axis.ticks.map(({ value }) => `M${left},${pixels(y(value))}H${right}`),
    ...time.ticks.map(({ at }) => `M${pixels(at)},${top}V${bottom}`),
  ];
  const middle = (top + bottom) / 2;
  return [
    element("path", { d: grid.join(""), stroke: theme.grid, fill: "none" }),
    element("rect", {
      x: left,
      y: top,
      width: right - left,
      height: bottom - top,
      fill: "none",
      stroke: theme.frame,
    }),
    ...axis.ticks.map(({ value, text }) =>
      textElement(text, { x: left - 7, y: pixels(y(value) + 4), "text-anchor": "end", fill: theme.muted }),
    ),
    ...(parts.showTimes
      ? time.ticks.map(({ textAt, text }) =>
          textElement(text, {
            x: pixels(textAt),
            y: bottom + 17,
            "text-anchor": "middle",
            fill: theme.muted,
          }),
        )
      : []),
    textElement(fitText(parts.label, FONT_SIZE, bottom - top), {
      transform: `translate(${parts.labelX},${middle}) rotate(-90)`,
      "text-anchor": "middle",
      fill: theme.text,
    }),
    ...(isEmpty(panel)
      ? [
          textElement("no finite values", {
            x: (left + right) / 2,
            y: middle + FONT_SIZE / 2,
            "text-anchor": "middle",
            fill: theme.muted,
          }),
        ]
      : []),
    ...panel.curves.map((curve) => drawCurve(curve, time.x, y, frame, theme)),
    ...drawLegend(parts.legend, left, top, theme),
  ];
}

/* An empty frame would look like a fault of the picture. */
function isEmpty({ curves }: Panel): boolean {
  return !curves.some(({ values }) => values.some(Number.isFinite));
}

type Scale = (value: number) => number;

function drawCurve(curve: Curve, x: Scale, y: Scale, { left, right }: PanelFrame, theme: Theme): string {
  const { time, values } = curve;
  const path = line<number>()
    .defined((row) => Number.isFinite(values[row]))
    .x((row) => x(time[row] as number))
    .y((row) => y(values[row] as number))
    .curve(curve.steps ? curveStepAfter : curveLinear)
    .digits(1);
  return element("path", {
    d: path(thinCurve(curve, COLUMNS_PER_PIXEL * Math.ceil(right - left))) ?? "",
    fill: "none",
    ...strokeOf(curve, theme),
    "stroke-linejoin": "miter",
    "stroke-linecap": "round",
  });
}
