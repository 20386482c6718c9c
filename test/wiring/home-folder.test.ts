import { mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { prepareHome } from "../../src/wiring/home-folder.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("prepareHome", () => {
  test("makes the folder and its parents for the user alone, also twice at once", async () => {
    const home = join(await temporaryFolder(), "a", "b", "home");
    await Promise.all([prepareHome(home), prepareHome(home)]);
    expect((await stat(home)).mode & 0o777).toBe(0o700);
  });

  test("leaves a folder that is there as it is", async () => {
    const home = join(await temporaryFolder(), "home");
    await mkdir(home, { mode: 0o750 });
    await prepareHome(home);
    expect((await stat(home)).mode & 0o777).toBe(0o750);
  });

  const refused = { code: "failed_precondition", remedy: expect.stringContaining("`MODAL_FMI_HOME`") };

  test("names the setting where a file stands in the way", async () => {
    const file = join(await temporaryFolder(), "file");
    await writeFile(file, "");
    await expect(prepareHome(file)).rejects.toMatchObject(refused);
    await expect(prepareHome(join(file, "home"))).rejects.toMatchObject(refused);
  });

  test.runIf(process.platform === "linux")("ends where no folder can be made", async () => {
    await expect(prepareHome("/proc/modal-fmi/home")).rejects.toMatchObject(refused);
  });
});
