import { createHash } from "node:crypto";
import type { ModelDescription } from "./model-description.ts";
import { parseModelDescription } from "./parse-model-description.ts";

const MOST_KEPT = 8;
const MOST_BYTES = 1024 * 1024;

/** By sha256 of the XML. A run reads its FMU's description up to three times: to upload, to plan and to simulate it. */
const known = new Map<string, { deref(): ModelDescription | undefined }>();

/**
 * Parses a model description, or returns what came of the same bytes before: callers share it and must not change it.
 * Throws as {@link parseModelDescription} does.
 */
export function readModelDescription(xml: Uint8Array, name: string): ModelDescription {
  const digest = createHash("sha256").update(xml).digest("hex");
  const description = known.get(digest)?.deref() ?? parseModelDescription(xml, name);
  // Last in the map is the latest used: the first is given up. A large one is known for as long as somebody else holds it.
  known.delete(digest);
  known.set(digest, xml.length > MOST_BYTES ? new WeakRef(description) : { deref: () => description });
  const [oldest] = known.keys();
  if (known.size > MOST_KEPT && oldest !== undefined) known.delete(oldest);
  return description;
}
