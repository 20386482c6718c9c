import { expect, test } from "vitest";
import { checkServer, checkVolumes } from "../../src/diagnosis/endpoint-checks.ts";
import type { Identity, Modal } from "../../src/modal/modal.ts";

const NEVER = new AbortController().signal;

function fake(identity: Partial<Identity> = {}, volumes: string[] = []): Modal {
  const who = {
    workspace: "ada",
    environment: "main",
    tokenId: undefined,
    tokenName: undefined,
    ...identity,
  };
  const list = async () => volumes.map((name) => ({ id: name, name, version: 2 }));
  return { url: "http://127.0.0.1:1", whoAmI: async () => who, volumes: { list } } as unknown as Modal;
}

test("checkServer names server, token, workspace and environment", async () => {
  const { checks, identity } = await checkServer(fake({ tokenName: "laptop" }), "A note.", NEVER);
  expect(checks).toMatchObject([
    {
      name: "server",
      status: "ok",
      message: expect.stringMatching(/127\.0\.0\.1:1 answers in \d+ ms\. A note\./),
    },
    { name: "token", status: "ok", message: 'Accepted (laptop): workspace "ada", environment "main"' },
  ]);
  expect(identity.workspace).toBe("ada");
});

test("checkServer does without a token's name", async () => {
  const { checks } = await checkServer(fake(), "", NEVER);
  expect(checks[1]?.message).toMatch(/^Accepted: workspace/);
});

test("checkVolumes tells the volumes there from those missing, which is no failure", async () => {
  const modal = fake({}, ["fmi-cache", "other"]);
  expect(await checkVolumes(modal, ["fmi-cache", "fmi-cache-test"], NEVER)).toMatchObject([
    { status: "ok", message: "There: fmi-cache (v2)" },
    {
      status: "warn",
      message: "Not there yet: fmi-cache-test",
      remedy: expect.stringContaining("`upload_fmu`"),
    },
  ]);
  expect(await checkVolumes(modal, ["fmi-cache"], NEVER)).toHaveLength(1);
});
