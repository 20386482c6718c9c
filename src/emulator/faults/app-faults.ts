import { codecOf } from "../../wire/codec.ts";
import { RpcError } from "../rpc-error.ts";
import type { Fault } from "./fault.ts";

/** modal_proto/api.proto: AppState STOPPED, DataFormat PICKLE, FunctionSchemaType V1, ParameterType UNKNOWN. */
const STOPPED = 5;
const PICKLE = 1;
const SCHEMA_TYPE = 1;
const ANY = 5;

/** The function that goes missing, or is of an older runner. */
const FUNCTION = "run_fmi_simulation";

/** What every deployed `run_fmi_simulation` takes, whatever its age. */
const OLD_ARGUMENTS = [
  ...["fmu_storage_key", "fmu_url", "fmu_checksum", "use_test_volume"],
  ...["inputs", "simulation_config", "output_variables", "return_logs"],
];

interface GetRequest {
  appName: string;
  objectTag: string;
}

interface GetAnswer {
  handleMetadata: object;
}

const withMetadata = (answer: GetAnswer, changed: object): object => ({
  ...answer,
  handleMetadata: { ...answer.handleMetadata, ...changed },
});

/** Names in the order of a lookup: an app of this name is not there for callers. */
function absent(reason: (app: string) => string) {
  return (_answer: object, { appName }: GetRequest): object => {
    throw new RpcError("notFound", reason(appName));
  };
}

interface LayoutAnswer {
  appLayout: { functionIds: Record<string, string> };
}

function without({ appLayout }: LayoutAnswer): object {
  const { [FUNCTION]: _, ...functionIds } = appLayout.functionIds;
  return { appLayout: { ...appLayout, functionIds } };
}

const oldSchema = (): Buffer =>
  codecOf("FunctionSchema").encode({
    schemaType: SCHEMA_TYPE,
    arguments: OLD_ARGUMENTS.map((name) => ({ name, type: ANY, hasDefault: true })),
  });

const nowS = (): number => Date.now() / 1000;

/** Faults of deployed apps. */
export const APP_FAULTS = {
  app_not_deployed: {
    fault: true,
    description: "No app was ever deployed.",
    answers: {
      AppGetByDeploymentName: ({ environmentName }: { environmentName: string }) => ({ environmentName }),
      FunctionGet: absent((app) => `App '${app}' in environment 'main' not found`),
      // What never got a name was never deployed.
      AppList: ({ apps }: { apps: { name: string }[] }) => ({ apps: apps.filter(({ name }) => name === "") }),
    },
  },
  app_stopped: {
    fault: true,
    description: "Every app was stopped.",
    answers: {
      AppGetByDeploymentName: (answer: { appId?: string; environmentName: string }) => ({
        environmentName: answer.environmentName,
        previousAppId: answer.appId,
        lifecycle: { appState: STOPPED, stoppedAt: nowS() - 60 },
      }),
      FunctionGet: absent((app) => `App '${app}' in environment 'main' not found`),
      AppList: ({ apps }: { apps: object[] }) => ({
        apps: apps.map((app) => ({ ...app, state: STOPPED, stoppedAt: nowS() - 60, nRunningTasks: 0 })),
      }),
    },
  },
  function_missing: {
    fault: true,
    description: `Apps are deployed without the function ${FUNCTION}.`,
    answers: {
      FunctionGet: (answer: object, { appName, objectTag }: GetRequest) => {
        if (objectTag !== FUNCTION) return answer;
        throw new RpcError("notFound", `App '${appName}' has no function '${objectTag}'`);
      },
      AppGetLayout: without,
    },
  },
  client_without_cbor: {
    fault: true,
    description: "Functions were deployed by a Modal client before 1.2: they take pickled arguments only.",
    answers: {
      FunctionGet: (answer: GetAnswer) =>
        withMetadata(answer, { supportedInputFormats: [PICKLE], supportedOutputFormats: [PICKLE] }),
    },
  },
  runner_outdated: {
    fault: true,
    description: `The deployed ${FUNCTION} takes no more than the oldest runner's arguments.`,
    answers: {
      FunctionGet: (answer: GetAnswer, { objectTag }: GetRequest) =>
        objectTag === FUNCTION ? withMetadata(answer, { functionSchema: oldSchema() }) : answer,
    },
  },
} satisfies Record<string, Fault>;
