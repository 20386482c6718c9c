import { checkStatus, STATUS_DISCARD, STATUS_OK } from "../fmu-status.ts";
import { allocate, type NativeFunction, type NativeLibrary } from "../library.ts";
import { findNativeImporter } from "../native-importer.ts";
import type { ContinuousPart } from "./model-exchange-instance.ts";
import { createNativePoints, type NativePoints } from "./native-points.ts";

/** What the functions are called, which have the same parameters in every version. */
export interface ContinuousNames {
  setTime: string;
  setStates: string;
  getStates: string;
  getDerivatives: string;
  getIndicators: string;
  getNominals: string;
}

/** The sizes of a part, its structure, and how directional derivatives are called, where they are. */
export interface ContinuousShape extends Pick<ContinuousPart, "stateCount" | "indicatorCount" | "structure"> {
  directional: DirectionalCall | undefined;
}

/** A call of GetDirectionalDerivative with value references and counts in place. */
export interface DirectionalCall {
  functionName: string;
  /** Takes the addresses of seed and sensitivity; returns the status. */
  call(seed: number, sensitivity: number): number;
}

/** Binds an instance's continuous part (FMI 2.0.5, section 3.2.2; FMI 3.0.2, section 3.2.2). */
export function bindContinuousPart(
  library: NativeLibrary,
  instance: number,
  names: ContinuousNames,
  { stateCount: n, indicatorCount, structure, directional }: ContinuousShape,
): ContinuousPart {
  const setTime = library.function(names.setTime, "status", ["uintptr_t", "double"]);
  const vector = (name: string) => library.function(name, "status", ["uintptr_t", "uintptr_t", "size_t"]);
  const setStates = vector(names.setStates);
  const getDerivatives = vector(names.getDerivatives);
  const native = createNativePoints(library, instance, names, n);
  const point = allocateVector(n);
  const slopes = allocateVector(n);
  let time = Number.NaN;
  let discardedBy: string | undefined;

  /* A discard is no failure here: the solver tries another point. */
  const hasValue = (functionName: string, status: number): boolean => {
    const isThere = isNotDiscarded(functionName, status);
    discardedBy = isThere ? undefined : functionName;
    return isThere;
  };
  const set = (t: number, x: Float64Array): number => {
    time = t;
    const status = setTime(instance, t);
    if (n === 0 || status >= STATUS_DISCARD) return status;
    copy(x, point.values);
    return setStates(instance, point.address, n);
  };
  const getStates = bindReading(vector(names.getStates), instance, n);
  const getNominals = bindReading(vector(names.getNominals), instance, n);
  const getIndicators = bindReading(vector(names.getIndicators), instance, indicatorCount);
  return {
    stateCount: n,
    indicatorCount,
    structure,
    setPoint: (t, x) => {
      const status = set(t, x);
      if (status >= STATUS_DISCARD) checkStatus(names.setStates, status);
    },
    trySetPoint: (t, x) => hasValue(names.setStates, set(t, x)),
    tryGetDerivatives: (dx) => {
      if (n === 0) return true;
      if (!hasValue(names.getDerivatives, getDerivatives(instance, slopes.address, n))) return false;
      copy(slopes.values, dx);
      return true;
    },
    native,
    tryEvaluate:
      native &&
      bindEvaluation(native, hasValue, (t, x) => {
        time = t;
        copy(x, point.values);
      }),
    discardedBy: () => discardedBy,
    isAt: (t, x) => t === time && point.values.every((value, i) => value === x[i]),
    getStates: (x) => checkStatus(names.getStates, getStates(x)),
    getNominals: (nominals) => void isNotDiscarded(names.getNominals, getNominals(nominals)),
    tryGetEventIndicators: (z) => hasValue(names.getIndicators, getIndicators(z)),
    multiplyJacobian: directional && n > 0 ? bindJacobian(directional, n) : undefined,
  };
}

/* What is set here must be known here: `isAt` is asked. */
function bindEvaluation(
  native: NativePoints,
  hasValue: (functionName: string, status: number) => boolean,
  note: (t: number, x: Float64Array) => void,
) {
  const importer = findNativeImporter();
  return (t: number, x: Float64Array, dx: Float64Array): boolean => {
    note(t, x);
    const status = importer?.getDerivatives(native.address, t, x, dx) ?? STATUS_DISCARD;
    return hasValue(native.lastFunction() ?? "", status);
  };
}

/** Value references in memory; returns their address. */
export function allocateReferences(references: readonly number[]): number {
  const { address, buffer } = allocate(references.length * 4);
  new Uint32Array(buffer, 0, references.length).set(references);
  return address;
}

function isNotDiscarded(functionName: string, status: number): boolean {
  if (status === STATUS_DISCARD) return false;
  checkStatus(functionName, status);
  return true;
}

/* Returns the status; what an FMU has no value for stays as it was. */
function bindReading(native: NativeFunction, instance: number, size: number): (out: Float64Array) => number {
  const { address, values } = allocateVector(size);
  return (out) => {
    if (size === 0) return STATUS_OK;
    const status = native(instance, address, size);
    if (status < STATUS_DISCARD) copy(values, out);
    return status;
  };
}

function bindJacobian({ functionName, call }: DirectionalCall, n: number) {
  const seed = allocateVector(n);
  const sensitivity = allocateVector(n);
  return (v: Float64Array, out: Float64Array) => {
    copy(v, seed.values);
    checkStatus(functionName, call(seed.address, sensitivity.address));
    copy(sensitivity.values, out);
  };
}

function allocateVector(size: number): { address: number; values: Float64Array } {
  const { address, buffer } = allocate(size * 8);
  return { address, values: new Float64Array(buffer, 0, size) };
}

/* Faster than `set` for the few elements that are usual. */
function copy(from: Float64Array, to: Float64Array): void {
  for (let i = 0; i < from.length; i++) to[i] = from[i] as number;
}
