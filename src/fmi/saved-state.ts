import { ToolError } from "../errors.ts";
import type { InterfaceType } from "./description/interface-type.ts";
import type { InterfaceDescription, ModelDescription, StartValue } from "./description/model-description.ts";

/** What is kept of a simulation besides the FMU's own bytes. */
export interface StateHeader {
  /** Instantiation token of the FMU. */
  token: string;
  interfaceType: InterfaceType;
  /** Model time, s. */
  time: number;
  /** What the loop needs to go on; JSON. */
  loop: unknown;
  /** Of structural parameters: with them, the arrays that the state holds have its sizes. */
  sizes?: Record<string, number[]>;
}

const MAGIC = "modal-fmi-state 1\n";

/** Why the state of an FMU cannot be saved, as the end of a sentence; undefined where it can. */
export function whyNotSaved(
  { fmiMajor }: Pick<ModelDescription, "fmiMajor">,
  used: InterfaceDescription | undefined,
): string | undefined {
  if (fmiMajor === 1) return "FMI 1.0 has no FMU state";
  if (!used?.canGetAndSetFmuState) return "the FMU cannot hand out its state (canGetAndSetFMUState is false)";
  if (!used.canSerializeFmuState)
    return "the FMU cannot turn its state into bytes (canSerializeFMUState is false)";
  return undefined;
}

/** The structural parameters of a description with their values, for the header of a state. */
export function sizesToSave({ variables }: ModelDescription): Record<string, number[]> {
  const structural = variables.filter(({ causality }) => causality === "structuralParameter");
  return Object.fromEntries(structural.map(({ name, start = [] }) => [name, start.map(Number)]));
}

/** The values of structural parameters in a saved state, for `resizeDescription`. */
export function savedSizes({ sizes = {} }: StateHeader): ReadonlyMap<string, readonly StartValue[]> {
  return new Map(Object.entries(sizes));
}

/** What a saved state says of itself; throws `invalid_argument` for bytes that are none. */
export function readStateHeader(saved: Uint8Array): StateHeader {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(saved.subarray(0, headerEnd(saved)));
    if (text.startsWith(MAGIC)) return JSON.parse(text.slice(MAGIC.length)) as StateHeader;
  } catch {
    // Told below.
  }
  throw new ToolError(
    "invalid_argument",
    "Cannot start from the saved state: its bytes are not those that a run saved.",
    "Save the state again with `save_state`.",
  );
}

/** Where the FMU's own bytes begin, less one. */
export function headerEnd(saved: Uint8Array): number {
  return saved.indexOf(10, MAGIC.length);
}

/** A saved state: its header, then the FMU's own bytes. */
export function joinState(header: StateHeader, raw: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode(`${MAGIC}${JSON.stringify(header)}\n`);
  const saved = new Uint8Array(head.length + raw.length);
  saved.set(head);
  saved.set(raw, head.length);
  return saved;
}
