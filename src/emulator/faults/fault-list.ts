import { APP_FAULTS } from "./app-faults.ts";
import { CALL_FAULTS } from "./call-faults.ts";
import { ENDPOINT_FAULTS } from "./endpoint-faults.ts";
import type { Fault } from "./fault.ts";

const ALL = { ...ENDPOINT_FAULTS, ...APP_FAULTS, ...CALL_FAULTS };

/** Name of a state of {@link FAULTS}. */
export type FaultName = keyof typeof ALL;

/** Every state that an endpoint can be switched into, by name. */
export const FAULTS: Readonly<Record<FaultName, Fault>> = ALL;

/** Whether the text names a state of {@link FAULTS}. */
export function isFaultName(text: string): text is FaultName {
  return Object.hasOwn(ALL, text);
}
