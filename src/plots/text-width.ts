/** Widths in em of DejaVu Sans, rounded up, by kind of character. */
const NARROW = /[iljI.,:;'|!()[\] ]/;
const WIDE = /[mwMW@%—…]/;

/** About how many pixels a text takes at a font size, rather too many than too few: nothing here can measure fonts. */
export function textWidth(text: string, fontSize: number): number {
  let em = 0;
  for (const character of text)
    em += NARROW.test(character)
      ? 0.4
      : WIDE.test(character)
        ? 1
        : (character.codePointAt(0) ?? 0) > 0x2e80
          ? 1
          : 0.68;
  return em * fontSize;
}

/** Cuts a text to so many pixels, with an ellipsis where it was longer. */
export function fitText(text: string, fontSize: number, pixels: number): string {
  if (textWidth(text, fontSize) <= pixels) return text;
  const characters = [...text];
  while (characters.length > 1 && textWidth(`${characters.join("")}…`, fontSize) > pixels) characters.pop();
  return `${characters.join("").trimEnd()}…`;
}
