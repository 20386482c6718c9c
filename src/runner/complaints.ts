const COMPLAINTS = new Set(["warning", "discard", "error", "fatal"]);

/** Characters of the first complaint that are repeated. */
const MOST_TEXT = 300;

/** Counts what an FMU complains of in its log, so that a run that comes to its end does not hide it. */
export class Complaints {
  #count = 0;
  #first = "";

  /** Takes a message of the FMU's logger, by its status. */
  note(status: string, text: string): void {
    if (!COMPLAINTS.has(status)) return;
    if (this.#count === 0) this.#first = text.trim();
    this.#count += 1;
  }

  /** A sentence for the result's messages; none where there were no complaints. */
  tell(): string[] {
    if (this.#count === 0) return [];
    const first = this.#first.length > MOST_TEXT ? `${this.#first.slice(0, MOST_TEXT)}…` : this.#first;
    const many = this.#count === 1 ? "a warning or error" : `${this.#count} warnings or errors, the first`;
    return [`The FMU's log has ${many}: ${first}`];
  }
}
