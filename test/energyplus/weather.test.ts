import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findWeather } from "../../src/energyplus/weather.ts";
import { ToolError } from "../../src/errors.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const missing = async (path: string): Promise<string> => {
  throw new ToolError("not_found", `Cannot read "${path}"`, "Give another.");
};

async function weatherFile(text: string): Promise<string> {
  const path = join(await temporaryFolder(), "town.epw");
  await writeFile(path, text);
  return path;
}

test("findWeather reads a file and tells its place", async () => {
  const path = await weatherFile(
    "LOCATION,Chicago Ohare Intl Ap,IL,USA,TMY3,725300,41.98,-87.92,-6.0,201.0\n",
  );
  const weather = await findWeather("town.epw", async () => path);
  expect(weather).toMatchObject({ name: "town.epw", place: "Chicago Ohare Intl Ap, IL, USA" });
  expect(new TextDecoder().decode(weather.content)).toContain("LOCATION,Chicago");
});

test("findWeather takes a plain name that is no file here for one of the runner's", async () => {
  expect(await findWeather("USA_CA_SF.epw", missing)).toEqual({
    name: "USA_CA_SF.epw",
    content: undefined,
    place: undefined,
  });
});

test("findWeather does not take a missing path for a name", async () => {
  await expect(findWeather("weather/USA_CA_SF.epw", missing)).rejects.toMatchObject({ code: "not_found" });
});

test("findWeather refuses a file that is no EPW", async () => {
  const path = await weatherFile("time,temperature\n0,20\n");
  await expect(findWeather(path, async () => path)).rejects.toMatchObject({
    code: "invalid_argument",
    message: expect.stringContaining("LOCATION"),
  });
});
