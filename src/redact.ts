const SHAPES = [
  // Modal token ids and secrets, by their customary form; "as-built-model.fmu" is none.
  /\b(?:ak|as)-[A-Za-z0-9]{16,}/g,
  // JSON web tokens (Modal's auth token is one).
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*/g,
  /(x-modal-(?:token-id|token-secret|auth-token)['"]?\s*[:=]\s*)\S+/gi,
  /(\bBearer\s+)[A-Za-z0-9._~+/=-]{8,}/gi,
];

/** Replaces text with its secrets hidden. */
export type Redact = (text: string) => string;

/**
 * Makes a redactor that hides the given secrets (verbatim, in base64 and URL-encoded) and everything that has the shape of a
 * Modal credential. Secrets shorter than 4 characters are left alone: hiding them would garble ordinary text.
 */
export function createRedactor(secrets: readonly (string | undefined)[]): Redact {
  const exact = new Set<string>();
  for (const secret of secrets) {
    if (secret === undefined || secret.length < 4) continue;
    exact.add(secret);
    exact.add(Buffer.from(secret).toString("base64"));
    exact.add(encodeURIComponent(secret));
  }
  const longestFirst = [...exact].sort((a, b) => b.length - a.length);
  return (text) => {
    let result = text;
    for (const secret of longestFirst) result = result.replaceAll(secret, "[redacted]");
    for (const shape of SHAPES)
      result = result.replace(shape, (_, prefix) => `${typeof prefix === "string" ? prefix : ""}[redacted]`);
    return result;
  };
}

/** Sets text on one line: escapes line ends, other control characters and those that hide or turn around what follows. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/gu, (character) => {
    if (character === "\n") return "\\n";
    const code = (character.codePointAt(0) ?? 0).toString(16);
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
  });
}

/** Shows just enough of a credential to tell two apart: its prefix and last three characters. */
export function maskCredential(value: string): string {
  const prefix = /^[a-z]{2}-/.exec(value)?.[0] ?? "";
  return value.length < prefix.length + 10 ? `${prefix}…` : `${prefix}…${value.slice(-3)}`;
}
