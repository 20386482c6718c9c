import { describe, expect, test } from "vitest";
import { createRedactor, maskCredential, oneLine } from "../src/redact.ts";

const TOKEN = "ak-AbCdEfGhIjKlMnOpQrStUv";

describe("createRedactor hides", () => {
  const redact = createRedactor(["s3cret value/+", "s3cret", undefined, "abc"]);

  test.each([
    ["a secret", "x s3cret y s3cret", "x [redacted] y [redacted]"],
    ["the longer of two secrets whole", "x s3cret value/+ y", "x [redacted] y"],
    ["a secret in base64", `x ${Buffer.from("s3cret value/+").toString("base64")} y`, "x [redacted] y"],
    ["a secret in a URL", "?q=s3cret%20value%2F%2B", "?q=[redacted]"],
    ["a Modal token that it was not told of", `${TOKEN}, as-0123456789abcdefghij`, "[redacted], [redacted]"],
    ["a Modal token with more behind it", `${TOKEN}_tail`, "[redacted]_tail"],
    ["a JSON web token", "is eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln!", "is [redacted]!"],
    ["headers", "x-modal-token-secret: hidden", "x-modal-token-secret: [redacted]"],
    ["headers as JSON", '"X-Modal-Auth-Token": "hid"', '"X-Modal-Auth-Token": [redacted]'],
    ["bearer tokens", "Authorization: Bearer abc.def-123/x=", "Authorization: Bearer [redacted]"],
  ])("%s", (_, text, shown) => {
    expect(redact(text)).toBe(shown);
    expect(redact(redact(text))).toBe(shown);
  });

  test.each([
    "as-designed-by-default.fmu",
    "as-built-model.fmu",
    "task-1234567890123456",
    "abc",
    "Bearer of news",
  ])("nothing of %j", (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe("maskCredential", () => {
  test("shows a prefix and three characters", () => {
    expect(maskCredential(TOKEN)).toBe("ak-…tUv");
  });

  test("shows nothing of a short one", () => {
    expect(maskCredential("ak-short")).toBe("ak-…");
    expect(maskCredential("secret")).toBe("…");
  });
});

test("oneLine escapes line ends, control characters and those that hide text, and nothing else", () => {
  expect(oneLine("a\nb\u001b[31m\u202ec\u{e0041}\u2028")).toBe("a\\nb\\u001b[31m\\u202ec\\u{e0041}\\u2028");
  expect(oneLine("grüß 温度 😀 h [m]")).toBe("grüß 温度 😀 h [m]");
});
