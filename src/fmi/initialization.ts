import type { Variable } from "./description/model-description.ts";
import { checkStatus } from "./fmu-status.ts";
import type { LifeCycle } from "./life-cycle-2.ts";
import { findVariables } from "./recording/recorded-columns.ts";
import { isTunable } from "./settable.ts";
import type { SimulationSettings } from "./simulation-settings.ts";
import { createValueBlocks, type ValueAccess, type ValueBlock } from "./value-block.ts";

/**
 * Takes a new instance through Initialization Mode: Configuration Mode takes structural parameters, Instantiated every other
 * start value, Initialization Mode takes inputs once more, as inputs, then what `setInputs` sets (FMI 2.0.5, sections 3.2.3
 * and 4.2.4; FMI 3.0, sections 2.3.1 to 2.3.3).
 */
export function initializeInstance(
  instance: LifeCycle & { readonly access: ValueAccess },
  settings: SimulationSettings,
  setInputs: () => void = () => {},
): void {
  const { access } = instance;
  configure(access, settings);
  const isStructural = ({ causality }: Variable) => causality === "structuralParameter";
  for (const block of fillBlocks(access, settings, (variable) => !isStructural(variable))) block.set();
  const inputs = fillBlocks(access, settings, ({ causality }) => causality === "input");
  instance.enterInitializationMode(settings.startTime, settings.stopTime, settings.tolerance);
  for (const block of inputs) block.set();
  setInputs();
  instance.exitInitializationMode();
}

/** Sets, of the start values, what may be set in Step Mode: inputs and tunable parameters. */
export function setTunable(access: ValueAccess, settings: SimulationSettings): void {
  for (const block of fillBlocks(access, settings, isTunable)) block.set();
}

function configure(access: ValueAccess, settings: SimulationSettings): void {
  const blocks = fillBlocks(access, settings, ({ causality }) => causality === "structuralParameter");
  if (blocks.length === 0) return;
  const call = (name: string) => {
    const native = access.library.function(name, "status", ["uintptr_t"]);
    checkStatus(name, native(access.instance));
  };
  call("fmi3EnterConfigurationMode");
  for (const block of blocks) block.set();
  call("fmi3ExitConfigurationMode");
}

/** Blocks of the variables with start values that pass the filter, with these values in place. */
function fillBlocks(
  access: ValueAccess,
  { startValues }: SimulationSettings,
  filter: (variable: Variable) => boolean,
): ValueBlock[] {
  const values = new Map(startValues.map((each) => [each.name, each.values]));
  const variables = findVariables(access.description, [...values.keys()]).filter(filter);
  const blocks = createValueBlocks(access, variables);
  for (const block of blocks) block.write(block.variables.map(({ name }) => values.get(name) ?? []));
  return blocks;
}
