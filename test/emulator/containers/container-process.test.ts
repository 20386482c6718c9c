import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { startContainerProcess } from "../../../src/emulator/containers/container-process.ts";

function start(script: string) {
  const output: string[] = [];
  const child = startContainerProcess({
    command: "/bin/sh",
    args: ["-c", script],
    folder: "/",
    environment: { PATH: "/usr/bin:/bin" },
    onOutput: (source, text) => output.push(`${source} ${text}`),
  });
  return { child, output };
}

test("startContainerProcess: whole lines of both streams are told before the end is, with the exit code", async () => {
  const { child, output } = start("printf 'one\\ntw'; printf 'o\\nrest'; echo oops >&2; exit 7");
  expect(await child.ended).toEqual({ code: 7, signal: null });
  expect(child.isAlive()).toBe(false);
  expect(output.filter((line) => line.startsWith("stdout")).join("")).toMatch(/one\n.*two\n.*rest$/s);
  expect(output).toContain("stderr oops\n");
});

test.skipIf(process.platform !== "linux")("kill: ends what the process started, too", async () => {
  const { child, output } = start("sleep 60 & echo $!; wait");
  await expect.poll(() => output.length).toBe(1);
  const pid = Number(output[0]?.split(" ")[1]);
  child.kill();
  expect(await child.ended).toEqual({ code: null, signal: "SIGKILL" });
  // Where nobody collects orphans, a dead one stays as a zombie.
  const isAlive = async () =>
    (await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") Z")).split(") ")[1]?.startsWith("Z") ===
    false;
  await expect.poll(isAlive).toBe(false);
});

test("startContainerProcess: a command that is not there ends at once, and says why", async () => {
  const output: string[] = [];
  const options = {
    args: [],
    folder: "/",
    environment: {},
    onOutput: (_: string, text: string) => output.push(text),
  };
  const child = startContainerProcess({ ...options, command: "/no/such/python" });
  expect(await child.ended).toEqual({ code: null, signal: null });
  expect(output.join()).toContain("ENOENT");
});
