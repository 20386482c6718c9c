import { createHash } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import type { Client } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { RESOURCES } from "../../src/resources/index.ts";
import { matchTemplate } from "../../src/resources/resource.ts";
import { makeHome } from "../support/home.ts";
import { fixture, startToolClient, type ToolClient } from "../support/tool-client.ts";

const FMU = fixture("feedthrough-2.fmu");
const CHECKSUM = createHash("sha256")
  .update(await readFile(FMU))
  .digest("hex");

let home: { path: string; remove(): Promise<void> };
let tools: ToolClient;
let run: { run_id: string; series_file: string };
let links: { uri: string; mimeType: string }[];

beforeAll(async () => {
  home = await makeHome();
  tools = await startToolClient(home.path);
  const result = await tools.client.callTool({ name: "run_fmi_simulation", arguments: { path: FMU } });
  run = result.structuredContent as typeof run;
  links = result.content.filter((one) => one.type === "resource_link") as typeof links;
});

afterAll(async () => {
  await tools.close();
  await home.remove();
});

async function read(client: Client, uri: string) {
  const { contents } = await client.readResource({ uri });
  const [only, ...others] = contents;
  if (only === undefined || others.length > 0) throw new Error("not one content");
  return only;
}

test("a run's result links to what resources/read takes", async () => {
  expect(links.map(({ uri }) => uri.replace(run.run_id, "ID"))).toEqual([
    "run://ID",
    "run://ID/series.csv",
    "run://ID/plot.png",
    "run://ID/log",
  ]);
  for (const { uri, mimeType } of links)
    expect(await read(tools.client, uri)).toMatchObject({ uri, mimeType });
});

describe("resources/read", () => {
  test("gives record, series and picture of a run", async () => {
    const record = await read(tools.client, `run://${run.run_id}`);
    expect(JSON.parse("text" in record ? record.text : "")).toMatchObject({
      run_id: run.run_id,
      status: "success",
    });
    const series = await read(tools.client, `run://${run.run_id}/series.csv`);
    expect("text" in series && series.text).toBe(await readFile(run.series_file, "utf8"));
    const plot = await read(tools.client, `run://${run.run_id}/plot.png`);
    const png = Buffer.from("blob" in plot ? plot.blob : "", "base64");
    expect(png.subarray(1, 4).toString()).toBe("PNG");
  });

  test("gives the log of a run, from the endpoint that ran it", async () => {
    const log = await read(tools.client, `run://${run.run_id}/log`);
    expect("text" in log && log.text).toContain("run_fmi_simulation finished");
  });

  test("gives an FMU's variables and where it lies", async () => {
    const fmu = await read(tools.client, `fmu://${CHECKSUM}`);
    const facts = JSON.parse("text" in fmu ? fmu.text : "");
    expect(facts).toMatchObject({
      checksum: CHECKSUM,
      volume: "fmi-cache",
      uploaded: { file_name: "feedthrough-2.fmu" },
    });
    expect(facts.outputs.length).toBeGreaterThan(0);
  });

  test.each([
    "run://run-20260101-aaaaaaaaaa",
    "run://../../etc/passwd",
    "run://nonsense/series.csv",
    `fmu://${"0".repeat(64)}`,
    "fmu://BouncingBall",
    "file:///etc/passwd",
    "run://",
  ])("answers %s with invalid params, as nothing is there", async (uri) => {
    await expect(tools.client.readResource({ uri })).rejects.toMatchObject({ code: -32602 });
  });

  test("says that a series is gone once its file is", async () => {
    const again = await tools.call("run_fmi_simulation", { fmu_checksum: CHECKSUM, stop_time: 1 });
    await rm(again.series_file);
    await expect(
      tools.client.readResource({ uri: `run://${again.run_id}/series.csv` }),
    ).rejects.toMatchObject({
      code: -32602,
    });
  });
});

test("resources are listed: templates, and the runs that are kept", async () => {
  const { resourceTemplates } = await tools.client.listResourceTemplates();
  expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
    "run://{run_id}",
    "run://{run_id}/series.csv",
    "run://{run_id}/plot.png",
    "run://{run_id}/log",
    "fmu://{checksum}",
  ]);
  const { resources } = await tools.client.listResources();
  expect(resources).toContainEqual(
    expect.objectContaining({ uri: `run://${run.run_id}`, mimeType: "application/json" }),
  );
});

test("ids are completed", async () => {
  const complete = async (uri: string, name: string, value: string) =>
    (await tools.client.complete({ ref: { type: "ref/resource", uri }, argument: { name, value } }))
      .completion.values;
  expect(await complete("run://{run_id}", "run_id", "run-")).toContain(run.run_id);
  expect(await complete("run://{run_id}/log", "run_id", "walk-")).toEqual([]);
  expect(await complete("fmu://{checksum}", "checksum", CHECKSUM.slice(0, 4))).toEqual([CHECKSUM]);
  expect(await complete("fmu://{checksum}", "checksum", "feedthr")).toEqual([CHECKSUM]);
  expect(await complete("fmu://{checksum}", "other", "")).toEqual([]);
  await expect(complete("none://{x}", "x", "")).rejects.toMatchObject({ code: -32602 });
});

test("listing and completing make nothing where nothing was kept", async () => {
  const empty = await makeHome();
  const fresh = await startToolClient(empty.path);
  onTestFinished(async () => {
    await fresh.close();
    await empty.remove();
  });
  expect((await fresh.client.listResources()).resources).toEqual([]);
  await fresh.client.listPrompts();
  await fresh.client.listTools();
  const ref = { type: "ref/resource" as const, uri: "run://{run_id}" };
  const { completion } = await fresh.client.complete({ ref, argument: { name: "run_id", value: "" } });
  expect(completion.values).toEqual([]);
  expect(await readdir(empty.path)).toEqual([]);
});

test.each([
  ["run://run-1", "run://{run_id}"],
  ["run://run-1/series.csv", "run://{run_id}/series.csv"],
  ["run://run-1/series.csv/x", undefined],
  ["run://a%2fb", undefined],
])("matchTemplate takes %s for %s", (uri, template) => {
  expect(matchTemplate(RESOURCES.templates, uri)?.template.uriTemplate).toBe(template);
});
