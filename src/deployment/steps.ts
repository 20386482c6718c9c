/** One step of a deploy, as the result tells it. */
export interface Step {
  name: string;
  status: "ok" | "failed" | "skipped";
  seconds: number;
  message: string;
}

/** Steps done so far; `run` times one, and keeps a failed one before it rethrows. */
export interface Steps {
  done: Step[];
  run<T>(name: string, work: () => Promise<T>, describe: (value: T) => string): Promise<T>;
  skip(name: string, why: string): void;
}

/** Makes an empty list of steps; `onStep` is told each one's name as it begins. */
export function createSteps(onStep: (name: string) => void): Steps {
  const done: Step[] = [];
  return {
    done,
    async run(name, work, describe) {
      onStep(name);
      const begun = performance.now();
      const seconds = () => Math.round(performance.now() - begun) / 1000;
      try {
        const value = await work();
        done.push({ name, status: "ok", seconds: seconds(), message: describe(value) });
        return value;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        done.push({ name, status: "failed", seconds: seconds(), message });
        throw error;
      }
    },
    skip(name, why) {
      done.push({ name, status: "skipped", seconds: 0, message: why });
    },
  };
}
