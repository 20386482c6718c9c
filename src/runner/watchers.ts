import { debugRingBytes, debugVariables } from "../fmi/recording/debug-points.ts";
import { createDebugRing } from "../fmi/recording/debug-ring.ts";
import { createListRecording, LIST_BYTES, listedVariables } from "../fmi/recording/list-recording.ts";
import type { SampleWatch } from "../fmi/recording/sampling.ts";
import type { ValueAccess } from "../fmi/value-block.ts";
import type { SimulationJob } from "./child-messages.ts";
import { createFileMemory, type FileMemory } from "./shared-memory.ts";

/** What sees every sample of a job besides its recorder. */
export interface Watchers {
  /** Undefined where nobody needs to look. */
  watch: ((access: ValueAccess) => SampleWatch) | undefined;
  save(): Promise<void>;
}

/** Makes the watchers that a job needs. */
export function createWatchers(job: SimulationJob): Watchers {
  const { description, settings, debugPath, listsPath } = job;
  const listed = listedVariables(description, settings.outputs);
  const memories: FileMemory[] = [];
  const keepIn = (path: string, bytes: number): ArrayBuffer => {
    const made = createFileMemory(process.platform, path, bytes);
    memories.push(made);
    return made.memory;
  };
  const watch = (access: ValueAccess): SampleWatch => {
    const watches: SampleWatch[] = [];
    if (listed.length > 0) watches.push(createListRecording(access, listed, keepIn(listsPath, LIST_BYTES)));
    if (debugPath !== undefined) {
      const bytes = debugRingBytes(debugVariables(description).length);
      watches.push(createDebugRing(access, keepIn(debugPath, bytes)));
    }
    return (time, keep) => {
      for (const each of watches) each(time, keep);
    };
  };
  return {
    watch: listed.length > 0 || debugPath !== undefined ? watch : undefined,
    save: async () => {
      for (const memory of memories) await memory.save();
    },
  };
}
