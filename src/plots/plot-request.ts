/** What a picture is to show and how. */
export interface PlotRequest {
  title: string;
  subtitles: readonly string[];
  sources: readonly PlotSource[];
  /** Names of variables, `*` standing for any text; undefined means all. */
  variables?: readonly string[] | undefined;
  theme: "light" | "dark";
  format: "png" | "svg";
}

/** A run's CSV file. */
export interface PlotSource {
  path: string;
  /** Marks its curves in the legend. */
  mark: string | undefined;
  /** Names of variables that keep each value until the next. */
  steps: readonly string[];
}

/** A picture. */
export interface Plot {
  bytes: Uint8Array;
  mimeType: "image/png" | "image/svg+xml";
  /** Pixels. */
  width: number;
  height: number;
  /** How many curves it shows. */
  curves: number;
  /** What is not shown. */
  note: string | undefined;
}
