// Shows the whole job: starts the built server over stdio with a real MCP client, uploads an FMU, runs it, reads the result.
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const FMU = join(ROOT, "examples", "bouncing-ball.fmu");

// A home of its own and no credentials: the demo runs on this computer whatever is configured.
const home = process.env.MODAL_FMI_HOME ?? (await mkdtemp(join(tmpdir(), "modal-fmi-demo-")));
const transport = new StdioClientTransport({
  command: process.execPath,
  args: [join(ROOT, "dist", "main.js")],
  env: {
    PATH: process.env.PATH ?? "",
    HOME: process.env.HOME ?? "",
    MODAL_FMI_HOME: home,
    MODAL_FMI_ENDPOINT: "embedded",
  },
  stderr: "inherit",
});
const client = new Client({ name: "demo", version: "1.0.0" });
await client.connect(transport);
try {
  await demonstrate();
} finally {
  await client.close();
}

async function demonstrate() {
  heading("upload_fmu");
  const uploaded = await call("upload_fmu", { path: FMU });
  console.log(
    `${uploaded.fmu.name}, FMI ${uploaded.fmu.fmi_version}: ${uploaded.remote_path} on volume ${uploaded.volume}`,
  );
  printTable(
    ["variable", "kind", "start", "unit"],
    [...describe(uploaded.fmu.parameters, "parameter"), ...describe(uploaded.fmu.outputs, "output")],
  );

  heading("run_fmi_simulation");
  const run = await call("run_fmi_simulation", {
    fmu_checksum: uploaded.fmu_checksum,
    stop_time: 3,
    step_size: 0.01,
  });
  if (run.status !== "success")
    throw new Error(`the run ended as ${run.status}: ${JSON.stringify(run.errors)}`);
  printTable(
    ["output", "final", "min", "max", "mean", "unit"],
    Object.entries(run.outputs).map(([name, value]) => {
      const { min, max, mean } = run.statistics[name] ?? {};
      return [name, ...[value, min, max, mean].map(format), run.units[name] ?? "-"];
    }),
  );
  console.log(
    `${run.settings.start_time.value} s to ${run.settings.stop_time.value} s, step ${run.settings.step_size.value} s`,
  );
  console.log(run.endpoint.note);

  heading("list_volume");
  const listing = await call("list_volume", {});
  for (const entry of listing.entries)
    console.log(`${entry.path}  ${entry.size} bytes  ${entry.file_name ?? ""}`);

  heading("tail_logs");
  const logs = await call("tail_logs", { run_id: run.run_id, lines: 10 });
  for (const line of logs.lines) console.log(line);

  heading("kept");
  console.log(`record  ${run.record_file}`);
  console.log(`series  ${run.series_file}`);
}

/** Calls a tool; a failed call ends the demo with the tool's own words. */
async function call(name, args) {
  const result = await client.callTool({ name, arguments: args });
  if (result.isError) throw new Error(`${name}: ${result.content[0].text}`);
  return result.structuredContent;
}

function describe(variables, kind) {
  return variables.map(({ name, start, unit }) => [name, kind, format(start), unit ?? "-"]);
}

function format(value) {
  if (typeof value === "number" && !Number.isInteger(value)) return value.toPrecision(6);
  return String(value ?? "-");
}

function printTable(head, rows) {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column].length)),
  );
  for (const row of [head, widths.map((width) => "-".repeat(width)), ...rows]) {
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    );
  }
}

function heading(title) {
  console.log(`\n== ${title}`);
}
