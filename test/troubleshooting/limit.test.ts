import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { runDiagnosis } from "../../src/tools/diagnose.ts";
import { makeHome } from "../support/home.ts";
import { startToolClient } from "../support/tool-client.ts";

const LIMIT_MS = 2_000;
/** Far above the limit given, and far below the usual one. */
const IN_TIME_MS = 8_000;

/** A server that takes every connection and never says a word. */
async function silentUrl(): Promise<string> {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

test("runDiagnosis answers within its limit where the endpoint takes the connection and says nothing", async () => {
  const home = await makeHome();
  const tools = await startToolClient(home.path, {
    MODAL_SERVER_URL: await silentUrl(),
    MODAL_TOKEN_ID: "ak-abcdefghijklmnop",
    MODAL_TOKEN_SECRET: "as-qrstuvwxyz012345",
    PATH: "/usr/bin:/bin",
  });
  onTestFinished(async () => {
    await tools.close();
    await home.remove();
  });
  const begun = performance.now();
  const found = await runDiagnosis({}, tools.services, new AbortController().signal, LIMIT_MS);
  expect(performance.now() - begun).toBeLessThan(IN_TIME_MS);
  expect(found.likely_cause?.code).toBe("endpoint_unreachable");
});
