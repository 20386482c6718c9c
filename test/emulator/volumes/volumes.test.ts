import { expect, test } from "vitest";
import { openBoth } from "../support.ts";

test("VolumeGetOrCreate: looks up, creates if missing, refuses what exists, and keeps the version", async () => {
  const { sdk } = await openBoth();
  const open = (objectCreationType: number, version = 2) =>
    sdk.cpClient.volumeGetOrCreate({ deploymentName: "data", objectCreationType, version });
  await expect(open(0)).rejects.toMatchObject({ code: 5, details: expect.stringContaining("'data'") });
  const created = await open(1);
  expect(created.volumeId).toMatch(/^vo-[A-Za-z0-9]{22}$/);
  expect(created.metadata).toMatchObject({ name: "data", version: 2 });
  expect((await open(1)).volumeId).toBe(created.volumeId);
  expect((await open(0, 0)).metadata?.version).toBe(2);
  await expect(open(2)).rejects.toMatchObject({ code: 6 });
});

test("VolumeGetOrCreate: the SDK's own look-up finds it", async () => {
  const { sdk } = await openBoth();
  const made = await sdk.volumes.fromName("data", { createIfMissing: true });
  expect((await sdk.volumes.fromName("data")).volumeId).toBe(made.volumeId);
  await expect(sdk.volumes.fromName("other")).rejects.toMatchObject({ name: "NotFoundError" });
});

test.each(["", "a b", "../x", "x".repeat(65), "ap-0123456789012345678901"])(
  "VolumeGetOrCreate: the name %j is INVALID_ARGUMENT",
  async (deploymentName) => {
    const { sdk } = await openBoth();
    const request = { deploymentName, objectCreationType: 1 };
    await expect(sdk.cpClient.volumeGetOrCreate(request)).rejects.toMatchObject({ code: 3 });
  },
);

test("VolumeList: newest first, by pages", async () => {
  const { sdk } = await openBoth();
  for (const deploymentName of ["a", "b", "c"]) {
    await sdk.cpClient.volumeGetOrCreate({ deploymentName, objectCreationType: 1 });
  }
  const first = await sdk.cpClient.volumeList({ pagination: { maxObjects: 2, createdBefore: 0 } });
  expect(first.items.map((item) => item.label)).toEqual(["c", "b"]);
  const createdBefore = first.items[1]?.createdAt ?? 0;
  const rest = await sdk.cpClient.volumeList({ pagination: { maxObjects: 2, createdBefore } });
  expect(rest.items.map((item) => item.label)).toEqual(["a"]);
  expect(rest.environmentName).toBe("main");
});

test("VolumeRename, VolumeDelete: the old name is gone, a taken one is refused, the id dies with the volume", async () => {
  const { sdk } = await openBoth();
  const open = (deploymentName: string, objectCreationType: number) =>
    sdk.cpClient.volumeGetOrCreate({ deploymentName, objectCreationType });
  const { volumeId } = await open("a", 1);
  await open("b", 1);
  await expect(sdk.cpClient.volumeRename({ volumeId, name: "b" })).rejects.toMatchObject({ code: 6 });
  await sdk.cpClient.volumeRename({ volumeId, name: "c" });
  await expect(open("a", 0)).rejects.toMatchObject({ code: 5 });
  expect((await open("c", 0)).volumeId).toBe(volumeId);
  await sdk.cpClient.volumeDelete({ volumeId });
  await expect(open("c", 0)).rejects.toMatchObject({ code: 5 });
  await expect(sdk.cpClient.volumeGetById({ volumeId })).rejects.toMatchObject({ code: 5 });
  expect((await open("c", 1)).volumeId).not.toBe(volumeId);
});

test("VolumeGetById: an id that would lead out of the state folder is NOT_FOUND", async () => {
  const { sdk } = await openBoth();
  for (const volumeId of ["../../etc", "vo-../../../../../../etc", ""]) {
    await expect(sdk.cpClient.volumeGetById({ volumeId })).rejects.toMatchObject({ code: 5 });
  }
});
