import type { Confirmations } from "../consent/confirmations.ts";
import type { PromptSet } from "../prompts/prompt.ts";
import type { Redact } from "../redact.ts";
import type { ResourceSet } from "../resources/resource.ts";
import type { Services } from "../tools/services.ts";
import type { AnyTool } from "../tools/tool.ts";

/** What the MCP server is made of. */
export interface ServerOptions {
  name: string;
  version: string;
  instructions: string;
  /** Asked for on first use: the schemas are not built while the client waits for the first reply. */
  tools(): Promise<readonly AnyTool[]>;
  resources(): Promise<ResourceSet>;
  prompts(): Promise<PromptSet>;
  services: Services;
  redact: Redact;
  consent: {
    /** Shared by all servers of the process: a question and its answer may reach different ones. */
    confirmations: Confirmations;
    /** Whether a confirmation may come as an argument, so from the assistant itself. */
    byValue: boolean;
  };
  /** Told that a tool is called. */
  onCall?: () => void;
  /** Told of errors that are ours: what a tool threw that is no `ToolError`. */
  onInternalError: (tool: string, error: Error) => void;
}
