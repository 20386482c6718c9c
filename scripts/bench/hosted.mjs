import { median, spread } from "./figures.mjs";

const DEPLOYS = 7;
const CALLS = 40;

/** Python functions on the emulator: deploys by the real CLI, the first call of a container, and warm ones. */
export async function* benchHosted(workshop) {
  const { first, deploys, cold, warm } = await workshop.hosting({ deploys: DEPLOYS, calls: CALLS });
  yield {
    what: "First call of a cold Python container",
    measured: spread(cold, "ms"),
    ...{ value: median(cold), unit: "ms", atMost: 3000 },
  };
  yield {
    what: "Warm call of a Python function that returns its argument",
    measured: spread(warm, "ms"),
    ...{ value: median(warm), unit: "ms", atMost: 50 },
  };
  const walls = deploys.map(({ wall }) => wall);
  const shares = deploys.map(({ wall, emulator }) => (100 * emulator) / wall);
  yield {
    what: "Emulator's share of a deploy of changed source, its image built before",
    measured: `${spread(shares, "%")} of ${spread(walls, "ms")}`,
    ...{ value: median(shares), unit: "%", atMost: 15 },
  };
  const share = (100 * first.emulator) / first.wall;
  yield {
    what: "The same of the first deploy, in which pip installs the image's packages",
    measured: `${share.toFixed(1)} % of ${first.wall.toFixed(0)} ms`,
    ...{ value: share, unit: "%", atMost: 15 },
  };
}
