import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { PlotRequest } from "../../src/plots/plot-request.ts";
import { createPlotter, type Plotter } from "../../src/plots/plotter.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const DIST = fileURLToPath(new URL("../../dist", import.meta.url));
const BUILT = { workerPath: join(DIST, "plot-worker.js"), filesFolder: DIST };

let plotter: Plotter;
let folder = "";

beforeAll(async () => {
  plotter = createPlotter(BUILT);
  folder = await mkdtemp(join(tmpdir(), "plotter-"));
});
afterAll(async () => {
  await plotter.close();
  await rm(folder, { recursive: true, force: true });
});

async function request(csv: string, parts: Partial<PlotRequest> = {}): Promise<PlotRequest> {
  const path = join(folder, `${Math.random()}.csv`);
  await writeFile(path, csv);
  const sources = [{ path, mark: undefined, steps: [] }];
  return { title: "Ball", subtitles: [], sources, theme: "light", format: "png", ...parts };
}

const BALL = "time [s],h [m]\r\n0,1\r\n1,0\r\n1,0\r\n2,1\r\n";

test("draw makes a PNG", async () => {
  const plot = await plotter.draw(await request(BALL));
  expect(plot.mimeType).toBe("image/png");
  expect([...plot.bytes.subarray(1, 4)]).toEqual([...Buffer.from("PNG")]);
  const view = new DataView(plot.bytes.buffer, plot.bytes.byteOffset);
  expect([view.getUint32(16), view.getUint32(20)]).toEqual([plot.width, plot.height]);
  expect(plot.bytes.length).toBeGreaterThan(5_000);
});

test("draw writes text into a PNG: it has a font", async () => {
  const short = await plotter.draw(await request(BALL, { title: "i" }));
  const long = await plotter.draw(await request(BALL, { title: "Ωm — WWWWWWWWWWWWWWWWWWWWW" }));
  // The same picture but for its title: without a font both would be the same bytes.
  expect(Buffer.compare(short.bytes, long.bytes)).not.toBe(0);
  expect(long.bytes.length).toBeGreaterThan(short.bytes.length + 200);
});

test("draw makes SVG text", async () => {
  const plot = await plotter.draw(await request(BALL, { format: "svg" }));
  expect(plot.mimeType).toBe("image/svg+xml");
  expect(Buffer.from(plot.bytes).toString()).toMatch(/^<svg [\s\S]*h \[m\][\s\S]*<\/svg>$/);
});

test("draw takes requests at the same time and answers each with its own picture", async () => {
  const titles = ["one", "two", "three"];
  const plots = await Promise.all(
    titles.map(async (title) => plotter.draw(await request(BALL, { title, format: "svg" }))),
  );
  for (const [index, { bytes }] of plots.entries())
    expect(Buffer.from(bytes).toString()).toContain(`>${titles[index]}<`);
});

test("draw rejects with not_found for a file that is gone", async () => {
  const sources = [{ path: join(folder, "none.csv"), mark: undefined, steps: [] }];
  await expect(plotter.draw(await request(BALL, { sources }))).rejects.toMatchObject({ code: "not_found" });
});

test("draw rejects with not_found for variables that were not recorded, naming those that were", async () => {
  const drawn = plotter.draw(await request(BALL, { variables: ["height"] }));
  await expect(drawn).rejects.toMatchObject({ code: "not_found", remedy: expect.stringContaining("h") });
});

test("draw rejects with failed_precondition for a series without numbers", async () => {
  const drawn = plotter.draw(await request("time [s],name\r\n0,abc\r\n1,def\r\n"));
  await expect(drawn).rejects.toMatchObject({ code: "failed_precondition" });
});

test("draw stops waiting when it is aborted, and draws again afterwards", async () => {
  const stop = new AbortController();
  const drawn = plotter.draw(await request(BALL), stop.signal);
  stop.abort(new Error("stopped"));
  await expect(drawn).rejects.toThrow("stopped");
  await expect(plotter.draw(await request(BALL))).resolves.toMatchObject({ curves: 1 });
});

test("draw rejects where the thread dies, and starts another one for the next picture", async () => {
  const other = await temporaryFolder();
  const workerPath = join(other, "worker.mjs");
  await writeFile(
    workerPath,
    'import { parentPort } from "node:worker_threads"; parentPort.on("message", () => process.exit(3));',
  );
  const dying = createPlotter({ workerPath, filesFolder: other });
  onTestFinished(() => dying.close());
  await expect(dying.draw(await request(BALL))).rejects.toThrow("code 3");
  await expect(dying.draw(await request(BALL))).rejects.toThrow("code 3");
});

test("close rejects what is being drawn", async () => {
  const closing = createPlotter(BUILT);
  const drawn = closing.draw(await request(BALL));
  const rejected = expect(drawn).rejects.toThrow("the server stops");
  await closing.close();
  await rejected;
});
