import type * as z from "zod";
import type { Services } from "./services.ts";

/** MCP's four hints, all set on every tool. */
export interface ToolHints {
  readOnly: boolean;
  destructive: boolean;
  idempotent: boolean;
  openWorld: boolean;
}

/** What a tool is given beside its arguments. */
export interface ToolContext {
  /** Aborted when the client cancels the request or the server stops. */
  signal: AbortSignal;
  /** Tells the client how far the work is; dropped where the client did not ask for progress. */
  progress(message: string, progress: number, total?: number): void;
  /** Shows the user a picture with the result. */
  attach(image: { mimeType: "image/png"; bytes: Uint8Array }): void;
  services: Services;
  /** Hides credentials in text that is to be kept or sent on. */
  redact(text: string): string;
}

/** What the user is asked before a tool runs: one sentence that ends in a question mark, and what bears on the answer. */
export interface Question {
  question: string;
  facts: readonly string[];
}

/** A resource that a result points to; the URI is one that `resources/read` takes. */
export interface ResourceLink {
  uri: string;
  name: string;
  mimeType: string;
}

/** A tool as data and one function. It returns a value or throws a `ToolError`; it never builds an MCP result. */
export interface Tool<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodObject = z.ZodObject> {
  name: string;
  title: string;
  description: string;
  hints: ToolHints;
  input: Input;
  output: Output;
  run(input: z.output<Input>, context: ToolContext): Promise<z.input<Output>>;
  /** The result for people, in a few lines. */
  summarize(output: z.output<Output>): string;
  /**
   * What the user must agree to before `run`; undefined where nothing. It runs again when the answer is there and changes
   * nothing itself. It throws where the configuration forbids what is asked for.
   */
  confirm?(input: z.output<Input>, context: ToolContext): Promise<Question | undefined>;
  /** The resources behind a result, for hosts that open them. */
  links?(output: z.output<Output>): ResourceLink[];
}

/** Returns its argument; it exists to infer the types of `run` and `summarize` from the schemas. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  tool: Tool<Input, Output>,
): Tool<Input, Output> {
  return tool;
}

/** A tool whose schemas are forgotten, as the server and the list handle it. */
export type AnyTool = Omit<Tool, "run" | "summarize" | "confirm" | "links"> & {
  run(input: never, context: ToolContext): Promise<Record<string, unknown>>;
  summarize(output: never): string;
  confirm?(input: never, context: ToolContext): Promise<Question | undefined>;
  links?(output: never): ResourceLink[];
};
