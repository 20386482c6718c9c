import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { ToolError } from "../errors.ts";

/** The weather of a run: a file of this computer that is sent along, or the name of one that the runner has. */
export interface Weather {
  /** A plain file name. */
  name: string;
  content: Uint8Array | undefined;
  /** City, state and country as the file tells. */
  place: string | undefined;
}

/** A year by the hour takes 1.6 MB, by the minute a hundred. */
const LARGEST_WEATHER_FILE = 128 * 1024 * 1024;

/**
 * Finds the weather that `given` means: a file of this computer, else, for a plain name, one of the runner's. `resolveFile`
 * throws for what it may not read or does not find. Throws `invalid_argument` for a file that is no EPW.
 */
export async function findWeather(
  given: string,
  resolveFile: (path: string) => Promise<string>,
): Promise<Weather> {
  const isPlain = !/[\\/]|^~|^file:/.test(given);
  try {
    return await readWeather(await resolveFile(given));
  } catch (error) {
    if (isPlain && error instanceof ToolError && error.code === "not_found")
      return { name: given, content: undefined, place: undefined };
    throw error;
  }
}

async function readWeather(path: string): Promise<Weather> {
  const name = basename(path);
  const { size } = await stat(path);
  if (size > LARGEST_WEATHER_FILE)
    throw noWeather(name, `it has ${Math.ceil(size / 1024 / 1024)} MiB, and 128 MiB is the limit`);
  const content = new Uint8Array(await readFile(path));
  const [first = ""] = new TextDecoder().decode(content.subarray(0, 4096)).split(/\r?\n/);
  // The first line of every EPW file (EnergyPlus, Auxiliary Programs, Weather File Data Dictionary).
  if (!/^location,/i.test(first)) throw noWeather(name, "its first line does not begin with LOCATION");
  const place = first
    .split(",")
    .slice(1, 4)
    .map((part) => part.trim());
  return { name, content, place: place.filter((part) => part !== "" && part !== "-").join(", ") };
}

function noWeather(name: string, why: string): ToolError {
  return new ToolError(
    "invalid_argument",
    `Cannot use the weather file "${name}": ${why}`,
    "Pass `weather` as the path of an EnergyPlus weather file (EPW), or as a name that the runner has.",
  );
}
