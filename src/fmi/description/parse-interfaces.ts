import type { DefaultExperiment, InterfaceDescription } from "./model-description.ts";
import type { AttributeReader } from "./xml-attributes.ts";
import type { XmlElement } from "./xml-elements.ts";

/** What {@link parseInterface} must know beside the element. */
export interface InterfaceContext {
  fmiMajor: 1 | 2 | 3;
  /** FMI 2.0's `<SourceFiles>`. */
  sourceFiles: readonly string[] | undefined;
}

/** Reads `<CoSimulation>`, `<ModelExchange>` or `<ScheduledExecution>`, with the flags' spellings of FMI 2.0 and 3.0. */
export function parseInterface(
  element: XmlElement,
  read: AttributeReader,
  context: InterfaceContext,
): InterfaceDescription {
  const modelIdentifier = read.required(element, "modelIdentifier");
  // It becomes the name of a file.
  if (!/^(?!\.)[^/\\:\p{Cc}]{1,200}$/u.test(modelIdentifier)) {
    throw read.error(element, "the modelIdentifier cannot be the name of a file");
  }
  const either = (...names: string[]) => names.some((name) => read.boolean(element, name));
  return {
    modelIdentifier,
    needsExecutionTool: either("needsExecutionTool"),
    canBeInstantiatedOnlyOncePerProcess: either("canBeInstantiatedOnlyOncePerProcess"),
    canHandleVariableCommunicationStepSize: either("canHandleVariableCommunicationStepSize"),
    canInterpolateInputs: either("canInterpolateInputs"),
    canRunAsynchronuously: either("canRunAsynchronuously"),
    canGetAndSetFmuState: either("canGetAndSetFMUstate", "canGetAndSetFMUState"),
    canSerializeFmuState: either("canSerializeFMUstate", "canSerializeFMUState"),
    providesDirectionalDerivatives: either("providesDirectionalDerivative", "providesDirectionalDerivatives"),
    hasEventMode: either("hasEventMode"),
    mightReturnEarlyFromDoStep: either("mightReturnEarlyFromDoStep"),
    providesIntermediateUpdate: either("providesIntermediateUpdate"),
    fixedInternalStepSize: read.number(element, "fixedInternalStepSize"),
    maxOutputDerivativeOrder: read.number(element, "maxOutputDerivativeOrder") ?? 0,
    needsCompletedIntegratorStep:
      context.fmiMajor === 3
        ? either("needsCompletedIntegratorStep")
        : !either("completedIntegratorStepNotNeeded"),
    providesAdjointDerivatives: either("providesAdjointDerivatives"),
    providesPerElementDependencies: either("providesPerElementDependencies"),
    providesEvaluateDiscreteStates: either("providesEvaluateDiscreteStates"),
    canReturnEarlyAfterIntermediateUpdate: either("canReturnEarlyAfterIntermediateUpdate"),
    canNotUseMemoryManagementFunctions: either("canNotUseMemoryManagementFunctions"),
    canHandleEvents: either("canHandleEvents"),
    canRejectSteps: either("canRejectSteps"),
    sourceFiles: context.sourceFiles,
    attributes: { ...element.attributes },
  };
}

/**
 * Reads a child of FMI 1.0's `<Implementation>`: the capabilities stand below it, the identifier on the root; a
 * `<CoSimulation_Tool>` drives the tool that made the FMU. Undefined for any other element.
 */
export function parseImplementation(
  item: XmlElement,
  root: XmlElement,
  read: AttributeReader,
): InterfaceDescription | undefined {
  const isTool = item.name === "CoSimulation_Tool";
  if (!isTool && item.name !== "CoSimulation_StandAlone") return undefined;
  const capabilities = item.children.find((child) => child.name === "Capabilities");
  const attributes = {
    ...capabilities?.attributes,
    modelIdentifier: read.required(root, "modelIdentifier"),
    ...(isTool && { needsExecutionTool: "true" }),
  };
  const element = { name: item.name, attributes, children: [], line: item.line };
  return parseInterface(element, read, { fmiMajor: 1, sourceFiles: undefined });
}

/** The names in a `<SourceFiles>` of FMI 2.0, relative to `sources/`. */
export function parseSourceFiles(item: XmlElement, read: AttributeReader): string[] {
  return item.children.filter((child) => child.name === "File").map((child) => read.required(child, "name"));
}

/** Reads `<DefaultExperiment>`; times in seconds. */
export function parseDefaultExperiment(element: XmlElement, read: AttributeReader): DefaultExperiment {
  return {
    startTime: read.number(element, "startTime"),
    stopTime: read.number(element, "stopTime"),
    tolerance: read.number(element, "tolerance"),
    stepSize: read.number(element, "stepSize"),
  };
}
