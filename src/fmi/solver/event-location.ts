import type { EventIndicators, Solver } from "./ode.ts";
import { StepFailure } from "./step-size.ts";

/* An event is located to so many units in the last place of the time. */
const ULPS = 4;

/* An indicator whose parabola comes this near to zero, in parts of its smaller end, is looked at there. */
const GRAZING_SHARE = 0.1;

/*
 * Evaluations after which a bracket must have halved; else the next point is its middle. One fewer each time: what jumps
 * ends in plain bisection.
 */
const PATIENCE = 3;

/**
 * Finds state events in the steps of a solver: where the sign pattern `z > 0` of the indicators first differs from that at
 * the step's start. Sees a change that is undone within the step where a parabola through start, middle and end shows it.
 */
export class EventLocator {
  /** After an event was found: 1 for each indicator whose sign had changed. */
  readonly crossed: Uint8Array;
  readonly #indicators: EventIndicators;
  readonly #x: Float64Array;
  readonly #zStart: Float64Array;
  #zEnd: Float64Array;
  #zLow: Float64Array;
  #zHigh: Float64Array;
  #zNew: Float64Array;
  /* Whether the model has indicators at the upper end of the bracket, and why it has none. */
  #isHighThere = true;
  #whyNot: string | undefined;

  constructor(indicators: EventIndicators) {
    const create = () => new Float64Array(indicators.count);
    this.#indicators = indicators;
    this.crossed = new Uint8Array(indicators.count);
    this.#x = new Float64Array(indicators.n);
    this.#zStart = create();
    this.#zEnd = create();
    this.#zLow = create();
    this.#zHigh = create();
    this.#zNew = create();
  }

  /** The indicators at the start of the next step. */
  get startIndicators(): Float64Array {
    return this.#zStart;
  }

  /**
   * Takes the sign pattern at a point: at the start, and after every reset of the solver. Throws `simulation_failed` where the model
   * has no indicators.
   */
  start(t: number, x: Float64Array): void {
    if (this.#indicators.count === 0) return;
    if (!this.#indicators.evaluate(t, x, this.#zStart))
      throw noIndicators(t, this.#indicators.whyNoValue?.());
  }

  /**
   * The time just after the earliest change within the solver's last step, a few units in the last place behind it;
   * undefined where there is none, and then the step's end is the start of the next. A change may hide before points for which
   * the model has no indicators; throws `simulation_failed` where none does.
   */
  locate(startTime: number, solver: Pick<Solver, "time" | "x" | "interpolate">): number | undefined {
    if (this.#indicators.count === 0) return undefined;
    const isEndThere = this.#indicators.evaluate(solver.time, solver.x, this.#zEnd);
    const high = this.#findChange(startTime, solver, isEndThere);
    if (high === undefined) {
      this.#zStart.set(this.#zEnd);
      return undefined;
    }
    this.#zLow.set(this.#zStart);
    const time = this.#narrow(startTime, high, solver);
    if (!this.#isHighThere) throw noIndicators(time, this.#whyNot);
    for (let i = 0; i < this.crossed.length; i++) this.crossed[i] = this.#differs(this.#zHigh, i) ? 1 : 0;
    return time;
  }

  /* A time within the step where the pattern differs from the start's, its indicators in zHigh. */
  #findChange(
    startTime: number,
    solver: Pick<Solver, "time" | "interpolate">,
    isEndThere: boolean,
  ): number | undefined {
    this.#zHigh.set(this.#zEnd);
    this.#noteHigh(isEndThere);
    if (this.#isHighBeyond()) return solver.time;
    const h = solver.time - startTime;
    const middle = startTime + h / 2;
    this.#noteHigh(this.#evaluate(middle, solver, this.#zHigh));
    if (this.#isHighBeyond()) return middle;
    this.#zLow.set(this.#zHigh);
    for (let i = 0; i < this.crossed.length; i++) {
      const theta = findDip(this.#zStart[i] as number, this.#zLow[i] as number, this.#zEnd[i] as number);
      if (theta === undefined) continue;
      this.#noteHigh(this.#evaluate(startTime + theta * h, solver, this.#zHigh));
      if (this.#isHighBeyond()) return startTime + theta * h;
    }
    return undefined;
  }

  /*
   * Closes the bracket: the start's pattern at `low`, another at `high`. Illinois on the indicator that crosses first,
   * kept half a tolerance off both ends so that both close in; the middle when that is slow.
   */
  #narrow(from: number, to: number, solver: Pick<Solver, "interpolate">): number {
    let [low, high] = [from, to];
    let [lowScale, highScale] = [1, 1];
    let [width, tries, patience] = [high - low, 0, PATIENCE];
    const tolerance = ULPS * Number.EPSILON * Math.max(Math.abs(from), Math.abs(to));
    while (high - low > tolerance) {
      const middle = low + (high - low) / 2;
      if (middle <= low || middle >= high) break;
      const isSlow = tries >= patience;
      const guess =
        isSlow || !this.#isHighThere ? middle : low + (high - low) * this.#firstShare(lowScale, highScale);
      const time = clamp(guess, low + tolerance / 2, high - tolerance / 2, middle);
      const isThere = this.#evaluate(time, solver, this.#zNew);
      if (!isThere || this.#anyDiffers(this.#zNew)) {
        high = time;
        this.#noteHigh(isThere);
        [this.#zHigh, this.#zNew] = [this.#zNew, this.#zHigh];
        [lowScale, highScale] = [highScale === 1 && !isSlow ? lowScale / 2 : 1, 1];
      } else {
        low = time;
        [this.#zLow, this.#zNew] = [this.#zNew, this.#zLow];
        [lowScale, highScale] = [1, lowScale === 1 && !isSlow ? highScale / 2 : 1];
      }
      tries += 1;
      if (isSlow) patience -= 1;
      if (high - low <= width / 2 || isSlow) [width, tries] = [high - low, 0];
    }
    return high;
  }

  /* Where in the bracket, 0 to 1, the earliest of the indicators that changed should be zero. */
  #firstShare(lowScale: number, highScale: number): number {
    let first = 1;
    for (let i = 0; i < this.crossed.length; i++) {
      if (!this.#differs(this.#zHigh, i)) continue;
      const low = lowScale * Math.abs(this.#zLow[i] as number);
      const high = highScale * Math.abs(this.#zHigh[i] as number);
      first = Math.min(first, low / (low + high));
    }
    return first;
  }

  #evaluate(t: number, solver: Pick<Solver, "interpolate">, z: Float64Array): boolean {
    solver.interpolate(t, this.#x);
    return this.#indicators.evaluate(t, this.#x, z);
  }

  #noteHigh(isThere: boolean): void {
    this.#isHighThere = isThere;
    if (!isThere) this.#whyNot = this.#indicators.whyNoValue?.();
  }

  /* Whether the upper end of the bracket lies behind a change, or where there are no indicators. */
  #isHighBeyond(): boolean {
    return !this.#isHighThere || this.#anyDiffers(this.#zHigh);
  }

  #anyDiffers(z: Float64Array): boolean {
    for (let i = 0; i < z.length; i++) if (this.#differs(z, i)) return true;
    return false;
  }

  #differs(z: Float64Array, i: number): boolean {
    return (z[i] as number) > 0 !== (this.#zStart[i] as number) > 0;
  }
}

function noIndicators(t: number, why = "the model has no event indicators there"): StepFailure {
  return new StepFailure(
    "simulation_failed",
    `Cannot integrate the model beyond ${t} s: ${why}.`,
    `Record the states up to ${t} s and look for the limit of what the model can evaluate.`,
  );
}

/* Not a number, as from a step without finite indicators, becomes the middle. */
function clamp(value: number, least: number, most: number, middle: number): number {
  return Number.isNaN(value) ? middle : Math.min(Math.max(value, least), most);
}

/* Where, 0 to 1, the parabola through three values of one sign (at 0, 1/2 and 1) turns back at zero or close to it. */
function findDip(start: number, middle: number, end: number): number | undefined {
  const slope = 4 * middle - 3 * start - end;
  const bend = 2 * (start + end - 2 * middle);
  const theta = -slope / (2 * bend);
  if (!(theta > 0 && theta < 1)) return undefined;
  const sign = start > 0 ? 1 : -1;
  const extreme = sign * (start + theta * (slope + theta * bend));
  const isTowardsZero = sign * bend > 0;
  return isTowardsZero && extreme <= GRAZING_SHARE * Math.min(Math.abs(start), Math.abs(end))
    ? theta
    : undefined;
}
