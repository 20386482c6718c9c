import type { ErrMessage } from "../runner/energyplus-contract.ts";

/** What `eplusout.err` says, or the end of it. */
export interface ErrText {
  messages: ErrMessage[];
  /** EnergyPlus's own count in the last line, where recurring messages count each time; undefined where there is none. */
  closing: { completed: boolean; warnings: number; severe: number } | undefined;
}

const MESSAGE = /^\s*\*\*\s*(Warning|Severe|Fatal|~~~)\s*\*\*\s?(.*)$/;
const CLOSING = /EnergyPlus (Completed Successfully|Terminated)--\D*(\d+) Warning;\s*(\d+) Severe/;
const SEVERITIES = { Warning: "warning", Severe: "severe", Fatal: "fatal" } as const;

/** Reads the text of `eplusout.err` (EnergyPlus, Output Details and Examples): messages with their continuation lines. */
export function readErrText(text: string): ErrText {
  const messages: ErrMessage[] = [];
  let closing: ErrText["closing"];
  for (const line of text.split(/\r?\n/)) {
    const [, kind, said = ""] = MESSAGE.exec(line) ?? [];
    if (kind === "Warning" || kind === "Severe" || kind === "Fatal")
      messages.push({ severity: SEVERITIES[kind], text: said.trim() });
    else if (kind === "~~~") appendTo(messages.at(-1), said.trim());
    const end = CLOSING.exec(line);
    if (end)
      closing = {
        completed: end[1] === "Completed Successfully",
        warnings: Number(end[2]),
        severe: Number(end[3]),
      };
  }
  return { messages, closing };
}

function appendTo(message: ErrMessage | undefined, text: string): void {
  if (message) message.text = `${message.text} ${text}`.trim();
}
