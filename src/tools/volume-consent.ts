import { sumBytes } from "../catalog/move-files.ts";
import type { Question } from "./tool.ts";
import { nameSome, type VolumePlan, type VolumeRequest } from "./volume-plan.ts";

const MOST_FACTS = 50;

/**
 * What to ask before files are removed or replaced. What lies on this computer's own volumes is nobody else's, so nothing is
 * asked there; a file outside of them that a download would replace is asked about wherever it comes from.
 */
export function askBefore(action: VolumeRequest["action"], plan: VolumePlan): Question | undefined {
  const { endpoint, volumeName, items, selected, taken, target } = plan;
  if (action === "download")
    return taken.length === 0
      ? undefined
      : {
          question: `Replace ${count(taken.length, "file")} on this computer?`,
          facts: taken.slice(0, MOST_FACTS),
        };
  if (endpoint.name !== "modal") return undefined;
  if (action === "remove") {
    const files = selected.flatMap((one) => one.files);
    return {
      question: `Remove ${nameSome(items.map(({ path }) => path))} from volume "${volumeName}" on Modal?`,
      facts: [
        ...items.slice(0, MOST_FACTS).map(describe),
        `${count(files.length, "file")}, ${sumBytes(files)} bytes in all, in environment ${plan.environment}`,
        "whether anything else refers to them is unknown",
        "a copy is kept on this computer for 30 days",
      ],
    };
  }
  if (taken.length === 0) return undefined;
  return {
    question: `Replace ${count(taken.length, "file")} on volume "${target?.name ?? volumeName}" on Modal?`,
    facts: [...taken.slice(0, MOST_FACTS), "no copy of what they hold now is kept"],
  };
}

function describe({ path, name, size, files, uploaded_at, last_run }: VolumePlan["items"][number]): string {
  const what = files === 1 ? `${size} bytes` : `${count(files, "file")}, ${size} bytes`;
  const run = last_run ? `last run ${last_run}` : "no run of it known here";
  return `${path}${name ? ` ${name}` : ""}: ${what}, uploaded ${uploaded_at}, ${run}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
