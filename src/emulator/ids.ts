import { createHash, hash, randomInt } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** The prefixes of Modal's object ids that the emulator hands out. */
export type IdPrefix =
  | ("ap" | "fu" | "fc" | "ta" | "vo" | "in" | "bi" | "en" | "ak" | "as")
  | ("cs" | "de" | "im" | "mo" | "st");

/** A random id of Modal's shape: prefix, dash, 22 letters or digits. */
export function newId(prefix: IdPrefix): string {
  let id = `${prefix}-`;
  for (let i = 0; i < 22; i++) id += ALPHABET[randomInt(ALPHABET.length)];
  return id;
}

/** The id of what is equal to everything with the same content: the same text always gives the same id. */
export function contentId(prefix: IdPrefix, content: string | Uint8Array): string {
  const digest = createHash("sha256").update(content).digest();
  return `${prefix}-${[...digest.subarray(0, 22)].map((byte) => ALPHABET[byte % ALPHABET.length]).join("")}`;
}

/** Whether `id` has the shape of {@link newId}: anything else must never become a file name. */
export function isId(id: string, prefix: IdPrefix): boolean {
  return id.startsWith(`${prefix}-`) && /^[a-z]{2}-[A-Za-z0-9]{22}$/.test(id);
}

/** Lower-case hex sha256. */
export function sha256Hex(data: string | Uint8Array): string {
  return hash("sha256", data, "hex");
}
