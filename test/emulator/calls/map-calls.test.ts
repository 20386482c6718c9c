import type { ModalClient } from "modal";
import { expect, test } from "vitest";
import type { FunctionBody } from "../../../src/emulator/function-body.ts";
import { encodePayload } from "../../../src/wire/payload.ts";
import { app, body, gate, openBoth } from "../support.ts";

const MAP = 2;
const [SYNC, ASYNC] = [4, 3];

const input = (idx: number, value: unknown) => ({
  idx,
  input: { args: encodePayload([[], { value }]), dataFormat: 4 },
});

async function openMap(run: FunctionBody["run"], more: Partial<FunctionBody> = {}) {
  const { sdk } = await openBoth({ apps: [app([body("work", run, more)])] });
  const { functionId } = await sdk.functions.fromName("test-app", "work");
  const begin = (functionCallInvocationType: number) =>
    sdk.cpClient.functionMap({ functionId, functionCallType: MAP, functionCallInvocationType });
  return { sdk, functionId, begin };
}

const outputsOf = (sdk: ModalClient, functionCallId: string, lastEntryId: string, timeout = 5) =>
  sdk.cpClient.functionGetOutputs({ functionCallId, lastEntryId, timeout, maxValues: 100 });

test("FunctionPutInputs: outputs come as they end, once each, with the index of their input", async () => {
  const { opened, open } = gate();
  const { sdk, functionId, begin } = await openMap(async ({ kwargs }) => {
    if (kwargs.value === "slow") await opened;
    if (kwargs.value === "bad") throw new Error("no such value");
    return kwargs.value;
  });
  const { functionCallId } = await begin(SYNC);
  const put = { functionId, functionCallId, inputs: [input(0, "slow"), input(1, "quick")] };
  const { inputs } = await sdk.cpClient.functionPutInputs(put);
  expect(inputs.map(({ idx }) => idx)).toEqual([0, 1]);
  const first = await outputsOf(sdk, functionCallId, "0-0");
  expect(first).toMatchObject({ idxs: [1], numUnfinishedInputs: 1 });
  expect(first.outputs[0]).toMatchObject({ inputId: inputs[1]?.inputId, result: { status: 1 } });
  expect((await outputsOf(sdk, functionCallId, first.lastEntryId, 0)).outputs).toEqual([]);
  open();
  const second = await outputsOf(sdk, functionCallId, first.lastEntryId);
  expect(second).toMatchObject({ idxs: [0], numUnfinishedInputs: 0 });
  await sdk.cpClient.functionPutInputs({ functionId, functionCallId, inputs: [input(2, "bad")] });
  const third = await outputsOf(sdk, functionCallId, second.lastEntryId);
  expect(third.outputs[0]).toMatchObject({
    idx: 2,
    result: { status: 2, exception: "Error: no such value" },
  });
});

test("FunctionGetOutputs: of 45 inputs, pages of a bounded size; an acknowledged map is gone", async () => {
  const { sdk, functionId, begin } = await openMap(async ({ kwargs }) => kwargs.value);
  const { functionCallId } = await begin(SYNC);
  const inputs = Array.from({ length: 45 }, (_, index) => input(index, index));
  await sdk.cpClient.functionPutInputs({ functionId, functionCallId, inputs });
  const seen: number[] = [];
  for (let last = "0-0"; seen.length < 45; ) {
    const page = await outputsOf(sdk, functionCallId, last);
    expect(page.outputs.length).toBeLessThanOrEqual(20);
    seen.push(...page.outputs.map(({ idx }) => idx));
    last = page.lastEntryId;
  }
  expect(seen.sort((a, b) => a - b)).toEqual(inputs.map(({ idx }) => idx));
  await sdk.cpClient.functionGetOutputs({ functionCallId, clearOnSuccess: true, timeout: 0 });
  await expect(sdk.cpClient.functionPutInputs({ functionId, functionCallId, inputs })).rejects.toMatchObject({
    code: 5,
  });
});

test("FunctionMap: a map that outlives its caller is refused by name", async () => {
  const { begin } = await openMap(async () => null);
  await expect(begin(ASYNC)).rejects.toMatchObject({ code: 12, details: expect.stringContaining(".spawn") });
});
