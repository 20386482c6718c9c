import { expect, test } from "vitest";
import { type BuildingRequest, energyPlusCallArguments } from "../../src/energyplus/call-arguments.ts";
import { energyPlusArguments, OLD_ENERGYPLUS_ARGUMENTS } from "../../src/runner/energyplus-contract.ts";
import { catchToolError } from "../support/catch-tool-error.ts";
import { fakeFunction } from "../support/fake-modal.ts";

const ALL = Object.keys(energyPlusArguments.shape);
const content = new TextEncoder().encode("LOCATION,Town");

function request(members: Partial<BuildingRequest> = {}): BuildingRequest {
  return {
    model: { format: "idf", payload: "Version,25.2;", version: "25.2", checksum: "0".repeat(64) },
    weather: { name: "town.epw", content: undefined, place: undefined },
    period: undefined,
    useTestVolume: true,
    keepOutputs: "summary",
    timeoutSeconds: 3600,
    ...members,
  };
}

const fitted = (accepted: readonly string[] | undefined, members: Partial<BuildingRequest> = {}) =>
  energyPlusCallArguments(
    fakeFunction({ name: "run_energyplus_simulation", appName: "energyplus-runner", arguments: accepted }),
    request(members),
  );

test("energyPlusCallArguments sends what the contract accepts, every addition", () => {
  const weather = { name: "town.epw", content, place: "Town" };
  const { kwargs, warnings } = fitted(ALL, { weather, period: "annual" });
  expect(energyPlusArguments.safeParse(kwargs).error).toBeUndefined();
  expect(kwargs).toMatchObject({
    extras: true,
    weather_content: content,
    period: "annual",
    use_test_volume: true,
  });
  expect(warnings).toEqual([]);
});

test.each([undefined, OLD_ENERGYPLUS_ARGUMENTS])(
  "energyPlusCallArguments sends an older runner what it accepts and says what it lacks (%j)",
  (accepted) => {
    const { kwargs, warnings } = fitted(accepted);
    const names: readonly string[] = OLD_ENERGYPLUS_ARGUMENTS;
    expect(Object.keys(kwargs).filter((name) => !names.includes(name))).toEqual([]);
    expect(warnings.join("\n")).toMatch(/three metrics[\s\S]*volume/);
  },
);

test("energyPlusCallArguments says that a runner cannot take a weather file", async () => {
  const weather = { name: "town.epw", content, place: "Town" };
  const error = await catchToolError(() => fitted(OLD_ENERGYPLUS_ARGUMENTS, { weather }));
  expect(error).toMatchObject({ code: "failed_precondition" });
  expect(error.message).toContain("cannot take a weather file");
  expect(error.remedy).toContain("deploy_runner");
});

test("energyPlusCallArguments refuses a period that the runner would not heed", async () => {
  const error = await catchToolError(() => fitted(OLD_ENERGYPLUS_ARGUMENTS, { period: "design_day" }));
  expect(error).toMatchObject({ code: "failed_precondition", message: expect.stringContaining("`period`") });
});
