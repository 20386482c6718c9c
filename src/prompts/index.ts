import { compareDesignsPrompt } from "./compare-designs.ts";
import { firstStepsPrompt } from "./first-steps.ts";
import type { PromptSet } from "./prompt.ts";
import { simulatePrompt } from "./simulate.ts";
import { troubleshootPrompt } from "./troubleshoot.ts";

/** Every prompt, in the order that `prompts/list` shows them. */
export const PROMPTS: PromptSet = [
  simulatePrompt,
  compareDesignsPrompt,
  firstStepsPrompt,
  troubleshootPrompt,
];
