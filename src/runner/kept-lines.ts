/** Lines of which the first and the last are kept: how it began, and what came right before the end. */
export class KeptLines {
  readonly #most: number;
  readonly #first: string[] = [];
  #firstSize = 0;
  /* Those up to `#dropped` are left out, and cleared away now and then. */
  #last: string[] = [];
  #lastSize = 0;
  #dropped = 0;
  #leftOut = 0;

  /** Keeps up to `most` characters, half of them at each end. */
  constructor(most: number) {
    this.#most = most / 2;
  }

  add(line: string): void {
    if (this.#last.length === 0 && this.#leftOut === 0 && this.#firstSize + line.length <= this.#most) {
      this.#first.push(line);
      this.#firstSize += line.length;
      return;
    }
    this.#last.push(line);
    this.#lastSize += line.length;
    while (this.#lastSize > this.#most) this.#drop();
    if (this.#dropped > this.#last.length / 2) {
      this.#last = this.#last.slice(this.#dropped);
      this.#dropped = 0;
    }
  }

  /** What is kept, and between its two parts how many lines are not. */
  get lines(): string[] {
    const lines = this.#leftOut === 1 ? "line" : "lines";
    const gap = this.#leftOut === 0 ? [] : [`... ${this.#leftOut} ${lines} left out ...`];
    return [...this.#first, ...gap, ...this.#last.slice(this.#dropped)];
  }

  #drop(): void {
    this.#lastSize -= this.#last[this.#dropped]?.length ?? 0;
    this.#dropped += 1;
    this.#leftOut += 1;
  }
}
