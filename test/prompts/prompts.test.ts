import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { PROMPTS } from "../../src/prompts/index.ts";
import { TOOLS } from "../../src/tools/index.ts";
import { makeHome } from "../support/home.ts";
import { fixture, startToolClient, type ToolClient } from "../support/tool-client.ts";

let home: { path: string; remove(): Promise<void> };
let tools: ToolClient;

beforeEach(async () => {
  home = await makeHome();
  tools = await startToolClient(home.path);
});

afterEach(async () => {
  await tools.close();
  await home.remove();
});

async function get(name: string, args: Record<string, string>): Promise<string> {
  const { messages } = await tools.client.getPrompt({ name, arguments: args });
  const [only] = messages;
  return only?.content.type === "text" ? only.content.text : "";
}

describe.each(PROMPTS)("The prompt $name", (prompt) => {
  const given = Object.fromEntries(prompt.arguments.map(({ name }) => [name, `<value of ${name}>`]));

  test("is listed with its arguments, each described", async () => {
    const { prompts } = await tools.client.listPrompts();
    const listed = prompts.find(({ name }) => name === prompt.name);
    expect(listed).toMatchObject({ title: prompt.title, description: prompt.description });
    expect(listed?.arguments?.map(({ name, required }) => [name, required])).toEqual(
      prompt.arguments.map(({ name, required }) => [name, required]),
    );
  });

  test("holds what it was given", async () => {
    const text = await get(prompt.name, given);
    for (const value of Object.values(given)) expect(text).toContain(value);
  });

  test("names only tools and arguments that exist", () => {
    const known = new Set([
      ...TOOLS.map(({ name }) => name),
      ...TOOLS.flatMap(({ input }) => Object.keys(input.shape)),
    ]);
    const text = prompt.write((name) => given[name] ?? "");
    const named = [...text.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name.split(/[: ]/)[0] ?? "");
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  test("needs its required arguments, and no others", async () => {
    const required = prompt.arguments.filter((argument) => argument.required).map(({ name }) => name);
    for (const name of required) {
      const { [name]: _, ...rest } = given;
      await expect(get(prompt.name, rest)).rejects.toMatchObject({ code: -32602 });
    }
    const least = Object.fromEntries(required.map((name) => [name, "x"]));
    expect(await get(prompt.name, least)).not.toContain("undefined");
    await expect(get(prompt.name, { ...given, nonsense: "x" })).rejects.toMatchObject({ code: -32602 });
  });
});

test("prompts/get refuses a prompt that is not there", async () => {
  await expect(get("nonsense", {})).rejects.toMatchObject({ code: -32602 });
});

test("arguments of prompts are completed with FMUs and runs", async () => {
  const { run_id, fmu } = await tools.call("run_fmi_simulation", { path: fixture("feedthrough-2.fmu") });
  const complete = async (name: string, argument: string, value: string) => {
    const ref = { type: "ref/prompt" as const, name };
    return (await tools.client.complete({ ref, argument: { name: argument, value } })).completion.values;
  };
  expect(await complete("simulate", "fmu", "feed")).toEqual([fmu.checksum]);
  expect(await complete("compare_designs", "baseline_run_id", "run-")).toEqual([run_id]);
  expect(await complete("troubleshoot", "id", "run-")).toEqual([run_id]);
  expect(await complete("simulate", "question", "")).toEqual([]);
});
