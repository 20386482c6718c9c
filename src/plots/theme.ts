/** Colours of a chart; each stands out on the theme's background. */
export interface Theme {
  background: string;
  text: string;
  muted: string;
  grid: string;
  frame: string;
  curves: readonly string[];
}

/** The font that the package ships, and one of the same widths for viewers that lack it. */
export const FONT_FAMILY = "DejaVu Sans, Verdana, sans-serif";

/** As many curves as differ by colour. */
export const COLOURS = 8;

/** The themes by name. */
export const THEMES: Readonly<Record<"light" | "dark", Theme>> = {
  light: {
    background: "#ffffff",
    text: "#1c2126",
    muted: "#57606a",
    grid: "#e4e8ec",
    frame: "#a8b1ba",
    curves: ["#0a66c2", "#d9480f", "#2b8a3e", "#9c36b5", "#a87400", "#c2255c", "#0b7285", "#6b4f3a"],
  },
  dark: {
    background: "#14181d",
    text: "#e6eaee",
    muted: "#9aa5b1",
    grid: "#2a3138",
    frame: "#56606b",
    curves: ["#58a6ff", "#ff8c42", "#51cf66", "#d580ff", "#ffd43b", "#ff6b9d", "#3bc9db", "#c9a98a"],
  },
};
