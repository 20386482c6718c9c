import type * as z from "zod";

/**
 * Reads the arguments of a call as the function's schema says; throws an error with the text of Python's TypeError, which
 * callers of the runner on Modal see.
 */
export function readKeywordArguments<T>(
  functionName: string,
  schema: z.ZodType<T>,
  args: readonly unknown[],
  kwargs: Record<string, unknown>,
): T {
  if (args.length > 0) {
    throw new Error(
      `TypeError: ${functionName}() takes 0 positional arguments but ${args.length} were given`,
    );
  }
  const read = schema.safeParse(kwargs);
  if (read.success) return read.data;
  throw new Error(`TypeError: ${functionName}() ${read.error.issues.map(describeIssue).join("; ")}`);
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const names = issue.keys.map((key) => `'${key}'`).join(", ");
    return path === ""
      ? `got an unexpected keyword argument ${names}`
      : `got unexpected keys in '${path}': ${names}`;
  }
  const isMissing = issue.code === "invalid_type" && issue.message.includes("received undefined");
  if (isMissing) return `missing 1 required keyword-only argument: '${path}'`;
  return `argument '${path}' is not valid: ${issue.message}`;
}
