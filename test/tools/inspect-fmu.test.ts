import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeHome } from "../support/home.ts";
import { fixture, startToolClient, type ToolClient } from "../support/tool-client.ts";

const example = (name: string) => join(import.meta.dirname, "../../examples", name);

describe("inspect_fmu", () => {
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

  test("reads a file of this computer without uploading it", async () => {
    const { fmu, variables, comparison } = await tools.call("inspect_fmu", {
      path: example("server-room.fmu"),
      causality: "output",
    });
    expect(fmu).toMatchObject({ fmi_version: "3.0", file: example("server-room.fmu") });
    expect(fmu.interface_types).toContain("Model Exchange");
    expect(variables.length).toBeGreaterThan(0);
    for (const variable of variables) expect(variable.causality).toBe("output");
    expect(variables.some((variable: { unit?: string }) => variable.unit === "K")).toBe(true);
    expect(comparison).toBeNull();
    expect((await tools.fail("list_volume")).code).toBe("not_found");
  });

  test("pages, and searches names and descriptions", async () => {
    const path = example("feedthrough.fmu");
    const first = await tools.call("inspect_fmu", { path, limit: 5 });
    expect(first.variables).toHaveLength(5);
    expect(first.next_offset).toBe(5);
    const rest = await tools.call("inspect_fmu", { path, limit: 200, offset: 5 });
    expect(rest.next_offset).toBeNull();
    expect(rest.variables).toHaveLength(first.variables_found - 5);
    const { variables } = await tools.call("inspect_fmu", { path, search: "*_in*", limit: 200 });
    expect(variables.length).toBeGreaterThan(0);
    for (const { name } of variables) expect(name).toMatch(/_in/);
  });

  test("compares two FMUs by their variables", async () => {
    const { comparison } = await tools.call("inspect_fmu", {
      path: example("van-der-pol.fmu"),
      compare_with: example("van-der-pol-fmi2.fmu"),
    });
    expect(comparison.with).toContain("van-der-pol-fmi2.fmu");
    const types = comparison.changed.filter((change: { property: string }) => change.property === "type");
    expect(types).toEqual([]);
    const unlike = await tools.call("inspect_fmu", {
      path: example("van-der-pol.fmu"),
      compare_with: example("bouncing-ball.fmu"),
    });
    expect(unlike.comparison.added).toContain("mu");
    expect(unlike.comparison.removed).toContain("h");
  });

  test("looks into an uploaded FMU by its checksum or name", async () => {
    const { fmu_checksum } = await tools.call("upload_fmu", { path: fixture("feedthrough-2.fmu") });
    const { fmu } = await tools.call("inspect_fmu", { fmu_checksum });
    expect(fmu).toMatchObject({ fmu_checksum, volume: "fmi-cache", fmi_version: "2.0" });
    const named = await tools.call("inspect_fmu", { fmu_checksum: "feedthrough-2.fmu" });
    expect(named.fmu.fmu_checksum).toBe(fmu_checksum);
  });

  test("names the next step where it cannot tell which FMU is meant", async () => {
    expect((await tools.fail("inspect_fmu")).remedy).toContain("`list_volume`");
    expect((await tools.fail("inspect_fmu", { path: "/no/such.fmu" })).code).toBe("not_found");
    expect((await tools.fail("inspect_fmu", { fmu_checksum: "nothing" })).code).toBe("not_found");
  });
});
