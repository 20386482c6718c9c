import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { ModalClient } from "modal";
import { expect, test } from "vitest";
import type { FunctionBody } from "../../../src/emulator/function-body.ts";
import { sha256Hex } from "../../../src/emulator/ids.ts";
import { app, body, gate, openBoth, temporaryFolder } from "../support.ts";
import { BLOCK, makeVolume, uploadBlocks } from "../upload.ts";

const find = (sdk: ModalClient, name: string) => sdk.functions.fromName("test-app", name);

/** An app that echoes, fails in several ways, or waits. */
async function openApp(functions: readonly FunctionBody[], more = {}) {
  return openBoth({ apps: [app(functions, more)] });
}

const untilAborted: FunctionBody["run"] = ({ signal }) =>
  new Promise((resolve) => signal.addEventListener("abort", resolve));

async function getOutput(sdk: ModalClient, functionCallId: string, timeout = 10) {
  const answer = await sdk.cpClient.functionGetOutputs({ functionCallId, timeout, lastEntryId: "0-0" });
  return { answer, result: answer.outputs[0]?.result };
}

test("FunctionMap: the SDK's remote call takes arguments there and the value back", async () => {
  const { sdk } = await openApp([body("echo", async ({ args, kwargs }) => ({ args, kwargs }))]);
  const echo = await find(sdk, "echo");
  expect(await echo.remote([], { value: { a: [1, 2.5, "x", null, true] } })).toEqual({
    args: [],
    kwargs: { value: { a: [1, 2.5, "x", null, true] } },
  });
  expect(await echo.remote([7])).toEqual({ args: [7], kwargs: {} });
});

test("FunctionMap: big integers, bytes and non-finite numbers survive both ways", async () => {
  const { sdk } = await openApp([body("echo", async ({ kwargs }) => kwargs.value)]);
  const value = [2n ** 60n, Buffer.from([1, 2, 3]), Number.NaN, Number.NEGATIVE_INFINITY];
  const back = (await (await find(sdk, "echo")).remote([], { value })) as unknown[];
  expect(back[0]).toBe(2n ** 60n);
  expect(Buffer.from(back[1] as Uint8Array)).toEqual(Buffer.from([1, 2, 3]));
  expect(back.slice(2)).toEqual([Number.NaN, Number.NEGATIVE_INFINITY]);
});

test("FunctionMap: arguments and results too large to go inline travel as blobs", async () => {
  const { sdk } = await openApp([body("echo", async ({ kwargs }) => kwargs.value)]);
  const value = Buffer.alloc(3 * 1024 * 1024, 7);
  const back = (await (await find(sdk, "echo")).remote([], { value })) as Uint8Array;
  expect(Buffer.from(back).equals(value)).toBe(true);
});

test("FunctionGetOutputs: a spawned call's output can be read again until it is cleared", async () => {
  const { sdk } = await openApp([body("echo", async ({ kwargs }) => kwargs.value)]);
  const call = await (await find(sdk, "echo")).spawn([], { value: 5 });
  expect(call.functionCallId).toMatch(/^fc-[A-Za-z0-9]{22}$/);
  expect(await call.get()).toBe(5);
  expect(await (await sdk.functionCalls.fromId(call.functionCallId)).get()).toBe(5);
  const take = (lastEntryId: string, clearOnSuccess: boolean) =>
    sdk.cpClient.functionGetOutputs({
      functionCallId: call.functionCallId,
      timeout: 1,
      lastEntryId,
      clearOnSuccess,
    });
  const first = await take("0-0", true);
  expect(first.outputs).toMatchObject([{ idx: 0, dataFormat: 4, result: { status: 1 } }]);
  expect((await take(first.lastEntryId, false)).outputs).toEqual([]);
  expect(await take("0-0", true)).toMatchObject({ outputs: [], numUnfinishedInputs: 0 });
});

test("FunctionGetOutputs: a failure carries the error's name and text, and a traceback only where the body gives one", async () => {
  const { sdk } = await openApp([
    body("plain", async () => {
      throw new RangeError("out of range");
    }),
    body("traced", async () => {
      throw Object.assign(new Error("bad"), { traceback: "Traceback: line 1" });
    }),
    body("unsendable", async () => () => 1),
  ]);
  const outputOf = async (name: string) => {
    const call = await (await find(sdk, name)).spawn();
    return (await getOutput(sdk, call.functionCallId)).result;
  };
  expect(await outputOf("plain")).toMatchObject({
    status: 2,
    exception: "RangeError: out of range",
    traceback: "",
  });
  expect(await outputOf("traced")).toMatchObject({ status: 2, traceback: "Traceback: line 1" });
  expect(await outputOf("unsendable")).toMatchObject({
    status: 2,
    exception: expect.stringContaining("SerializationError"),
  });
});

test("FunctionMap: arguments the function does not take fail as they do in Python", async () => {
  const needs = { parameters: [{ name: "a", type: "int", hasDefault: false }] } as const;
  const { sdk } = await openApp([body("strict", async () => 1, needs)]);
  const strict = await find(sdk, "strict");
  await expect(strict.remote([], { a: 1, b: 2 })).rejects.toThrow("unexpected keyword argument 'b'");
  await expect(strict.remote()).rejects.toThrow("missing 1 required argument: 'a'");
  await expect(strict.remote([1, 2])).rejects.toThrow("takes 1 positional arguments but 2 were given");
});

test("FunctionGetOutputs: a call past its time limit ends as a timeout and its body is aborted", async () => {
  const aborted = gate();
  const stuck: FunctionBody["run"] = ({ signal }) =>
    new Promise((resolve) =>
      signal.addEventListener("abort", () => {
        aborted.open();
        resolve("too late");
      }),
    );
  const { sdk } = await openApp([body("stuck", stuck, { timeoutSeconds: 0.2 })]);
  const call = await (await find(sdk, "stuck")).spawn();
  const { result } = await getOutput(sdk, call.functionCallId);
  expect(result).toMatchObject({ status: 4, exception: expect.stringContaining("timeout of 0.2s") });
  await aborted.opened;
});

test("FunctionGetOutputs: an unfinished call answers when the time has passed, without an output", async () => {
  const { sdk } = await openApp([body("stuck", untilAborted)]);
  const call = await (await find(sdk, "stuck")).spawn();
  const { answer } = await getOutput(sdk, call.functionCallId, 0.1);
  expect(answer).toMatchObject({ outputs: [], numUnfinishedInputs: 1, lastEntryId: "0-0" });
});

test("FunctionCallCancel: a running call and a queued one end as TERMINATED; a finished one keeps its output", async () => {
  const entered = gate();
  const aborted = gate();
  const wait: FunctionBody["run"] = ({ signal, kwargs }) => {
    if (kwargs.value === "at once") return Promise.resolve("done");
    entered.open();
    return new Promise((_resolve, reject) =>
      signal.addEventListener("abort", () => {
        aborted.open();
        reject(new Error("stopped"));
      }),
    );
  };
  const { sdk, emulator } = await openApp([body("wait", wait)], { maxContainers: 1 });
  const wait1 = await find(sdk, "wait");
  const finished = await wait1.spawn([], { value: "at once" });
  expect(await finished.get()).toBe("done");
  const running = await wait1.spawn();
  const queued = await wait1.spawn();
  await entered.opened;
  expect(emulator.running()).toBe(2);
  for (const call of [queued, running, finished]) await call.cancel();
  await aborted.opened;
  for (const call of [running, queued]) {
    expect((await getOutput(sdk, call.functionCallId)).result).toMatchObject({ status: 3, exception: "" });
  }
  expect(await finished.get()).toBe("done");
  await expect(sdk.cpClient.functionCallCancel({ functionCallId: "fc-x" })).rejects.toMatchObject({
    code: 5,
  });
});

test("FunctionGetCurrentStats: calls beyond the containers wait as backlog and run in turn", async () => {
  const { opened, open } = gate();
  const started: unknown[] = [];
  const twoStarted = gate();
  const wait: FunctionBody["run"] = async ({ kwargs }) => {
    started.push(kwargs.value);
    if (started.length === 2) twoStarted.open();
    await opened;
    return kwargs.value;
  };
  const { sdk } = await openApp([body("wait", wait)]);
  const fn = await find(sdk, "wait");
  const calls = [];
  for (const value of [1, 2, 3, 4]) calls.push(await fn.spawn([], { value }));
  await twoStarted.opened;
  const functionId = fn.functionId;
  expect(await sdk.cpClient.functionGetCurrentStats({ functionId })).toEqual({
    backlog: 2,
    numTotalTasks: 2,
    numRunningInputs: 2,
    inputHeadroom: 0,
  });
  expect(await fn.getCurrentStats()).toEqual({ backlog: 2, numTotalRunners: 2 });
  expect((await sdk.cpClient.taskList({})).tasks).toHaveLength(2);
  const fetched = await sdk.cpClient.functionCallFetch({ functionId, tail: { count: 10 } });
  expect(fetched.functionCallInputs.map((input) => input.status)).toEqual([1, 1, 2, 2]);
  const info = await sdk.cpClient.functionCallGetInfo({ functionCallId: calls[3]?.functionCallId ?? "" });
  expect(info.info).toMatchObject({
    totalInputs: 1,
    pendingInputs: { total: 1, latest: [{ startedAt: 0 }] },
  });
  open();
  expect(await Promise.all(calls.map((call) => call.get()))).toEqual([1, 2, 3, 4]);
  expect(started).toEqual([1, 2, 3, 4]);
  expect(await sdk.cpClient.functionGetCurrentStats({ functionId })).toMatchObject({ backlog: 0 });
  const after = await sdk.cpClient.functionCallGetInfo({ functionCallId: calls[0]?.functionCallId ?? "" });
  expect(after.info?.succeededInputs).toMatchObject({
    total: 1,
    latest: [{ taskId: expect.stringMatching(/^ta-/) }],
  });
  const stats = await sdk.cpClient.functionGetTimeRangeStats({ functionId });
  expect(Number(stats.inputSuccessCount)).toBe(4);
});

test("FunctionMap: another format, several inputs and unreadable arguments are refused", async () => {
  const { sdk } = await openApp([body("echo", async () => 1)]);
  const { functionId } = await find(sdk, "echo");
  const map = (dataFormat: number, args: Buffer, functionCallType = 1) =>
    sdk.cpClient.functionMap({
      functionId,
      functionCallType,
      pipelinedInputs: [{ idx: 0, input: { args, dataFormat } }],
    });
  await expect(map(1, Buffer.from("x"))).rejects.toMatchObject({ code: 3 });
  await expect(map(4, Buffer.from([0xff]))).rejects.toMatchObject({ code: 3 });
  await expect(map(4, Buffer.from([0x01]))).rejects.toMatchObject({ code: 3 });
  await expect(map(4, Buffer.from("8280a0", "hex"), 2)).rejects.toMatchObject({ code: 12 });
  await expect(
    sdk.cpClient.functionMap({ functionId: "fu-0000000000000000000000", functionCallType: 1 }),
  ).rejects.toMatchObject({ code: 5 });
});

test("FunctionBody: copyFromMount links a file of one block to the store, and puts together one of more", async () => {
  const folder = await temporaryFolder();
  const links: number[] = [];
  const take: FunctionBody["run"] = async ({ kwargs, copyFromMount }) => {
    const target = path.join(folder, String(kwargs.value).slice("/fmus/".length));
    await copyFromMount(String(kwargs.value), target);
    links.push((await stat(target)).nlink);
    return sha256Hex(await readFile(target));
  };
  const { sdk } = await openApp([body("take", take)], { mounts: { "/fmus": "data" } });
  const files = { one: randomBytes(1000), two: randomBytes(BLOCK + 1) };
  await uploadBlocks(sdk, await makeVolume(sdk, 2), files);
  const fn = await find(sdk, "take");
  expect(await fn.remote([], { value: "/fmus/one" })).toBe(sha256Hex(files.one));
  expect(await fn.remote([], { value: "/fmus/two" })).toBe(sha256Hex(files.two));
  expect(links).toEqual([2, 1]);
});

test("FunctionBody: copyFromMount takes a file out of the volume mounted there", async () => {
  const folder = await temporaryFolder();
  const take: FunctionBody["run"] = async ({ kwargs, copyFromMount }) => {
    const target = path.join(await mkdtemp(path.join(folder, "x")), "copy");
    return (await copyFromMount(String(kwargs.value), target)) ? readFile(target, "utf8") : null;
  };
  const { sdk } = await openApp([body("take", take)], {
    mounts: { "/fmus": "data", "/fmus-test": "missing" },
  });
  await uploadBlocks(sdk, await makeVolume(sdk, 2), { "a/b.fmu": Buffer.from("content") });
  const fn = await find(sdk, "take");
  expect(await fn.remote([], { value: "/fmus/a/b.fmu" })).toBe("content");
  for (const value of ["/fmus/c", "/fmus-test/a/b.fmu", "/fmus", "/other/a", "/fmus/a"]) {
    expect(await fn.remote([], { value })).toBeNull();
  }
});
