import * as z from "zod";

/** Arguments and results that several tools share. */

export const endpointField = z.enum(["modal", "embedded"]).optional();

export const environmentField = z.string().max(64).optional();

export const useTestVolumeField = z.boolean().optional().describe("Default: as configured.");

/** Where something happened. */
export const endpointFacts = z.object({
  name: z.enum(["modal", "embedded"]),
  workspace: z.string(),
  environment: z.string(),
  note: z.string(),
});

/** A value of a variable in a result: 64-bit integers beyond 2^53 as decimal text, NaN and infinities as null. */
export type ResultValue = number | boolean | string | null | ResultValue[];

export const resultValue: z.ZodType<ResultValue> = z.any().meta({
  id: "value",
  description: "number, boolean, text (64-bit integers beyond 2^53), null (NaN or infinite) or a list",
}) as never;

export const problem = z.object({ code: z.string(), message: z.string(), remedy: z.string() });
