import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { openBoth } from "../support.ts";

test("BlobCreate, BlobGet: bytes go up with an MD5 ETag and come down again", async () => {
  const { sdk } = await openBoth();
  const body = Buffer.from("some bytes");
  const md5 = createHash("md5").update(body).digest();
  const blob = await sdk.cpClient.blobCreate({ contentLength: body.length });
  expect(blob.blobIds).toEqual([blob.blobId]);
  expect(blob.uploadUrls?.items).toEqual([blob.uploadUrl]);
  await expect(sdk.cpClient.blobGet({ blobId: blob.blobId })).rejects.toMatchObject({ code: 5 });
  const headers = { "content-md5": md5.toString("base64") };
  const response = await fetch(blob.uploadUrl ?? "", { method: "PUT", body, headers });
  expect(response.status).toBe(200);
  expect(response.headers.get("etag")).toBe(`"${md5.toString("hex")}"`);
  const { downloadUrl } = await sdk.cpClient.blobGet({ blobId: blob.blobId });
  expect(Buffer.from(await (await fetch(downloadUrl)).arrayBuffer())).toEqual(body);
});

test("blob PUT: another MD5, another length and an unsigned URL are refused, and nothing is stored", async () => {
  const { sdk } = await openBoth();
  const { blobId, uploadUrl = "" } = await sdk.cpClient.blobCreate({ contentLength: 4 });
  const put = async (body: string, headers = {}) =>
    (await fetch(uploadUrl ?? "", { method: "PUT", body, headers })).status;
  expect(await put("abcd", { "content-md5": Buffer.alloc(16).toString("base64") })).toBe(400);
  expect(await put("abc")).toBe(400);
  expect(await put("abcde")).toBe(413);
  expect(
    (await fetch((uploadUrl ?? "").replace(/signature=.*/, ""), { method: "PUT", body: "abcd" })).status,
  ).toBe(403);
  await expect(sdk.cpClient.blobGet({ blobId })).rejects.toMatchObject({ code: 5 });
  await expect(sdk.cpClient.blobGet({ blobId: "../credentials.json" })).rejects.toMatchObject({ code: 3 });
  await expect(sdk.cpClient.blobCreate({ contentLength: -1 })).rejects.toMatchObject({ code: 3 });
});
