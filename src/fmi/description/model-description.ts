import type { ModelStructure } from "./model-structure.ts";

/**
 * The model description of an FMU, version-neutral. Types carry FMI 3.0's names: an FMI 2.0 `Real` is a `Float64`,
 * an `Integer` an `Int32`. Read by `parse-model-description.ts`.
 */
export interface ModelDescription {
  /** As written: "2.0", "3.0", "3.0.2". */
  fmiVersion: string;
  fmiMajor: 1 | 2 | 3;
  modelName: string;
  /** FMI 2.0: `guid`. Passed to instantiate unchanged. */
  instantiationToken: string;
  description: string | undefined;
  generationTool: string | undefined;
  generationDateAndTime: string | undefined;
  version: string | undefined;
  coSimulation: InterfaceDescription | undefined;
  modelExchange: InterfaceDescription | undefined;
  scheduledExecution: InterfaceDescription | undefined;
  defaultExperiment: DefaultExperiment;
  unitDefinitions: ReadonlyMap<string, UnitDefinition>;
  /** In the order of the file. */
  variables: readonly Variable[];
  /** Log category names. */
  logCategories: readonly string[];
  typeDefinitions?: ReadonlyMap<string, TypeDefinition>;
  /** FMI 1.0: the direct dependencies of the outputs. FMI 2.0 and 3.0: `<ModelStructure>`. */
  structure?: ModelStructure;
  /** FMI 1.0 and 2.0: as the root says. FMI 3.0: the number of `<EventIndicator>` elements, each of which may be an array. */
  numberOfEventIndicators?: number;
  /** FMI 1.0 alone: later versions have a derivative in the structure for every state. */
  numberOfContinuousStates?: number | undefined;
  /** Definitions that were there twice, of which the last holds. */
  /** What the parser passed over, though the standard does not allow it, in the order of the file; at most 1,000. */
  flaws?: readonly Flaw[];
  repeated?: readonly { kind: "unit" | "type" | "log category"; name: string; line: number }[];
  /** Lines in modelDescription.xml of the root's children, by name. */
  lines?: ReadonlyMap<string, number>;
}

/** Co-Simulation, Model Exchange or Scheduled Execution: its identifier and the flags that change how it is run. */
export interface InterfaceDescription {
  modelIdentifier: string;
  needsExecutionTool: boolean;
  canBeInstantiatedOnlyOncePerProcess: boolean;
  canHandleVariableCommunicationStepSize: boolean;
  canInterpolateInputs: boolean;
  canRunAsynchronuously: boolean;
  canGetAndSetFmuState: boolean;
  canSerializeFmuState: boolean;
  providesDirectionalDerivatives: boolean;
  hasEventMode: boolean;
  mightReturnEarlyFromDoStep: boolean;
  providesIntermediateUpdate: boolean;
  /** s */
  fixedInternalStepSize: number | undefined;
  maxOutputDerivativeOrder: number;
  /** Model Exchange: whether completedIntegratorStep must be called. FMI 2.0 spells it the other way round. */
  needsCompletedIntegratorStep?: boolean;
  providesAdjointDerivatives?: boolean;
  /** FMI 3.0: whether the dependencies are given for each element of an array. */
  providesPerElementDependencies?: boolean;
  providesEvaluateDiscreteStates?: boolean;
  canReturnEarlyAfterIntermediateUpdate?: boolean;
  /** FMI 1.0 and 2.0: whether the FMU leaves the importer's functions for memory alone. */
  canNotUseMemoryManagementFunctions?: boolean;
  /** FMI 1.0. */
  canHandleEvents?: boolean;
  /** FMI 1.0. */
  canRejectSteps?: boolean;
  /** FMI 2.0: the files of `<SourceFiles>`, relative to `sources/`. */
  sourceFiles?: readonly string[] | undefined;
  /** Every attribute as written, for flags not named above. */
  attributes: Readonly<Record<string, string>>;
}

/** Seconds, all optional. */
export interface DefaultExperiment {
  startTime: number | undefined;
  stopTime: number | undefined;
  tolerance: number | undefined;
  stepSize: number | undefined;
}

/** `base = factor * value + offset`, with the SI exponents of the base unit; display units map unit -> display. */
export interface UnitDefinition {
  name: string;
  baseUnit: BaseUnit | undefined;
  displayUnits: ReadonlyMap<string, { factor: number; offset: number; inverse: boolean }>;
}

/** What variables may take over from a declared type. */
export interface TypeDefinition {
  name: string;
  /** Undefined for a type of a kind not known here. */
  type: VariableType | undefined;
  unit: string | undefined;
  displayUnit: string | undefined;
  relativeQuantity: boolean;
  min: number | undefined;
  max: number | undefined;
  nominal: number | undefined;
  enumeration: readonly { name: string; value: number }[] | undefined;
  /** A Clock's attributes. */
  clock?: ClockDescription | undefined;
  line: number;
}

export type IntervalVariability =
  | "calculated"
  | "changing"
  | "constant"
  | "countdown"
  | "fixed"
  | "triggered"
  | "tunable";

/** When a Clock ticks (FMI 3.0 section 2.4.7.5); times in seconds. */
export interface ClockDescription {
  intervalVariability: IntervalVariability | undefined;
  intervalDecimal: number | undefined;
  shiftDecimal: number | undefined;
  supportsFraction: boolean;
  /** Ticks per second that `intervalCounter` and `shiftCounter` count. */
  resolution: number | undefined;
  intervalCounter: number | undefined;
  shiftCounter: number | undefined;
  canBeDeactivated: boolean;
  priority: number | undefined;
}

/** A part of a model description that the parser made the best of. */
export interface Flaw {
  /** Name of the section it is in; undefined on the root element. */
  section: string | undefined;
  line: number;
  /** In kebab-case. */
  rule: string;
  /** The end of a sentence, without full stop. */
  problem: string;
}

export interface BaseUnit {
  kg: number;
  m: number;
  s: number;
  A: number;
  K: number;
  mol: number;
  cd: number;
  rad: number;
  factor: number;
  offset: number;
}

export type VariableType =
  | "Float32"
  | "Float64"
  | "Int8"
  | "UInt8"
  | "Int16"
  | "UInt16"
  | "Int32"
  | "UInt32"
  | "Int64"
  | "UInt64"
  | "Boolean"
  | "String"
  | "Binary"
  | "Enumeration"
  | "Clock";

export type Causality =
  | "parameter"
  | "calculatedParameter"
  | "structuralParameter"
  | "input"
  | "output"
  | "local"
  | "independent"
  | "dependent";

export type Variability = "constant" | "fixed" | "tunable" | "discrete" | "continuous";

/** A start value as the file gives it: 64-bit integers as bigint only beyond 2^53, Binary as bytes. */
export type StartValue = number | bigint | boolean | string | Uint8Array;

export interface Variable {
  name: string;
  valueReference: number;
  type: VariableType;
  /** Defaults of the standard filled in (causality local; variability by type and causality). */
  causality: Causality;
  variability: Variability;
  initial: "exact" | "approx" | "calculated" | undefined;
  description: string | undefined;
  /** One value for a scalar; row-major, or one for all, for an array. Undefined where none is given. */
  start: readonly StartValue[] | undefined;
  /** Own unit, or that of the declared type. */
  unit: string | undefined;
  displayUnit: string | undefined;
  relativeQuantity: boolean;
  declaredType: string | undefined;
  min: number | undefined;
  max: number | undefined;
  nominal: number | undefined;
  /** Items of the declared enumeration type, else undefined. */
  enumeration: readonly { name: string; value: number }[] | undefined;
  /** Empty for a scalar. */
  dimensions: readonly ({ start: number } | { valueReference: number })[];
  /** Line in modelDescription.xml. */
  line: number;
  /** The `initial` attribute itself, where it is written. */
  writtenInitial?: "exact" | "approx" | "calculated";
  /** The state this is the derivative of: a 1-based index in FMI 2.0, a value reference in FMI 3.0. */
  derivative?: number;
  /** FMI 3.0: value reference of the variable that holds this clocked state's previous value. */
  previous?: number;
  /** Whether the FMU may set this state at an event; present where it is so. */
  reinit?: true;
  /** FMI 3.0: value references of the Clocks this variable is clocked by. */
  clocks?: readonly number[];
  /** For variables of type Clock; what is left open is the declared type's. */
  clock?: ClockDescription;
  /** FMI 3.0: whether it may be read and set in Intermediate Update Mode; present where it is so. */
  intermediateUpdate?: true;
  /** Present where the input may be set but once for an event. */
  canHandleMultipleSetPerTimeInstant?: false;
  /** FMI 3.0: other names of this variable. */
  aliases?: readonly { name: string; description: string | undefined; line: number }[];
  /** FMI 1.0: whether the value belongs to another variable too, as it is or with its sign turned. */
  alias?: "alias" | "negatedAlias";
}
