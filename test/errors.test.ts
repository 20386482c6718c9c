import { expect, test } from "vitest";
import { ToolError, toError } from "../src/errors.ts";

test("ToolError carries code, message, remedy, detail and cause", () => {
  const cause = new Error("below");
  const error = new ToolError("not_found", "Cannot find it", "Call `diagnose`.", { detail: "said", cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: "ToolError",
    code: "not_found",
    remedy: "Call `diagnose`.",
    detail: "said",
  });
  expect(error.message).toBe("Cannot find it");
  expect(error.cause).toBe(cause);
});

test("ToolError has no cause where none was given", () => {
  expect("cause" in new ToolError("internal", "m", "r", { cause: undefined })).toBe(false);
});

test("toError keeps an error and wraps anything else", () => {
  const error = new RangeError("far");
  expect(toError(error)).toBe(error);
  expect(toError("text")).toMatchObject({ message: "text" });
  expect(toError(undefined)).toMatchObject({ message: "undefined" });
});
