import { expect, test } from "vitest";
import { findLikelyCause } from "../../src/diagnosis/check.ts";
import { checkCli, checkConfiguration } from "../../src/diagnosis/configuration-checks.ts";
import type { ConfigurationFacts } from "../../src/diagnosis/request.ts";

const FACTS: ConfigurationFacts = {
  credentials: { status: "none", from: "No token is set.", tokenId: undefined },
  endpointWhy: "embedded: No token is set.",
  ...{ problems: [], warnings: [], signsOfModal: [], cli: async () => undefined },
};
const NEVER = new AbortController().signal;
const causeOf = (facts: Partial<ConfigurationFacts>) =>
  findLikelyCause(checkConfiguration({ ...FACTS, ...facts }));

test("checkConfiguration finds no fault in no credentials, nor in odd settings", () => {
  expect(causeOf({ warnings: ["MODAL_X is odd."] })).toBeNull();
  expect(checkConfiguration(FACTS)[0]).toMatchObject({ status: "ok", code: "credentials_none" });
});

test("checkConfiguration names a problem by its code and place", () => {
  const problem = {
    code: "profile_unknown",
    where: "MODAL_PROFILE",
    message: "No such profile.",
    remedy: "Unset it.",
  };
  expect(causeOf({ problems: [problem] })).toMatchObject({
    code: "profile_unknown",
    evidence: "MODAL_PROFILE",
  });
});

test("checkConfiguration takes signs of a Modal account for an accident only where no token is set", () => {
  const signsOfModal = ["run-1 went to Modal"];
  expect(causeOf({ signsOfModal })).toMatchObject({
    code: "embedded_by_accident",
    evidence: "run-1 went to Modal",
  });
  const credentials = { status: "ok" as const, from: "From the environment", tokenId: "ak-…" };
  expect(causeOf({ signsOfModal, credentials })).toBeNull();
});

test("checkCli finds no fault in a missing CLI", async () => {
  const credentials = { status: "ok" as const, from: "", tokenId: undefined };
  for (const facts of [FACTS, { ...FACTS, credentials }])
    expect(findLikelyCause(await checkCli(facts, NEVER))).toBeNull();
  const found = { ...FACTS, cli: async () => ({ command: "modal", version: "1.5.4" }) };
  expect(await checkCli(found, NEVER)).toMatchObject([{ status: "ok", message: "modal 1.5.4" }]);
});
