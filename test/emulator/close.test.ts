import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { startEmulator } from "../../src/emulator/index.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("closing the emulator ends the connections to it, also of clients that keep theirs", async () => {
  const emulator = await startEmulator({ stateDir: await temporaryFolder(), apps: [] });
  const socket = connect(Number(new URL(emulator.url).port), "127.0.0.1");
  await once(socket, "connect");
  // An HTTP/2 client's first bytes: the connection becomes a session.
  socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0");
  await once(socket, "data");
  const closed = once(socket, "close");
  await emulator.close();
  await closed;
  expect(socket.destroyed).toBe(true);
});
