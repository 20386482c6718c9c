import protobuf from "protobufjs";
import { APPS_PROTOCOL } from "./protocol/apps.ts";
import { CONTAINERS_PROTOCOL } from "./protocol/containers.ts";
import { DEPLOYS_PROTOCOL } from "./protocol/deploys.ts";
import { FUNCTIONS_PROTOCOL } from "./protocol/functions.ts";
import { LOGS_PROTOCOL } from "./protocol/logs.ts";
import { SESSION_PROTOCOL } from "./protocol/session.ts";
import { STATUS_PROTOCOL } from "./protocol/status.ts";
import { VOLUMES_PROTOCOL } from "./protocol/volumes.ts";

/** Encodes and decodes one message: camelCase members, 64-bit integers as numbers, bytes as Buffer. */
export interface Codec {
  encode(message: object): Buffer;
  /** Absent members take proto3's defaults; absent `optional` and `oneof` members stay undefined. */
  decode(bytes: Uint8Array): object;
}

let parsed: protobuf.Root | undefined;

// Parsed at first use: nothing that starts the program needs it.
function schema(): protobuf.Root {
  if (parsed !== undefined) return parsed;
  const text = [
    ...[SESSION_PROTOCOL, VOLUMES_PROTOCOL, APPS_PROTOCOL, FUNCTIONS_PROTOCOL, LOGS_PROTOCOL],
    ...[DEPLOYS_PROTOCOL, CONTAINERS_PROTOCOL, STATUS_PROTOCOL],
  ];
  parsed = protobuf.parse(`syntax = "proto3";\n${text.join("")}`, { keepCase: false }).root;
  parsed.resolveAll();
  return parsed;
}

// protobufjs gives an absent sub-message as null; handlers know undefined only.
function withoutNulls(message: object): object {
  for (const [name, value] of Object.entries(message)) {
    if (value === null) delete (message as Record<string, unknown>)[name];
    else if (typeof value === "object" && !(value instanceof Uint8Array)) withoutNulls(value);
  }
  return message;
}

/** The codec of a message of the minimal schema by its name in api.proto; throws where it is not declared. */
export function codecOf(messageName: string): Codec {
  const type = schema().lookupType(messageName);
  return {
    encode: (message) => {
      const bytes = type.encode(type.fromObject(message)).finish();
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
    decode: (bytes) => {
      const message = type.toObject(type.decode(bytes), {
        longs: Number,
        bytes: Buffer,
        defaults: true,
        arrays: true,
        objects: true,
      });
      return withoutNulls(message);
    },
  };
}
