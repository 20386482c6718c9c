import { chmod, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ModalClient } from "modal";
import { expect } from "vitest";
import type { PythonOptions } from "../../src/emulator/index.ts";
import { temporaryFolder } from "./support.ts";

/** Answers as Python does where an environment is made, and installs nothing. */
const FAKE_PYTHON = `#!/bin/sh
if [ "$1" = -c ]; then
  mkdir -p "$(dirname "$0")/../packages"
  echo 3.12.0
  echo "$(dirname "$0")/../packages"
elif [ "$2" = venv ]; then
  for folder; do :; done
  mkdir -p "$folder/bin"
  cp "$0" "$folder/bin/python"
fi
`;

/** A Python that makes environments in no time. */
export async function fakePython(): Promise<PythonOptions> {
  const command = path.join(await temporaryFolder(), "python");
  await writeFile(command, FAKE_PYTHON);
  await chmod(command, 0o755);
  return { command, environment: { PATH: process.env.PATH ?? "" } };
}

/** Builds an image of packages to its end; resolves to its id. Fails where the build fails. */
export async function buildImage(sdk: ModalClient, packages: string): Promise<string> {
  const base = await sdk.cpClient.imageGetOrCreate({ image: { dockerfileCommands: ["FROM python:3.12"] } });
  const image = {
    baseImages: [{ imageId: base.imageId, dockerTag: "base" }],
    dockerfileCommands: ["FROM base", `RUN python -m pip install ${packages}`],
  };
  const { imageId } = await sdk.cpClient.imageGetOrCreate({ image });
  for await (const { result } of sdk.cpClient.imageJoinStreaming({ imageId, timeout: 10 }))
    if (result) expect(result).toMatchObject({ status: 1, exception: "" });
  return imageId;
}
