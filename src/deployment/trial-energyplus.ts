import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { FunctionInfo, Modal } from "../modal/modal.ts";
import { ask, identify, type Trial, type Verdict, wrongAnswer } from "./trial.ts";

/** Where an EnergyPlus runner is tried, and where the example model lies. */
export interface EnergyPlusTrialOptions {
  examplesFolder: string;
  signal: AbortSignal;
}

const MODEL = "one-room.idf";
/** 8 m by 6 m. */
const FLOOR_AREA_M2 = 48;
const AREA_WITHIN_M2 = 0.01;

/** A weather file's head without any hour: enough for a design day (EnergyPlus, Auxiliary Programs, EPW data dictionary). */
const WEATHER_HEAD = [
  "LOCATION,Boulder,CO,USA,None,0,40.02,-105.25,-7.0,1611.0",
  ...["DESIGN CONDITIONS,0", "TYPICAL/EXTREME PERIODS,0", "GROUND TEMPERATURES,0"],
  ...["HOLIDAYS/DAYLIGHT SAVINGS,No,0,0,0", "COMMENTS 1,", "COMMENTS 2,"],
  "DATA PERIODS,1,1,Data,Sunday,1/1,12/31",
  "",
].join("\n");

/** Of the runners that take no weather file, by the name that old callers send. */
const OLD_WEATHER = "USA_CA_SF.epw";

/** Tries an EnergyPlus runner with a room on a design day; the outputs are removed as soon as they are judged. */
export function createEnergyPlusTrial(modal: Modal, options: EnergyPlusTrialOptions): Trial {
  const { examplesFolder, signal } = options;
  const left: string[] = [];

  async function remove(app: string, simulationId: string): Promise<void> {
    try {
      const fn = await modal.functions.get(app, "cleanup_simulation_outputs", signal);
      const { failure } = await ask(modal, fn, { simulation_id: simulationId, missing_ok: true }, signal);
      if (failure) left.push(`outputs of simulation ${simulationId}`);
    } catch {
      left.push(`outputs of simulation ${simulationId}`);
    }
  }

  return {
    async verify(app) {
      const fn = await modal.functions.get(app, "run_energyplus_simulation", signal);
      const engine = fn.appId && (await modal.apps.tags(fn.appId, signal)).engine_version;
      const text = await readFile(join(examplesFolder, MODEL), "utf8");
      const model = engine ? text.replace(/^Version, [\d.]+;/m, `Version, ${majorMinor(engine)};`) : text;
      const simulationId = `deploy-trial-${randomUUID()}`;
      const asked = await ask(modal, fn, toArguments(fn, model, simulationId), signal);
      const verdict = judge(app, asked);
      await remove(app, simulationId);
      return verdict;
    },
    cleanUp: async () => left,
  };
}

const majorMinor = (version: string) => version.split(".").slice(0, 2).join(".");

function toArguments(fn: FunctionInfo, model: string, simulationId: string): Record<string, unknown> {
  const accepts = (name: string) => fn.arguments?.includes(name) ?? false;
  const head = new TextEncoder().encode(WEATHER_HEAD);
  return {
    energyplus_payload: model,
    simulation_id: simulationId,
    return_logs: false,
    ...(accepts("weather_content")
      ? { weather_file: "boulder.epw", weather_content: head }
      : { weather_file: OLD_WEATHER }),
    ...(accepts("extras") ? { extras: true } : {}),
    ...(accepts("period") ? { period: "design_day" } : {}),
    ...(accepts("keep_outputs") ? { keep_outputs: "summary" } : {}),
  };
}

interface Answer {
  status?: string;
  errors?: string[];
  facts?: {
    runner?: string;
    engine?: string | null;
    deploy_tag?: string | null;
    total_area_m2?: number | null;
  } | null;
}

function judge(app: string, asked: Awaited<ReturnType<typeof ask>>): Verdict {
  const value = asked.value as Answer | undefined;
  const facts = value?.facts;
  const engine = facts
    ? [facts.runner, facts.engine && `EnergyPlus ${facts.engine}`].filter(Boolean).join(", ")
    : "";
  const identity = identify(engine, facts?.deploy_tag);
  const detail = [value?.errors?.join("\n"), asked.detail].filter(Boolean).join("\n");
  const wrong = asked.failure ?? fault(value);
  return {
    identities: identity ? [identity] : [],
    problem: wrong ? wrongAnswer(app, `${MODEL} on a design day: ${wrong}`, { ...asked, detail }) : undefined,
  };
}

/** An answer without additions tells no area. */
function fault(value: Answer | undefined): string | undefined {
  if (value?.status !== "success") return `the runner answered "${value?.status}"`;
  const area = value.facts?.total_area_m2;
  if (!value.facts || (typeof area === "number" && Math.abs(area - FLOOR_AREA_M2) <= AREA_WITHIN_M2))
    return undefined;
  return `the floor area is ${area} m² instead of ${FLOOR_AREA_M2} m²`;
}
