import * as z from "zod";

const interpolation = z.enum(["hold", "linear"]);

/** The argument `input_series` of a tool. */
export const inputSeriesArgument = z
  .strictObject({
    file: z
      .string()
      .optional()
      .describe("Local path: CSV (header with units, such as time,T_out [degC]) or EPW weather file."),
    inline: z
      .strictObject({
        time: z
          .array(z.union([z.number(), z.string()]))
          .min(1)
          .describe("s, or ISO 8601; a repeated time is a jump."),
        columns: z
          .record(z.string(), z.array(z.union([z.number(), z.boolean()])))
          .describe("Values per time by name, with or without a unit: T_out [degC]."),
        interpolation: z.record(z.string(), interpolation).optional().describe("By column."),
      })
      .optional()
      .describe("The columns themselves."),
    map: z
      .record(z.string(), z.string())
      .optional()
      .describe("Variable to column, beside columns named as an input is."),
    interpolation: z
      .record(z.string(), interpolation)
      .optional()
      .describe("By variable. Default: linear for continuous inputs, else hold."),
    time_origin: z
      .string()
      .optional()
      .describe("Date (ISO 8601) at model time 0. Default: the first row is the start."),
  })
  .describe("Inputs over time, from file or inline; they must cover the whole run.");

/** A series on its way to the runner: little-endian float64 bytes, one value per time point. Keys are variables or elements. */
export const encodedInputSeries = z.strictObject({
  time: z.instanceof(Uint8Array),
  columns: z.record(z.string(), z.strictObject({ values: z.instanceof(Uint8Array), interpolation })),
});

export type InputSeriesArgument = z.infer<typeof inputSeriesArgument>;
