import type { Bench, Setting } from "./bench.ts";

/**
 * What a state lays hold of. Two states can be there at once where they lay hold of different things: a token is half
 * missing or rejected, not both; a server throttles those whom it admits; a run is looked at in the environment where it ran,
 * whatever the server's own one is.
 */
const HOLDS = [
  ...["token", "profile", "url", "way", "admittance", "environment", "own environment", "setting"],
  ...["app", "deploy", "function", "shared", "subject"],
] as const;

type Hold = (typeof HOLDS)[number];

/** Of a state that leaves room for no other. */
export const ALL_HOLDS: readonly Hold[] = HOLDS;

/** What `diagnose` must say: the cause's code, and words of its message and of its next step. */
export interface Expected {
  code: string;
  cause: string | RegExp;
  remedy: string | RegExp;
}

/** One state of the answer key: how it comes about, what is asked, and the right answer. */
export interface State {
  name: string;
  /** How it comes about, for the table in the documentation. */
  description: string;
  /** False where nothing is to be mended. */
  fault: boolean;
  /** Set where another state tells the same in pairs: this one is only diagnosed alone. */
  likeAnother?: true;
  holds: readonly Hold[];
  /** Prepares while all is well, and returns the arguments of `diagnose` that name what is asked about. */
  prepare?(bench: Bench): Promise<Record<string, string>>;
  /** Brings the state about: in the server's setting, undone with it. */
  arrange?(setting: Setting, bench: Bench): void | Promise<void>;
  /** Words of a server, a log or an FMU that the answer may quote as evidence, and never say itself. */
  foreign?: string;
  /** Null: no likely cause. */
  expected: Expected | null;
}
