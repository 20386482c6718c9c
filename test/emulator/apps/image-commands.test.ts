import { expect, test } from "vitest";
import { parsePipInstall, readLayer, splitWords } from "../../../src/emulator/apps/image-commands.ts";

test.each([
  ["python -m pip install six==1.16.0 'numpy>=2,<3' ", ["six==1.16.0", "numpy>=2,<3"]],
  ['pip install --pre "a b"', ["--pre", "a b"]],
  [
    "/.uv/uv pip install --python $(command -v python) --compile-bytecode --prerelease allow --requirements /.uv/0/r.txt idna",
    ["--pre", "-r", "/.uv/0/r.txt", "idna"],
  ],
  ["python3 -m pip install -r /.requirements.txt --index-url https://packages.example/simple", undefined],
])("parsePipInstall reads %s", (command, expected) => {
  const found = parsePipInstall(command)?.arguments;
  if (expected === undefined) expect(found).toContain("--index-url");
  else expect(found).toEqual(expected);
});

test.each(["apt-get install -y gcc", "pip install $(cat list)", "pip download six", "echo pip install six"])(
  "parsePipInstall refuses %s",
  (command) => {
    expect(parsePipInstall(command)).toBeUndefined();
  },
);

test("splitWords keeps quoted words whole and knows no shell beyond that", () => {
  expect(splitWords("a 'b c' d\"e f\"g \\$h")).toEqual(["a", "b c", "de fg", "$h"]);
  expect(splitWords("a; rm b")).toBeUndefined();
  expect(splitWords("a 'open")).toBeUndefined();
});

test("readLayer: packages, variables and copies are taken, other commands are named as ignored", () => {
  expect(
    readLayer([
      "FROM base",
      "COPY /.requirements.txt /.requirements.txt",
      "ENV GREETING='hello there' OTHER=1",
      "RUN python -m pip install six && pip install idna",
      "RUN apt-get install -y gcc",
      "WORKDIR /data",
    ]),
  ).toEqual({
    installs: [{ arguments: ["six"] }, { arguments: ["idna"] }],
    variables: { GREETING: "hello there", OTHER: "1" },
    copies: { "/.requirements.txt": "/.requirements.txt" },
    ignored: ["RUN apt-get install -y gcc", "WORKDIR /data"],
  });
});

test("readLayer: what a registry's image brings up to date is passed over in silence", () => {
  const commands = ["FROM python:3.11-slim", "RUN apt-get update", "RUN pip install --upgrade pip wheel uv"];
  expect(readLayer(commands)).toMatchObject({ installs: [], ignored: [] });
});
