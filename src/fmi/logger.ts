import { statusWord } from "./fmu-status.ts";
import type { InstanceOptions, LoadedFmu } from "./instance.ts";
import { readString, registerCallback } from "./library.ts";
import { createVariadicLogFormat } from "./log-format.ts";
import { findNativeImporter } from "./native-importer.ts";
import { createReferenceNamer } from "./reference-names.ts";

/**
 * Makes the logger of an FMU (fmi2CallbackLogger, in FMI 3.0 fmi3LogMessageCallback); returns its address. What the FMU logs
 * on a thread of its own goes to stderr; without the native importer, such a call never returns.
 */
export function createLogger({ description }: LoadedFmu, options: InstanceOptions): number {
  const nameReferences = createReferenceNamer(description);
  const tell = (status: number, category: string, text: string) =>
    options.log({ status: statusWord(status), category, text: nameReferences(text) });
  const importer = findNativeImporter();
  if (importer !== undefined) {
    const sink = registerCallback(["int", "uintptr_t", "uintptr_t"], (status, category, text) =>
      tell(Number(status), readString(Number(category)), readString(Number(text))),
    );
    importer.setLog(sink);
    return description.fmiMajor === 3 ? importer.logMessage : importer.logFormatted;
  }
  if (description.fmiMajor === 3) {
    return registerCallback(["uintptr_t", "int", "uintptr_t", "uintptr_t"], (_, status, category, text) =>
      tell(Number(status), readString(Number(category)), readString(Number(text))),
    );
  }
  const variadic = createVariadicLogFormat(process.platform, process.arch);
  return registerCallback(variadic.parameters, (...values) =>
    tell(Number(values[2]), readString(Number(values[3])), variadic.format(values)),
  );
}
