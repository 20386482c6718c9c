import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { connectSdk, openBoth, openEmulator, temporaryFolder } from "./support.ts";

test("TokenInfoGet: the SDK is authenticated and told the local workspace", async () => {
  const { emulator, sdk } = await openBoth();
  expect(await sdk.cpClient.tokenInfoGet({})).toMatchObject({
    tokenId: emulator.tokenId,
    workspaceName: "local",
    tokenName: "embedded",
  });
  expect(await sdk.cpClient.workspaceNameLookup({})).toMatchObject({ workspaceName: "local" });
  expect(await sdk.cpClient.clientHello({})).toMatchObject({ warning: "" });
});

test("AuthTokenGet: a wrong secret is UNAUTHENTICATED in Modal's words", async () => {
  const emulator = await openEmulator();
  const sdk = connectSdk({ ...emulator, tokenSecret: "as-wrongwrongwrongwrong" });
  await expect(sdk.cpClient.volumeList({})).rejects.toMatchObject({
    code: 16,
    details: "Token validation failed",
  });
});

test("AuthTokenGet: the token has three parts and an expiry in the future", async () => {
  const { sdk } = await openBoth();
  const { token } = await sdk.cpClient.authTokenGet({});
  const [, payload = ""] = token.split(".");
  expect(token.split(".")).toHaveLength(3);
  expect(JSON.parse(Buffer.from(payload, "base64url").toString()).exp).toBeGreaterThan(Date.now() / 1000);
});

test("credentials: made once per folder, for the owner's eyes only, the same for every process", async () => {
  const stateDir = await temporaryFolder();
  const emulators = await Promise.all(Array.from({ length: 8 }, () => openEmulator({ stateDir })));
  expect(new Set(emulators.map((each) => each.tokenSecret)).size).toBe(1);
  const file = path.join(stateDir, "credentials.json");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect((await stat(stateDir)).mode & 0o777).toBe(0o700);
  expect(await readFile(file, "utf8")).toContain(emulators[0]?.tokenSecret);
});

test("server: an RPC it does not know is UNIMPLEMENTED", async () => {
  const { sdk } = await openBoth();
  await expect(sdk.cpClient.secretList({})).rejects.toMatchObject({ code: 12 });
});

test("EnvironmentList: the one environment is main, and another name is NOT_FOUND", async () => {
  const { sdk } = await openBoth();
  const { items } = await sdk.cpClient.environmentList({});
  expect(items).toMatchObject([{ name: "main", default: true }]);
  await expect(sdk.cpClient.volumeList({ environmentName: "prod" })).rejects.toMatchObject({ code: 5 });
  await expect(sdk.cpClient.environmentGetOrCreate({ deploymentName: "" })).resolves.toMatchObject({
    metadata: { name: "main", settings: { imageBuilderVersion: "2025.06" } },
  });
});
