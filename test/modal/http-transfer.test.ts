import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { fetchBody, sendBody } from "../../src/modal/http-transfer.ts";

const servers: Server[] = [];
const live = new AbortController().signal;

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/x?signature=secret`;
}

const body = (bytes: Buffer) => ({
  length: bytes.length,
  open: () => Readable.from(bytes.length === 0 ? [] : [bytes], { objectMode: false }),
});

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

test("sendBody sends the bytes and returns the answer's body and ETag", async () => {
  const url = await serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    response.setHeader("etag", '"tag"');
    response.end(`${request.method} ${request.headers["content-length"]} ${Buffer.concat(chunks)}`);
  });
  const reply = await sendBody("PUT", url, body(Buffer.from("abc")), { what: "upload a", signal: live });
  expect(reply).toEqual({ body: Buffer.from("PUT 3 abc"), etag: '"tag"' });
  const empty = await sendBody("PUT", url, body(Buffer.alloc(0)), { what: "upload a", signal: live });
  expect(empty.body.toString()).toBe("PUT 0 ");
});

test("sendBody repeats after HTTP 503 and a broken connection, and takes back the bytes it had counted", async () => {
  let requests = 0;
  const url = await serve((request, response) => {
    request.resume();
    request.on("end", () => {
      requests++;
      if (requests === 1) response.writeHead(503).end();
      else if (requests === 2) request.socket.destroy();
      else response.end("ok");
    });
  });
  let counted = 0;
  const reply = await sendBody("PUT", url, body(Buffer.alloc(100_000)), {
    what: "upload a",
    signal: live,
    onBytes: (bytes) => {
      counted += bytes;
    },
  });
  expect(reply.body.toString()).toBe("ok");
  expect(requests).toBe(3);
  expect(counted).toBe(100_000);
});

test("sendBody gives up at once on HTTP 403, and does not name the signed URL", async () => {
  let requests = 0;
  const url = await serve((request, response) => {
    requests++;
    request.resume();
    response.writeHead(403).end("denied");
  });
  const sending = sendBody("PUT", url, body(Buffer.from("a")), { what: "upload a", signal: live });
  await expect(sending).rejects.toMatchObject({ code: "failed_precondition" });
  await expect(sending).rejects.not.toThrow(/signature/);
  expect(requests).toBe(1);
});

test("sendBody ends at once when its signal aborts", async () => {
  const abort = new AbortController();
  const url = await serve(() => abort.abort());
  const sending = sendBody("PUT", url, body(Buffer.from("a")), { what: "upload a", signal: abort.signal });
  await expect(sending).rejects.toMatchObject({ code: "cancelled" });
});

test("fetchBody starts again where a transfer broke off", async () => {
  let requests = 0;
  const url = await serve((request, response) => {
    requests++;
    response.writeHead(200, { "content-length": "6" });
    if (requests > 1) response.end("abcdef");
    else response.write("abc", () => request.socket.destroy());
  });
  let text = "";
  await fetchBody(url, {
    what: "read a",
    signal: live,
    onRestart: () => {
      text = "";
    },
    onChunk: (chunk) => {
      text += chunk;
    },
  });
  expect(text).toBe("abcdef");
});
