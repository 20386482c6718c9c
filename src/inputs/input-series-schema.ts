import * as z from "zod";

const interpolation = z.enum(["hold", "linear"]);

/** The argument `input_series` of a tool. */
export const inputSeriesArgument = z
  .strictObject({
    file: z.string().optional().describe("Local CSV (header with units: time,T_out [degC]) or EPW file."),
    inline: z
      .strictObject({
        time: z
          .array(z.union([z.number(), z.string()]))
          .min(1)
          .describe("s or ISO 8601; repeated: a jump"),
        columns: z
          .record(z.string(), z.array(z.union([z.number(), z.boolean(), z.string()])))
          .describe("Values by name, as T_out [degC]; enumerations by item"),
        interpolation: z.record(z.string(), interpolation).optional(),
      })
      .optional(),
    map: z.record(z.string(), z.string()).optional().describe("Variable to column"),
    interpolation: z
      .record(z.string(), interpolation)
      .optional()
      .describe("Variable to hold or linear. Default: linear where continuous."),
    time_origin: z.string().optional().describe("Date at model time 0. Default: the first row's."),
  })
  .describe("Inputs over the whole run, from file or inline.");

/** A series on its way to the runner: little-endian float64 bytes, one value per time point. Keys are variables or elements. */
export const encodedInputSeries = z.strictObject({
  time: z.instanceof(Uint8Array),
  columns: z.record(z.string(), z.strictObject({ values: z.instanceof(Uint8Array), interpolation })),
});

export type InputSeriesArgument = z.infer<typeof inputSeriesArgument>;
