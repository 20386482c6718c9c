import type { FunctionBody, FunctionBodyCall } from "../function-body.ts";
import type { Fault } from "./fault.ts";

/** modal_proto/api.proto, GenericStatus. */
const FAILURE = 2;
const INIT_FAILURE = 5;

/** The statuses of inputs that FunctionCallFetch tells. */
const PENDING = 1;
const RUNNING = 2;
const INPUT_FAILURE = 4;
const INPUT_INIT_FAILURE = 7;

/** modal_proto/api.proto: ProgressType FUNCTION_QUEUED, FileDescriptor INFO, TaskState LOADING_IMAGE and CREATING_CONTAINER. */
const FUNCTION_QUEUED = 1;
const INFO = 3;
const LOADING_IMAGE = 3;
const CREATING_CONTAINER = 7;

const IMPORT_ERROR = "ModuleNotFoundError: No module named 'fmpy'";
const TRACEBACK = [
  "Traceback (most recent call last):",
  '  File "/pkg/modal/_container_entrypoint.py", line 484, in main',
  "    service = import_single_function_service(container_args.function_def, ser_cls, ser_fun, ser_params)",
  '  File "/root/sv_fmi/modal_app.py", line 12, in <module>',
  "    import fmpy",
  IMPORT_ERROR,
].join("\n");

/** An error with the name that Python gives it. */
function pythonError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

/** Waits for the fault to be switched off, then runs the body; rejects when the call is ended before. */
async function hold(body: FunctionBody, call: FunctionBodyCall, cleared: Promise<void>): Promise<unknown> {
  call.signal.throwIfAborted();
  const ended = new Promise<never>((_, reject) => {
    call.signal.addEventListener("abort", () => reject(call.signal.reason), { once: true });
  });
  await Promise.race([cleared, ended]);
  return body.run(call);
}

interface Stats {
  backlog: number;
  numTotalTasks: number;
  numRunningInputs: number;
}

interface Input {
  status: number;
  startedAt?: object;
}

interface CallInfo {
  info: { pendingInputs: { total: number; latest: object[] } };
}

interface Inputs {
  functionCallInputs: Input[];
}

/** Inputs that are in no container yet; those that have ended stay as they are. */
function asPending({ functionCallInputs }: Inputs): object {
  const inputs = functionCallInputs.map((input) => {
    if (input.status > RUNNING) return input;
    const { startedAt: _, ...waiting } = input;
    return { ...waiting, status: PENDING, containerId: "" };
  });
  return { functionCallInputs: inputs };
}

const notStarted = ({ info }: CallInfo): object => {
  const latest = info.pendingInputs.latest.map((input) => ({ ...input, taskId: "", startedAt: 0 }));
  return { info: { ...info, scheduledAt: 0, pendingInputs: { ...info.pendingInputs, latest } } };
};

/** Calls that wait, with so many containers on the way. */
function waitingWith(containers: number) {
  return {
    FunctionGetCurrentStats: ({ backlog, numRunningInputs }: Stats) => ({
      backlog: backlog + numRunningInputs,
      numTotalTasks: containers,
      numRunningInputs: 0,
      inputHeadroom: 0,
    }),
    FunctionCallFetch: asPending,
    FunctionCallGetInfo: notStarted,
  };
}

interface Tasks {
  tasks: { enqueuedAt: number; startedAt: number }[];
}

const system = (item: object): object => ({
  items: [
    { fileDescriptor: INFO, timestamp: Date.now() / 1000, timestampNs: `${Date.now()}000000`, ...item },
  ],
  entryId: `${Date.now()}000`,
});

const queued = (): object[] => [
  system({
    taskProgress: {
      progressType: FUNCTION_QUEUED,
      description: "Waiting for a container: no worker with the resources asked for is free",
    },
  }),
];

const booting = (): object[] => [
  system({ taskState: LOADING_IMAGE }),
  system({ taskState: CREATING_CONTAINER }),
];

interface Batches {
  batches: object[];
}

interface Outputs {
  outputs?: { result: { status: number; exception: string; traceback: string } }[];
}

const asInitFailure = ({ outputs = [], ...rest }: Outputs): object => ({
  ...rest,
  outputs: outputs.map((output) =>
    output.result.status === FAILURE && output.result.exception.startsWith(IMPORT_ERROR)
      ? { ...output, result: { ...output.result, status: INIT_FAILURE, traceback: TRACEBACK } }
      : output,
  ),
});

/** Faults of function calls and of the containers that serve them. */
export const CALL_FAULTS = {
  container_import_error: {
    fault: true,
    description: "Containers end at their start with an import error: INIT_FAILURE.",
    run: async (_body, call) => {
      call.log("stderr", TRACEBACK);
      throw pythonError("ModuleNotFoundError", "No module named 'fmpy'");
    },
    answers: {
      FunctionGetOutputs: asInitFailure,
      FunctionCallFetch: ({ functionCallInputs }: Inputs) => ({
        functionCallInputs: functionCallInputs.map((input) =>
          input.status === INPUT_FAILURE ? { ...input, status: INPUT_INIT_FAILURE } : input,
        ),
      }),
    },
  },
  waiting_for_container: {
    fault: true,
    description: "Calls wait, and no container is on the way.",
    run: hold,
    answers: {
      ...waitingWith(0),
      TaskList: () => ({ tasks: [] }),
      AppFetchLogs: ({ batches }: Batches) => ({ batches: [...batches, ...queued()] }),
    },
    openings: { AppGetLogs: queued },
  },
  container_booting: {
    fault: false,
    description: "Calls wait for a container that is starting.",
    run: hold,
    answers: {
      ...waitingWith(1),
      TaskList: ({ tasks }: Tasks) => ({ tasks: tasks.map((task) => ({ ...task, startedAt: 0 })) }),
      AppFetchLogs: ({ batches }: Batches) => ({ batches: [...batches, ...booting()] }),
    },
    openings: { AppGetLogs: booting },
  },
  output_expired: {
    fault: true,
    description: "The outputs of calls are kept no longer: none comes, and no input is unfinished.",
    answers: {
      FunctionGetOutputs: () => ({ lastEntryId: "1-0", numUnfinishedInputs: 0 }),
    },
  },
  result_too_large: {
    fault: true,
    description: "The server refuses what a function returns, for its size.",
    run: async (body, call) => {
      await body.run(call);
      throw pythonError("RequestSizeError", "The return value of the function is too large");
    },
  },
  volume_version_mismatch: {
    fault: true,
    description: "The runner asks for version 2 of a volume that is of version 1.",
    run: async () => {
      // In the words of modal-client, py/modal/volume.py.
      throw pythonError(
        "InvalidError",
        "Volume 'fmi-cache' exists but has version v1, not v2 as requested. " +
          "To access this Volume, either omit the version parameter or use the correct version.",
      );
    },
  },
  volume_stale_view: {
    fault: true,
    description: "A container that has been up for long does not see the files that came after its start.",
    run: (body, call) => body.run({ ...call, copyFromMount: async () => false }),
  },
} satisfies Record<string, Fault>;
