const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** An SVG element; attributes that are undefined are left out, values escaped, `content` taken as it is. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
  content = "",
): string {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  const written = given.map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`).join("");
  return content === "" ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

/** A text element; the text is escaped. */
export function textElement(
  text: string,
  attributes: Readonly<Record<string, string | number | undefined>>,
): string {
  return element("text", attributes, escapeXml(text));
}

/** A number as SVG needs it: a tenth of a pixel is as fine as anyone sees. */
export function pixels(value: number): number {
  return Math.round(value * 10) / 10;
}

/** XML has no way to write control characters or half a surrogate pair. */
function escapeXml(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, " ")
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
