// The conformance tool imports fs.globSync, which Node 20 has not; nothing of what is run here calls it.
import { register } from "node:module";

const asModule = (code) => `data:text/javascript,${encodeURIComponent(code)}`;
const fsWithGlob = asModule(
  'import fs from "node:fs"; export * from "node:fs"; export default fs; export const globSync = fs.globSync ?? (() => []);',
);
register(
  asModule(`export async function resolve(specifier, context, next) {
    const isOurs = specifier === "fs" && context.parentURL?.includes("@modelcontextprotocol/conformance");
    return isOurs ? { url: ${JSON.stringify(fsWithGlob)}, shortCircuit: true } : next(specifier, context);
  }`),
  import.meta.url,
);
