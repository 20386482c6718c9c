import { describe, expect, test } from "vitest";
import { explainUnreachable, findProxy } from "../../src/diagnosis/network.ts";

const NEVER = new AbortController().signal;
const MODAL = "https://api.modal.com:443";

describe("findProxy", () => {
  test.each([
    [{ http_proxy: "http://me:secret@proxy.example:3128" }, MODAL, "http_proxy", "proxy.example", 3128],
    [{ https_proxy: "http://a", http_proxy: "http://b" }, MODAL, "https_proxy", "a", 80],
    [{ grpc_proxy: "http://a", https_proxy: "http://b" }, MODAL, "grpc_proxy", "a", 80],
    [{ https_proxy: "", http_proxy: "http://b:1" }, "http://127.0.0.1:5", "http_proxy", "b", 1],
    [{ http_proxy: "http://b", no_proxy: "other.example,10.0.0.0/8" }, MODAL, "http_proxy", "b", 80],
    [{ http_proxy: "http://b", no_proxy: "10.0.0.0/8" }, "http://11.0.0.1:5", "http_proxy", "b", 80],
  ])("%j applies to %s", (env, url, variable, host, port) => {
    expect(findProxy(env, url)).toEqual({ variable, host, port });
  });

  test.each([
    [{}, MODAL],
    [{ HTTP_PROXY: "http://b" }, MODAL],
    [{ http_proxy: "nonsense" }, MODAL],
    [{ http_proxy: "socks5://b" }, MODAL],
    [{ http_proxy: "http://b", no_proxy: "modal.com" }, MODAL],
    [{ http_proxy: "http://b", no_proxy: "x", no_grpc_proxy: ".modal.com" }, MODAL],
    [{ http_proxy: "http://b", no_proxy: "10.0.0.0/8" }, "http://10.1.2.3:5"],
    [{ http_proxy: "http://b", no_proxy: "::1" }, "http://[::1]:5"],
  ])("%j does not apply to %s", (env, url) => {
    expect(findProxy(env, url)).toBeUndefined();
  });
});

test("explainUnreachable says how a connection failed", async () => {
  expect(await explainUnreachable("http://127.0.0.1:1", undefined, NEVER)).toMatchObject({
    code: "endpoint_unreachable",
    message: "Nothing answers at http://127.0.0.1:1",
    evidence: expect.stringContaining("ECONNREFUSED"),
  });
});

test("explainUnreachable names a proxy that is down, without its password", async () => {
  const proxy = { variable: "http_proxy", host: "127.0.0.1", port: 1 };
  const fault = await explainUnreachable("http://127.0.0.1:1", proxy, NEVER);
  expect(fault).toMatchObject({ code: "proxy_in_the_way", evidence: expect.stringContaining("127.0.0.1:1") });
  expect(fault?.remedy).toContain("no_proxy to 127.0.0.1");
});
