import { scaleLinear } from "d3-scale";
import type { Chart, ChartStyle } from "./chart.ts";
import { drawPanel, type PanelFrame } from "./draw-panel.ts";
import { LEGEND_ROW, type LegendRow, layOutLegend } from "./legend.ts";
import { element, textElement } from "./svg.ts";
import { fitText, textWidth } from "./text-width.ts";
import { FONT_FAMILY, THEMES } from "./theme.ts";
import { timeAxis } from "./time-axis.ts";
import { type ValueAxis, valueAxis } from "./value-axis.ts";

/** A chart as SVG text, and its size in pixels. */
export interface Drawing {
  svg: string;
  width: number;
  height: number;
}

const PADDING = 16;
const RIGHT = 30;
const TITLE_SIZE = 17;
const SMALL = 12;
const LINE = 17;
const GAP = 16;

/** Pixels for each tick of the time axis. */
const TICK_EVERY = 75;

/** Heights of a panel's frame by how many panels there are. */
const HEIGHTS = [300, 300, 210, 165, 140];
const LEAST_HEIGHT = 120;

/** Draws a chart: title, panels one below the other with their legends, one time axis below the last. */
export function drawSvg(chart: Chart, style: ChartStyle): Drawing {
  const theme = THEMES[style.theme];
  const { width } = style;
  const panelHeight = HEIGHTS[chart.panels.length] ?? LEAST_HEIGHT;
  const axes = chart.panels.map(({ curves }) =>
    valueAxis(
      curves.map(({ values }) => values),
      Math.max(3, Math.round(panelHeight / 34)),
    ),
  );
  const left = Math.ceil(PADDING + LINE + 6 + widestTick(axes));
  const time = timeScale(chart, left, width - RIGHT);
  const parts = [element("rect", { width: "100%", height: "100%", fill: theme.background })];
  const inner = width - 2 * PADDING;
  let y = PADDING + TITLE_SIZE;
  parts.push(
    textElement(fitText(chart.title, TITLE_SIZE, inner), {
      x: PADDING,
      y,
      "font-size": TITLE_SIZE,
      fill: theme.text,
    }),
  );
  for (const line of chart.subtitles) {
    y += LINE;
    parts.push(textElement(fitText(line, SMALL, inner), { x: PADDING, y, fill: theme.muted }));
  }
  for (const [index, panel] of chart.panels.entries()) {
    const named = panel.name === undefined ? panel.unit : `${panel.name} ${panel.unit}`;
    // A name that is too long for the axis is in the legend.
    const isNamed = textWidth(named, SMALL) <= panelHeight;
    const legend: LegendRow[] =
      panel.curves.length > 1 || !isNamed ? layOutLegend(panel.curves, width - RIGHT - left) : [];
    const top = y + GAP + legend.length * LEGEND_ROW;
    const frame: PanelFrame = { left, right: width - RIGHT, top, bottom: top + panelHeight };
    const isLast = index === chart.panels.length - 1;
    const axis = axes[index] as ValueAxis;
    parts.push(
      ...drawPanel(panel, {
        frame,
        axis,
        time,
        legend,
        theme,
        showTimes: isLast,
        label: isNamed ? named : panel.unit,
        labelX: PADDING + SMALL,
      }),
    );
    y = frame.bottom;
  }
  y += 18 + LINE;
  const middle = (left + width - RIGHT) / 2;
  parts.push(textElement(`time [${time.unit}]`, { x: middle, y, "text-anchor": "middle", fill: theme.text }));
  if (chart.note !== undefined) {
    y += LINE + 4;
    parts.push(textElement(fitText(chart.note, SMALL, inner), { x: PADDING, y, fill: theme.muted }));
  }
  const height = Math.ceil(y + PADDING - 2);
  return { svg: svgDocument(parts, width, height, chart.title), width, height };
}

/** The time axis as panels draw it; `x` takes seconds. */
export type TimeScale = ReturnType<typeof timeScale>;

function timeScale(chart: Chart, left: number, right: number) {
  const [begin, end] = timeSpan(chart);
  const x = scaleLinear([begin, end], [left, right]);
  for (let most = (right - left) / TICK_EVERY; ; most /= 1.5) {
    const { unit, seconds, ticks } = timeAxis(begin, end, most);
    const [from, to] = [begin / seconds, end / seconds];
    const isPlain = Math.max(Math.abs(from), Math.abs(to)) < 1e9 && to - from >= 1e-3;
    const format = scaleLinear([from, to], [0, 1]).tickFormat(ticks.length, isPlain ? undefined : "~g");
    const texts = ticks.map(format);
    const widest = Math.max(0, ...texts.map((text) => textWidth(text, SMALL)));
    // The last text stays inside the picture, and so comes nearer to the one before.
    const last = right + RIGHT - 2 - widest / 2;
    const needed = widest + 8 + Math.max(0, right - last);
    // Long numbers need more room than there is: fewer of them.
    if (most >= 2 && (texts.length - 1) * needed > right - left) continue;
    const at = ticks.map((tick) => x(tick * seconds));
    return {
      unit,
      x,
      ticks: at.map((one, index) => ({ at: one, textAt: Math.min(one, last), text: texts[index] ?? "" })),
    };
  }
}

/** From the first to the last time of all curves, s; something around them where both are one. */
function timeSpan(chart: Chart): [number, number] {
  const curves = chart.panels.flatMap((panel) => panel.curves).filter(({ time }) => time.length > 0);
  if (curves.length === 0) return [0, 1];
  const from = Math.min(...curves.map(({ time }) => time[0] ?? 0));
  const to = Math.max(...curves.map(({ time }) => time.at(-1) ?? 0));
  return to > from ? [from, to] : [from - 0.5, from + 0.5];
}

function widestTick(axes: readonly ValueAxis[]): number {
  return Math.max(...axes.flatMap(({ ticks }) => ticks.map(({ text }) => textWidth(text, SMALL))), 20);
}

function svgDocument(parts: readonly string[], width: number, height: number, title: string): string {
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    "font-family": FONT_FAMILY,
    "font-size": SMALL,
    role: "img",
    "aria-label": title,
  };
  return element("svg", attributes, parts.join("\n"));
}
