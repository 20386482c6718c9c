import { join } from "node:path";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { ROOT } from "../bundle.mjs";

/** The built program. */
export const MAIN = join(ROOT, "dist", "main.js");

/** Environment of a server of the bench: the embedded endpoint, and a home of its own below the folder. */
export function serverEnv(folder, home = "home") {
  return {
    PATH: process.env.PATH ?? "",
    HOME: folder,
    MODAL_FMI_HOME: join(folder, home),
    MODAL_FMI_ENDPOINT: "embedded",
  };
}

/** Starts the built server behind a real client; `call` gives a tool's result with the milliseconds it took. */
export async function startServer(folder, home) {
  const client = new Client({ name: "bench", version: "1" });
  const env = serverEnv(folder, home);
  const transport = new StdioClientTransport({ command: process.execPath, args: [MAIN], env, cwd: folder });
  await client.connect(transport);
  return {
    pid: transport.pid,
    close: () => client.close(),
    async call(name, args) {
      const start = performance.now();
      const reply = await client.callTool({ name, arguments: args });
      const milliseconds = performance.now() - start;
      if (reply.isError) throw new Error(`${name}: ${reply.content[0]?.text}`);
      return { milliseconds, result: reply.structuredContent };
    },
  };
}
