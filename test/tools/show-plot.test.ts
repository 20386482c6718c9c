import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ToolError } from "../../src/errors.ts";
import type { RunPlots } from "../../src/plots/run-plots.ts";
import type { Services } from "../../src/tools/services.ts";
import { showPlot } from "../../src/tools/show-plot.ts";
import { makeHome } from "../support/home.ts";
import { runRecord } from "../support/run-records.ts";
import { startToolClient, type ToolClient } from "../support/tool-client.ts";

const BALL = fileURLToPath(new URL("../../examples/bouncing-ball.fmu", import.meta.url));
const NEVER = new AbortController().signal;

describe("run_fmi_simulation", () => {
  let tools: ToolClient;
  let home: Awaited<ReturnType<typeof makeHome>>;

  beforeAll(async () => {
    home = await makeHome();
    tools = await startToolClient(home.path);
  });
  afterAll(async () => {
    await tools.close();
    await home.remove();
  });

  // biome-ignore lint/suspicious/noExplicitAny: results are looked into freely.
  async function run(args: object): Promise<any> {
    return tools.client.callTool({ name: "run_fmi_simulation", arguments: { path: BALL, ...args } });
  }

  test("plot: true shows the outputs over time, and names the picture that is kept", async () => {
    const { content, structuredContent } = await run({ plot: true, interface_type: "model_exchange" });
    const images = content.filter(({ type }: { type: string }) => type === "image");
    expect(images).toHaveLength(1);
    expect(images[0].mimeType).toBe("image/png");
    const bytes = Buffer.from(images[0].data, "base64");
    expect(bytes.subarray(1, 4).toString()).toBe("PNG");
    expect(await readFile(structuredContent.plot_file)).toEqual(bytes);
    // What a picture costs its reader: most hosts count it by its size.
    expect(bytes.length).toBeLessThan(60_000);
  });

  test("shows no picture where none is asked for", async () => {
    const { content, structuredContent } = await run({});
    expect(content.some(({ type }: { type: string }) => type === "image")).toBe(false);
    expect(structuredContent.plot_file).toBeUndefined();
  });

  test("plot: true with a run_id shows a run that was kept before", async () => {
    const { structuredContent } = await run({});
    const { content } = await run({ path: undefined, run_id: structuredContent.run_id, plot: true });
    expect(content.some(({ type }: { type: string }) => type === "image")).toBe(true);
  });
});

describe("showPlot", () => {
  const ended = runRecord({ status: "success" });

  async function show(plotRun: RunPlots["plotRun"], signal = NEVER, record = ended) {
    const images: unknown[] = [];
    const services = { plots: { plotRun } } as unknown as Services;
    const context = { services, attach: (image: unknown) => void images.push(image) };
    return { ...(await showPlot(record, {}, context, signal)), images };
  }

  const fail = async () => {
    throw new ToolError("failed_precondition", "Cannot plot it: no numbers", "Record some.");
  };

  test("tells in a note what prevents a picture", async () => {
    expect(await show(fail)).toEqual({
      file: undefined,
      notes: ["Cannot plot it: no numbers. Record some."],
      images: [],
    });
  });

  test("tells in a note that drawing broke down", async () => {
    const { notes } = await show(async () =>
      Promise.reject(new Error("the drawing thread ended with code 3")),
    );
    expect(notes).toEqual(["The plot could not be drawn: the drawing thread ended with code 3"]);
  });

  test("draws nothing of a run that goes on", async () => {
    expect(await show(fail, NEVER, runRecord())).toEqual({ file: undefined, notes: [], images: [] });
  });

  test("tells that a picture was not done in time", async () => {
    const stopped = AbortSignal.abort(new Error("late"));
    const { notes } = await show(async () => Promise.reject(stopped.reason), stopped);
    expect(notes[0]).toContain("not done in time");
  });
});
