import { describe, expect, test } from "vitest";
import { TOOLS } from "../../src/tools/index.ts";
import { chooseTools, readToolChoice } from "../../src/wiring/choose-tools.ts";

describe("readToolChoice", () => {
  test.each([
    [[], { readOnly: false, names: undefined }],
    [["--read-only"], { readOnly: true, names: undefined }],
    [["--tools", "diagnose, list_volume"], { readOnly: false, names: ["diagnose", "list_volume"] }],
    [["--tools=diagnose", "--read-only"], { readOnly: true, names: ["diagnose"] }],
  ])("reads %j", (args, choice) => {
    expect(readToolChoice(args)).toEqual(choice);
  });

  test.each([
    [["--tools"], "needs names"],
    [["--tools="], "needs names"],
    [["--tools", ","], "needs names"],
    [["--read-onyl"], 'unknown option "--read-onyl"'],
    [["--read-only", "more"], 'unknown option "more"'],
  ])("refuses %j", (args, message) => {
    expect(() => readToolChoice(args)).toThrow(message);
  });
});

describe("chooseTools", () => {
  const names = async (...args: string[]) =>
    (await chooseTools(readToolChoice(args))).map(({ name }) => name);

  test("offers all tools where nothing is chosen", async () => {
    expect(await names()).toEqual(TOOLS.map(({ name }) => name));
  });

  test("keeps to names, in the order of the list", async () => {
    expect(await names("--tools", "diagnose,upload_fmu")).toEqual(["upload_fmu", "diagnose"]);
  });

  test("leaves only what changes nothing, whatever is named", async () => {
    const left = await names("--read-only");
    expect(left).toEqual(expect.arrayContaining(["list_volume", "diagnose", "tail_logs"]));
    for (const name of ["upload_fmu", "run_fmi_simulation", "deploy_runner", "manage_volume", "cancel_run"])
      expect(left).not.toContain(name);
    expect(await names("--read-only", "--tools", "diagnose,deploy_runner")).toEqual(["diagnose"]);
    await expect(names("--read-only", "--tools", "deploy_runner")).rejects.toThrow("leaves no tool");
  });

  test("refuses a name that no tool has", async () => {
    await expect(names("--tools", "diagnose,nonsense")).rejects.toThrow("nonsense, which is no tool");
  });
});
