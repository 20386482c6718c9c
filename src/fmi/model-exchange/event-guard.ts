import { ToolError } from "../../errors.ts";
import { shortTime } from "../short-time.ts";

/* So many changes of sign of one event indicator within this share of the time since the start are no dynamics any more. */
const MOST_CHANGES = 16;
const SHARE = 1e-7;

/* Events of any kind at the very same time. */
const MOST_AT_ONCE = 1000;

/** Sees where events pile up, so that the model cannot get beyond a time (Zeno behaviour). */
export class EventGuard {
  readonly #startTime: number;
  /* The times of the last changes, a ring for each event indicator. */
  readonly #recent: Float64Array;
  readonly #changes: Int32Array;
  #lastTime = Number.NaN;
  #atOnce = 0;

  constructor(startTime: number, indicatorCount: number) {
    this.#startTime = startTime;
    this.#recent = new Float64Array(MOST_CHANGES * indicatorCount);
    this.#changes = new Int32Array(indicatorCount);
  }

  /** Takes an event of any kind; throws `simulation_failed` for too many at one time. */
  noteEvent(time: number): void {
    this.#atOnce = time === this.#lastTime ? this.#atOnce + 1 : 1;
    this.#lastTime = time;
    if (this.#atOnce > MOST_AT_ONCE) throw pileUp(time, `there are ${this.#atOnce} events at this one time`);
  }

  /** Takes a state event with a 1 for each event indicator that changed its sign; throws `simulation_failed` as well. */
  noteChanges(time: number, crossed: Uint8Array): void {
    for (let i = 0; i < crossed.length; i++) {
      if (crossed[i] === 0) continue;
      const changes = this.#changes[i] as number;
      const place = i * MOST_CHANGES + (changes % MOST_CHANGES);
      const span = time - (this.#recent[place] as number);
      this.#recent[place] = time;
      this.#changes[i] = changes + 1;
      if (changes < MOST_CHANGES || span > SHARE * (time - this.#startTime)) continue;
      const within = `${MOST_CHANGES + 1} times within ${Number(span.toPrecision(2))} s`;
      throw pileUp(time, `event indicator ${i + 1} changed its sign ${within}`);
    }
  }
}

function pileUp(time: number, what: string): ToolError {
  const at = shortTime(time);
  return new ToolError(
    "simulation_failed",
    `Cannot integrate the model beyond ${at} s: ${what}, so events pile up and time stands still (Zeno behaviour).`,
    `Set \`stop_time\` below ${at} s, or give the model a state of rest or a hysteresis there.`,
  );
}
