import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { connectModal } from "../../src/modal/connect.ts";

const options = {
  url: "http://127.0.0.1:9",
  tokenId: "ak-test",
  tokenSecret: "as-test",
  environment: "main",
  log: () => undefined,
};

const servers: Server[] = [];
const sockets: Socket[] = [];

async function listen(onConnection: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  vi.unstubAllEnvs();
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

test("connectModal refuses a token that grpc-js would echo, without showing it", async () => {
  for (const tokenSecret of ["as-hidden\n", "as-hïdden", "as hidden", ""]) {
    const connecting = connectModal({ ...options, tokenSecret });
    await expect(connecting).rejects.toMatchObject({ code: "unauthenticated" });
    await expect(connecting).rejects.not.toThrow(/h.dden/);
  }
});

test("connectModal refuses a URL that is not one http or https URL", async () => {
  for (const url of ["", "api.modal.com", "unix:///x", "https://a,https://b:x"])
    await expect(connectModal({ ...options, url })).rejects.toMatchObject({ code: "invalid_argument" });
});

test("connectModal takes no notice of MODAL_SERVER_URL and MODAL_LOGLEVEL", async () => {
  vi.stubEnv("MODAL_SERVER_URL", "https://a,https://b");
  vi.stubEnv("MODAL_LOGLEVEL", "nonsense");
  const modal = await connectModal(options);
  expect(modal.url).toBe(options.url);
});

test("connectModal sends everything, the SDK's token request too, to the URL given", async () => {
  let connections = 0;
  const abort = new AbortController();
  const url = await listen(() => {
    connections++;
    abort.abort();
  });
  const modal = await connectModal({ ...options, url });
  await expect(modal.volumes.list(abort.signal)).rejects.toMatchObject({ code: "cancelled" });
  expect(connections).toBe(1);
});

test("a request to a server that never answers ends as soon as its signal aborts or the connection is closed", async () => {
  const accepted: Array<() => void> = [];
  const url = await listen(() => accepted.shift()?.());
  const modal = await connectModal({ ...options, url });
  const reached = new Promise<void>((resolve) => accepted.push(resolve));
  const abort = new AbortController();
  const aborted = modal.apps.list(abort.signal);
  const closed = modal.whoAmI();
  await reached;
  abort.abort();
  await expect(aborted).rejects.toMatchObject({ code: "cancelled" });
  await modal.close();
  await expect(closed).rejects.toMatchObject({ code: "cancelled" });
});

test("a server that cannot be reached is unavailable, by its URL", async () => {
  const url = await listen(() => undefined);
  const server = servers.pop();
  server?.close();
  await (server && once(server, "close"));
  const modal = await connectModal({ ...options, url });
  const listing = modal.volumes.list();
  await expect(listing).rejects.toMatchObject({ code: "unavailable" });
  await expect(listing).rejects.toThrow(url);
}, 20_000);
