import type { ModelDescription } from "../description/model-description.ts";

/** A rule of the standard that a model description does not keep. */
export interface Finding {
  /** An error may make the simulation wrong or impossible; a warning is bad form. */
  severity: "error" | "warning";
  /** In modelDescription.xml. */
  line: number;
  /** A name for the rule in kebab-case, `start-missing` say. */
  rule: string;
  /** One sentence. */
  message: string;
  /** `FMI 2.0 section 2.2.7` */
  section: string;
}

/** The parts of a model description that the standard gives a section each. */
export type Topic = "root" | "interface" | "units" | "types" | "experiment" | "variables" | "structure";

/** Collects the findings on one model description. */
export interface Findings {
  error(topic: Topic, line: number, rule: string, message: string): void;
  warning(topic: Topic, line: number, rule: string, message: string): void;
  list(): Finding[];
}

// FMI 2.0.5 and FMI 3.0.2. FMI 1.0 has two documents, whose sections agree in number.
const SECTIONS: Readonly<Record<2 | 3, Readonly<Record<Topic, string>>>> = {
  2: {
    ...{ root: "2.2.1", interface: "2.2.1", units: "2.2.2", types: "2.2.3" },
    ...{ experiment: "2.2.5", variables: "2.2.7", structure: "2.2.8" },
  },
  3: {
    ...{ root: "2.4.1", interface: "2.4.2", units: "2.4.3", types: "2.4.4" },
    ...{ experiment: "2.4.6", variables: "2.4.7", structure: "2.4.8" },
  },
};
const MOST_FINDINGS = 1_000;

/** Makes the collector; beyond 1,000 findings it keeps no more. */
export function createFindings({ fmiMajor }: Pick<ModelDescription, "fmiMajor">): Findings {
  const findings: Finding[] = [];
  const add =
    (severity: Finding["severity"]) => (topic: Topic, line: number, rule: string, message: string) => {
      if (findings.length >= MOST_FINDINGS) return;
      const section =
        fmiMajor === 1 ? "FMI 1.0 section 3" : `FMI ${fmiMajor}.0 section ${SECTIONS[fmiMajor][topic]}`;
      findings.push({ severity, line, rule, message, section });
    };
  return {
    error: add("error"),
    warning: add("warning"),
    list: () => [...findings].sort((a, b) => a.line - b.line),
  };
}
