import { readdir, stat } from "node:fs/promises";
import { expect, test } from "vitest";
import type { PlotRequest } from "../../src/plots/plot-request.ts";
import { createRunPlots } from "../../src/plots/run-plots.ts";
import { openRunStore } from "../../src/runs/store.ts";
import { runRecord } from "../support/run-records.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function setUp() {
  const store = await openRunStore(await temporaryFolder());
  const asked: PlotRequest[] = [];
  const plotter = {
    async draw(request: PlotRequest) {
      asked.push(request);
      const bytes = new TextEncoder().encode(`picture ${asked.length}`);
      return { bytes, mimeType: "image/png" as const, width: 1, height: 1, curves: 1, note: undefined };
    },
    close: async () => {},
  };
  const record = runRecord({ status: "success", discrete_outputs: ["n"] });
  record.series_file = store.seriesPath(record.run_id);
  return { store, asked, record, plots: createRunPlots(plotter, async () => store) };
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

test("plotRun draws the usual picture once and keeps it beside the record", async () => {
  const { store, asked, record, plots } = await setUp();
  const first = await plots.plotRun(record);
  const second = await plots.plotRun(record);
  expect(text(first.bytes)).toBe("picture 1");
  expect(text(second.bytes)).toBe("picture 1");
  expect(second).toMatchObject({ mimeType: "image/png", path: store.filePath(record.run_id, "plot.png") });
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ title: "Ball", theme: "light", format: "png" });
  expect(asked[0]?.sources).toEqual([{ path: record.series_file, mark: undefined, steps: ["n"] }]);
  if (process.platform !== "win32") expect((await stat(first.path ?? "")).mode & 0o777).toBe(0o600);
  expect(await readdir(store.folder)).toEqual(expect.not.arrayContaining([expect.stringMatching(/tmp$/)]));
});

test("plotRun keeps no other picture", async () => {
  const { asked, record, plots } = await setUp();
  const other = runRecord({ status: "success", series_file: "other.csv" });
  for (const options of [{ theme: "dark" }, { variables: ["h"] }, { compareWith: other }] as const)
    expect((await plots.plotRun(record, options)).path).toBeUndefined();
  expect(asked).toHaveLength(3);
  expect(asked[2]?.sources.map(({ path, mark }) => [path, mark])).toEqual([
    [record.series_file, "A"],
    ["other.csv", "B"],
  ]);
});

test("plotRun throws failed_precondition for a run without a series", async () => {
  const { plots } = await setUp();
  const running = plots.plotRun(runRecord());
  await expect(running).rejects.toMatchObject({
    code: "failed_precondition",
    remedy: expect.stringContaining("wait"),
  });
});
