import { describe, expect, test } from "vitest";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import type { DiagnosisRequest } from "../../src/diagnosis/request.ts";
import { ToolError } from "../../src/errors.ts";

const NEVER = new AbortController().signal;
const hanging = () => new Promise<never>(() => {});

/** A request about everything whose endpoint cannot be connected to, but for the parts given. */
function request(members: Partial<DiagnosisRequest> = {}): DiagnosisRequest {
  const runner = (app: string) => ({ app, functions: {}, volumes: [] });
  return {
    subject: { runner: undefined, runId: undefined, functionCallId: undefined, fmu: undefined },
    configuration: {
      credentials: { status: "ok", from: "From the environment", tokenId: undefined },
      endpointWhy: "modal: a token is set.",
      ...{ problems: [], warnings: [], signsOfModal: [], cli: async () => undefined },
    },
    findRun: async () => undefined,
    findNewestRun: async () => undefined,
    connect: async () => {
      throw new ToolError("internal", "Cannot connect", "Try again.");
    },
    proxyOf: () => undefined,
    runners: { fmi: runner("fmi-runner"), energyplus: runner("energyplus-runner") },
    lastDeploy: async () => undefined,
    sharedVersions: async () => [],
    fmuVolumes: [
      { name: "fmi-cache", test: false },
      { name: "fmi-cache-test", test: true },
    ],
    ...members,
  };
}

const refusing = (code: "unauthenticated" | "invalid_argument") => async () => {
  throw new ToolError(code, "Cannot connect", "Mend it.");
};

describe("diagnose", () => {
  test("skips what depends on a server that is not reached, with the reason", async () => {
    const subject = { runner: undefined, runId: "run-1", functionCallId: undefined, fmu: "abc" };
    const { checks, place } = await diagnose(request({ subject }), NEVER);
    expect(place).toBeUndefined();
    const skipped = checks.filter(({ status }) => status === "skipped");
    expect(skipped.map(({ name }) => name)).toEqual(["volumes", "app fmi-runner", "run run-1", "FMU"]);
    expect(skipped.map(({ message }) => message)).toEqual(Array(4).fill("Not checked: Cannot connect"));
  });

  test("tells a token or a URL that cannot be used from one that a server rejected", async () => {
    const code = async (members: Partial<DiagnosisRequest>) =>
      (await diagnose(request(members), NEVER)).likelyCause?.code;
    expect(await code({ connect: refusing("unauthenticated") })).toBe("credentials_malformed");
    expect(await code({ connect: refusing("invalid_argument") })).toBe("setting_invalid");
    const { configuration } = request();
    const none = { ...configuration, credentials: { ...configuration.credentials, status: "none" as const } };
    expect(await code({ connect: refusing("unauthenticated"), configuration: none })).toBe(
      "credentials_missing",
    );
  });

  test("answers in time where everything hangs", async () => {
    const { configuration } = request();
    const begun = performance.now();
    const { likelyCause, status } = await diagnose(
      request({ connect: hanging, configuration: { ...configuration, cli: hanging } }),
      NEVER,
      600,
    );
    expect(performance.now() - begun).toBeLessThan(3000);
    expect({ status, code: likelyCause?.code }).toEqual({ status: "fail", code: "endpoint_unreachable" });
  });

  test("names a record that cannot be read", async () => {
    const findRun = async () => {
      throw new ToolError("data_loss", "Cannot read run: its record is damaged", "Delete the file.");
    };
    const { checks } = await diagnose(request({ findRun }), NEVER);
    expect(checks.find(({ name }) => name === "run")).toMatchObject({
      code: "run_not_found",
      remedy: "Delete the file.",
    });
  });

  test("rejects where the request is cancelled", async () => {
    const stop = new AbortController();
    const diagnosing = diagnose(request({ connect: hanging }), stop.signal);
    stop.abort(new Error("gone"));
    await expect(diagnosing).rejects.toThrow("gone");
  });
});
