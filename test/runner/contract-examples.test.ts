import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { probeArguments, probeResult, runArguments, runResult } from "../../src/runner/contract.ts";
import { energyPlusArguments, energyPlusResult } from "../../src/runner/energyplus-contract.ts";

interface Example {
  name: string;
  accepted: boolean;
  value: unknown;
}

const FOLDER = new URL("../../runners/contract_examples/", import.meta.url);

/** What a caller of the first contract reads, and nothing beside it. */
const oldRunResult = z.strictObject({
  status: z.string(),
  outputs: z.record(z.string(), z.unknown()),
  errors: z.array(z.string()),
  logs: z.array(z.string()).optional(),
});

const ENERGYPLUS_ADDITIONS = { site_metrics: true, facts: true, err_messages: true } as const;

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  energyplus_arguments: energyPlusArguments,
  energyplus_old_result: energyPlusResult.omit(ENERGYPLUS_ADDITIONS).strict(),
  old_run_result: oldRunResult,
  probe_arguments: probeArguments,
  probe_result: probeResult,
  run_arguments: runArguments,
  run_result: runResult,
};

function decode(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const [[kind, text] = ["", ""], ...more] = Object.entries(value);
  if (more.length > 0) return value;
  if (kind === "$bytes") return new Uint8Array(Buffer.from(String(text), "base64"));
  if (kind === "$bigint") return BigInt(String(text));
  return kind === "$number" ? Number(text) : value;
}

function readExamples(): { schema: string; examples: Example[] }[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"), decode));
}

describe.each(readExamples().filter(({ schema }) => schema in SCHEMAS))("$schema", ({ schema, examples }) => {
  test.each(examples)("accepts or rejects, as the Python runners do: $name", ({ accepted, value }) => {
    expect(SCHEMAS[schema]?.safeParse(value).success).toBe(accepted);
  });
});

test("every schema has stored examples", () => {
  const found = readExamples().map(({ schema }) => schema);
  expect(found).toEqual(expect.arrayContaining(Object.keys(SCHEMAS)));
});
