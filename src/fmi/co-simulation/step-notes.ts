import { shortTime } from "../short-time.ts";

/** What to do about events that fall between communication points. */
const DIVIDE = "take a step_size that divides the times of its events";

/** What is worth knowing of the steps of a Co-Simulation once it is done; times in seconds. */
export class StepNotes {
  #warnings = 0;
  #firstWarning = Number.NaN;
  #lateEvents = 0;
  #firstLate = Number.NaN;
  /* When the event that falls into the step under way is due. */
  #overrun: number | undefined;

  /** Steps returned a warning; the first of them began at `first`. */
  noteWarnings(count: number, first: number): void {
    if (count === 0) return;
    if (this.#warnings === 0) this.#firstWarning = first;
    this.#warnings += count;
  }

  /** The step that is to be taken would go over an event that is due at a time, or over none. */
  noteDue(due: number | undefined): void {
    this.#overrun = due;
  }

  /** The step has come to a time: an FMU may have returned early, at its event. `tiny` is rounding. */
  noteReached(time: number, tiny: number): void {
    if (this.#overrun === undefined || time <= this.#overrun + tiny) return;
    if (this.#lateEvents === 0) this.#firstLate = this.#overrun;
    this.#lateEvents += 1;
  }

  /** What may be behind a failure of the step under way, to be put behind its message; "" where nothing is known. */
  explainFailure(): string {
    return this.#overrun === undefined ? "" : `, over an event at ${shortTime(this.#overrun)} s: ${DIVIDE}`;
  }

  /** A sentence each. `functionName` is what takes a step. */
  tell(functionName: string): string[] {
    return [...this.#tellWarnings(functionName), ...this.#tellLateEvents()];
  }

  #tellWarnings(functionName: string): string[] {
    if (this.#warnings === 0) return [];
    const first = `the step from ${shortTime(this.#firstWarning)} s`;
    const where = this.#warnings === 1 ? first : `${this.#warnings} steps, first in ${first}`;
    return [`Warning: ${functionName} returned the status "warning" in ${where}.`];
  }

  #tellLateEvents(): string[] {
    if (this.#lateEvents === 0) return [];
    const at = `at ${shortTime(this.#firstLate)} s`;
    const what =
      this.#lateEvents === 1 ? `An event ${at} was` : `${this.#lateEvents} events, the first ${at}, were`;
    return [
      `Warning: ${what} handled at the next communication point, as the FMU takes steps of one size only: ${DIVIDE}.`,
    ];
  }
}
