/**
 * Steps the bench's FMU 2.0 with the two native calls of a step and nothing else, as near to the C loop as JavaScript comes:
 * what it takes more than C is the price of crossing the border. Arguments: library, token, steps. Prints JSON.
 */
import { allocate, allocateString, loadLibrary } from "../../src/fmi/library.ts";
import { processorSeconds } from "./own-use.mjs";

const [path, token, count] = process.argv.slice(2);
const steps = Number(count);
const library = loadLibrary(path);
const pointer = "uintptr_t";
const shape = [pointer, "int", pointer, pointer, pointer, "int", "int"];
const instantiate = library.function("fmi2Instantiate", pointer, shape);
const instance = instantiate(allocateString("bench"), 1, allocateString(token), 0, 0, 0, 0);
const setup = library.function("fmi2SetupExperiment", "int", [
  pointer,
  "int",
  "double",
  "double",
  "int",
  "double",
]);
setup(instance, 0, 0, 0, 1, steps * 0.01);
for (const name of ["fmi2EnterInitializationMode", "fmi2ExitInitializationMode"])
  library.function(name, "int", [pointer])(instance);
const doStep = library.function("fmi2DoStep", "int", [pointer, "double", "double", "int"]);
const getReal = library.function("fmi2GetReal", "int", [pointer, pointer, "size_t", pointer]);
const references = allocate(8);
new Uint32Array(references.buffer).set([2, 3]);
const values = allocate(16);

process.stdout.write(`${JSON.stringify({ nsPerStep: stepThrough() })}\n`);

/** Nanoseconds per step of the last four fifths, as of the engine. */
function stepThrough() {
  const view = new Float64Array(values.buffer);
  const rows = new Float64Array(3 * steps);
  const first = Math.floor(steps / 5);
  let start = 0;
  for (let k = 0; k < steps; k++) {
    if (k === first) start = processorSeconds();
    const time = k * 0.01;
    if (doStep(instance, time, 0.01, 1) > 1) throw new Error("fmi2DoStep failed");
    if (getReal(instance, references.address, 2, values.address) > 1) throw new Error("fmi2GetReal failed");
    rows[3 * k] = time + 0.01;
    rows[3 * k + 1] = view[0];
    rows[3 * k + 2] = view[1];
  }
  return (1e9 * (processorSeconds() - start)) / (steps - first);
}
