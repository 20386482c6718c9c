import { debugRingBytes, debugVariables } from "../fmi/recording/debug-points.ts";
import { createDebugRing } from "../fmi/recording/debug-ring.ts";
import {
  createListRecording,
  type ListRecording,
  listedVariables,
  type RecordedList,
} from "../fmi/recording/list-recording.ts";
import type { SampleWatch } from "../fmi/recording/sampling.ts";
import type { ValueAccess } from "../fmi/value-block.ts";
import type { SimulationJob } from "./child-messages.ts";
import { createFileMemory, type FileMemory } from "./shared-memory.ts";

/** What sees every sample of a job besides its recorder. */
export interface Watchers {
  /** Undefined where nobody needs to look. */
  watch: ((access: ValueAccess) => SampleWatch) | undefined;
  /** Strings and Binaries at every recorded point; undefined where they came to more than 1 MiB. */
  lists(): RecordedList[] | undefined;
  save(): Promise<void>;
}

const LIST_BYTES = 1024 * 1024;

/** Makes the watchers that a job needs. */
export function createWatchers(job: SimulationJob): Watchers {
  const { description, settings, debugPath } = job;
  const listed = listedVariables(description, settings.outputs);
  let lists: ListRecording | undefined;
  let debug: FileMemory | undefined;
  const watch = (access: ValueAccess): SampleWatch => {
    const watches: SampleWatch[] = [];
    if (listed.length > 0) {
      lists = createListRecording(access, listed, LIST_BYTES);
      watches.push(lists.watch);
    }
    if (debugPath !== undefined) {
      const bytes = debugRingBytes(debugVariables(description).length);
      debug = createFileMemory(process.platform, debugPath, bytes);
      watches.push(createDebugRing(access, debug.memory));
    }
    return (time, keep) => {
      for (const each of watches) each(time, keep);
    };
  };
  return {
    watch: listed.length > 0 || debugPath !== undefined ? watch : undefined,
    lists: () => (lists === undefined ? [] : lists.read()),
    save: async () => debug?.save(),
  };
}
