import { ToolError } from "../../src/errors.ts";

/** The `ToolError` that the action throws or rejects with; fails where it throws nothing or anything else. */
export async function catchToolError(action: () => unknown): Promise<ToolError> {
  try {
    await action();
  } catch (thrown) {
    if (thrown instanceof ToolError) return thrown;
    throw thrown;
  }
  throw new Error("nothing was thrown");
}
