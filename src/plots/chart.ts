/** One line of a chart. Values that are not finite are gaps; a repeated time is a jump. */
export interface Curve {
  label: string;
  /** Place in the theme's colours. */
  colour: number;
  dashed: boolean;
  /** Holds each value until the next point. */
  steps: boolean;
  /** Seconds, never falling. */
  time: Float64Array;
  values: Float64Array;
}

/** Curves of one unit in a frame of their own. */
export interface Panel {
  /** Of the one variable that it shows, if it is one. */
  name: string | undefined;
  /** As written beside the vertical axis: `[K]`. */
  unit: string;
  curves: readonly Curve[];
}

/** A picture as data: panels over one time axis. */
export interface Chart {
  title: string;
  /** Lines below the title. */
  subtitles: readonly string[];
  panels: readonly Panel[];
  /** Below the picture: what is not shown. */
  note: string | undefined;
}

/** How a chart looks. */
export interface ChartStyle {
  theme: "light" | "dark";
  /** Pixels of the SVG; its height follows. */
  width: number;
}
