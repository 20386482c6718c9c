import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Values that stand for one question about one call: whoever holds one was shown that question, within the last minutes. */
export interface Confirmations {
  /** Makes a value for a subject, which may be any text. */
  issue(subject: string): string;
  /** Whether the value was made here and left unchanged, for whatever subject and time. */
  isOurs(value: string): boolean;
  /** Whether the value was made here for this very subject, and has not expired. */
  holds(value: string, subject: string): boolean;
}

const VALID_MS = 10 * 60_000;

/** Makes confirmations with a key that lives as long as the process: nothing outside it can make one. */
export function createConfirmations(now: () => number = Date.now): Confirmations {
  const key = randomBytes(32);
  const sign = (content: string) => createHmac("sha256", key).update(content).digest("base64url");
  const isOurs = (value: string) => {
    const end = value.lastIndexOf(".");
    const given = Buffer.from(value.slice(end + 1));
    const expected = Buffer.from(sign(value.slice(0, Math.max(0, end))));
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  return {
    issue(subject) {
      const content = `${(now() + VALID_MS).toString(36)}.${digest(subject)}`;
      return `${content}.${sign(content)}`;
    },
    isOurs,
    holds(value, subject) {
      const [expires = "", about] = value.split(".");
      return isOurs(value) && about === digest(subject) && Number.parseInt(expires, 36) > now();
    },
  };
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
