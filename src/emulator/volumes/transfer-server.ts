import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { toError } from "../../errors.ts";
import { cancelHere } from "../calls/running-calls.ts";
import { orUndefined } from "../record-files.ts";
import type { EmulatorState } from "../state.ts";
import { readBlob, receiveBlob } from "./blobs.ts";
import { BLOCK_SIZE, contentSize, readContent, storeContent } from "./contents.ts";
import { isSigned } from "./transfer-urls.ts";

/** What a route answers: a status, headers and a body. */
interface Answer {
  status: number;
  headers?: Record<string, string | number>;
  body?: string | AsyncIterable<Uint8Array>;
}

type Route = (state: EmulatorState, request: IncomingMessage, parts: readonly string[]) => Promise<Answer>;

const putBlock: Route = async (state, request, [sha256 = ""]) => {
  const stored = await storeContent(state, request, sha256, BLOCK_SIZE);
  if (stored === undefined)
    return { status: 400, body: "the block's bytes do not have the announced sha256" };
  return { status: 200, body: `stored:${sha256}` };
};

const getContent: Route = async (state, _request, [sha256 = "", start = "", length = ""]) => {
  if ((await orUndefined(contentSize(state, sha256))) === undefined) {
    return { status: 404, body: "the content is no longer there" };
  }
  const headers = { "content-type": "application/octet-stream", "content-length": Number(length) };
  return { status: 200, headers, body: readContent(state, sha256, Number(start), Number(length)) };
};

const putBlob: Route = async (state, request, [blobId = "", length = ""]) => {
  const md5 = request.headers["content-md5"]?.toString();
  const received = await receiveBlob(state, blobId, request, { length: Number(length), md5 });
  if (received === undefined)
    return { status: 400, body: "the bytes have another length or MD5 than announced" };
  return { status: 200, headers: { etag: `"${received.md5.toString("hex")}"` } };
};

const getBlob: Route = async (state, _request, [blobId = ""]) => {
  const blob = await readBlob(state, blobId);
  if (blob === undefined) return { status: 404, body: "no such blob" };
  return { status: 200, headers: { "content-length": blob.size }, body: blob.stream };
};

const getOwner: Route = async (state, _request, [instance]) => ({
  status: instance === state.instance ? 200 : 404,
});

const postCancel: Route = async (state, _request, [functionCallId = ""]) => ({
  status: (await cancelHere(state, functionCallId)) ? 200 : 404,
});

const ROUTES: Readonly<Record<string, Route>> = {
  "PUT block": putBlock,
  "GET content": getContent,
  "PUT blob": putBlob,
  "GET blob": getBlob,
  "GET owner": getOwner,
  "POST cancel": postCancel,
};

async function route(state: EmulatorState, request: IncomingMessage): Promise<Answer> {
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  if (!isSigned(state, request.method ?? "", url)) return { status: 403, body: "the URL is not signed" };
  const [, noun = "", ...parts] = url.pathname.split("/");
  const handle = ROUTES[`${request.method} ${noun}`];
  return handle === undefined ? { status: 404 } : handle(state, request, parts);
}

async function respond(
  state: EmulatorState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answer = await route(state, request);
  response.writeHead(answer.status, answer.headers);
  if (answer.body === undefined || typeof answer.body === "string") response.end(answer.body ?? "");
  else await pipeline(Readable.from(answer.body), response);
  // What was refused unread would otherwise block the connection for the next request.
  if (!request.readableEnded) request.resume();
}

/** Starts the HTTP server for block and blob bytes on a free port of 127.0.0.1, and tells the state its URL. */
export async function startTransferServer(state: EmulatorState): Promise<Server> {
  const server = createServer({ highWaterMark: 1024 * 1024, requestTimeout: 0 }, (request, response) => {
    respond(state, request, response).catch((thrown: unknown) => {
      const tooLong = thrown instanceof RangeError;
      const { message } = toError(thrown);
      if (!tooLong && !request.destroyed) state.onError(`transfer failed: ${message}`);
      if (response.headersSent) response.destroy();
      else response.writeHead(tooLong ? 413 : 500, { connection: "close" }).end(message);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the transfer server has no port");
  state.transferUrl = `http://127.0.0.1:${address.port}`;
  return server;
}
