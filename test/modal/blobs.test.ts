import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { uploadBlob } from "../../src/modal/blobs.ts";
import { openUploadSource } from "../../src/modal/upload-source.ts";
import { fakeConnection, serveHttp } from "../support/fake-connection.ts";

interface Received {
  path: string;
  method: string;
  md5: string | undefined;
  body: string;
}

async function receive(answer: (path: string) => string = () => "") {
  const received: Received[] = [];
  const url = await serveHttp(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { url: path = "", method = "", headers } = request;
    const md5 = headers["content-md5"];
    received.push({ path, method, md5: md5?.toString(), body: Buffer.concat(chunks).toString() });
    response.setHeader("etag", `"tag-of-${path.slice(1)}"`);
    response.end(answer(path));
  });
  return { received, url };
}

const blob = (reply: object) => ({ blobCreate: async () => ({ blobId: "", blobIds: [], ...reply }) });

test("uploadBlob sends one piece with its MD5 and gives the blob's id", async () => {
  const { received, url } = await receive();
  const { connection } = fakeConnection(blob({ blobId: "bl-1", uploadUrl: `${url}/one` }));
  const source = await openUploadSource({ bytes: Buffer.from("abc") });
  expect(await uploadBlob(connection, source, { what: "x" })).toBe("bl-1");
  const md5 = createHash("md5").update("abc").digest("base64");
  expect(received).toEqual([{ path: "/one", method: "PUT", md5, body: "abc" }]);
});

test("uploadBlob takes the lists of providers that newer servers fill", async () => {
  const { received, url } = await receive();
  const { connection } = fakeConnection(
    blob({ blobIds: ["bl-2", "bl-3"], uploadUrls: { items: [`${url}/a`, `${url}/b`] } }),
  );
  const source = await openUploadSource({ bytes: Buffer.from("abc") });
  expect(await uploadBlob(connection, source, { what: "x" })).toBe("bl-2");
  expect(received.map(({ path }) => path)).toEqual(["/a"]);
});

test("uploadBlob sends the parts that the server asks for, then the list of their ETags", async () => {
  const { received, url } = await receive();
  const uploadUrls = [`${url}/1`, `${url}/2`, `${url}/3`];
  const multipart = { partLength: 2, uploadUrls, completionUrl: `${url}/done` };
  const { connection } = fakeConnection(blob({ blobId: "bl-4", multipart }));
  let sent = 0;
  const source = await openUploadSource({ bytes: Buffer.from("abcde") });
  const onBytes = (bytes: number) => {
    sent += bytes;
  };
  expect(await uploadBlob(connection, source, { what: "x", onBytes })).toBe("bl-4");
  expect(sent).toBe(5);
  expect(received.map(({ method, body }) => `${method} ${body}`).slice(0, 3)).toEqual([
    "PUT ab",
    "PUT cd",
    "PUT e",
  ]);
  expect(received[3]?.method).toBe("POST");
  expect(received[3]?.body).toContain('<Part><PartNumber>2</PartNumber><ETag>"tag-of-2"</ETag></Part>');
});

test("uploadBlob reports parts that the store refuses to join, though it answers 200", async () => {
  const { url } = await receive((path) => (path === "/done" ? "<Error>InvalidPart</Error>" : ""));
  const multipart = { partLength: 10, uploadUrls: [`${url}/1`], completionUrl: `${url}/done` };
  const { connection } = fakeConnection(blob({ blobId: "bl-5", multipart }));
  const source = await openUploadSource({ bytes: Buffer.from("abc") });
  await expect(uploadBlob(connection, source, { what: "x" })).rejects.toMatchObject({ code: "data_loss" });
});
