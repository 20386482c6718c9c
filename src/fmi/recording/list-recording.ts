import type { ModelDescription, StartValue, Variable } from "../description/model-description.ts";
import { createValueBlocks, type ValueAccess } from "../value-block.ts";
import { findVariables } from "./recorded-columns.ts";
import type { SampleWatch } from "./sampling.ts";

/** The values of a String or Binary variable at every recorded point; arrays as lists of their elements. */
export interface RecordedList {
  name: string;
  values: StartValue[][];
}

/** Records what has no columns. */
export interface ListRecording {
  watch: SampleWatch;
  /** Undefined where it came to more than the limit. */
  read(): RecordedList[] | undefined;
}

/** The variables of these names that are recorded in lists: Strings and Binaries. */
export function listedVariables(description: ModelDescription, outputs: readonly string[]): Variable[] {
  return findVariables(description, outputs).filter(({ type }) => type === "String" || type === "Binary");
}

/** Records variables of {@link listedVariables} at every row that is kept, up to `limitBytes` in all. */
export function createListRecording(
  access: ValueAccess,
  variables: readonly Variable[],
  limitBytes: number,
): ListRecording {
  const blocks = createValueBlocks(access, variables);
  const lists = new Map<string, RecordedList>();
  for (const { name } of variables) lists.set(name, { name, values: [] });
  let left = limitBytes;
  return {
    watch: (_, keep) => {
      if (!keep || left < 0) return;
      for (const block of blocks) {
        block.get();
        block.read().forEach((values, index) => {
          for (const value of values) left -= sizeOf(value);
          lists.get(block.variables[index]?.name ?? "")?.values.push(values);
        });
      }
    },
    read: () => (left < 0 ? undefined : [...lists.values()]),
  };
}

/* Roughly, with what it costs to hold it. */
function sizeOf(value: StartValue): number {
  return 16 + (typeof value === "string" || value instanceof Uint8Array ? value.length : 8);
}
