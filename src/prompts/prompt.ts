import type { Services } from "../tools/services.ts";

/** An argument of a prompt. */
export interface PromptArgument {
  name: string;
  description: string;
  required: boolean;
  /** Values that begin with the text; absent where anything may be written. */
  complete?(start: string, services: Services): Promise<string[]>;
}

/** A conversation's opening that the user picks in the host. */
export interface Prompt {
  name: string;
  title: string;
  description: string;
  arguments: readonly PromptArgument[];
  /** What the user says to the assistant; an argument that was left out is "". */
  write(given: (argument: string) => string): string;
}

/** Every prompt. */
export type PromptSet = readonly Prompt[];
