/** Python's level names, as its logging module prints them. */
export type LogLevel = "INFO" | "WARNING" | "ERROR";

const LOGGER = "sv_fmi.modal_app";

/** A log line in the form of Python's `logging.basicConfig`, which the runner on Modal writes. Local time. */
export function pythonLogLine(now: Date, level: LogLevel, text: string): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
  const milliseconds = String(now.getMilliseconds()).padStart(3, "0");
  return `${date} ${time},${milliseconds} [${level}] ${LOGGER}: ${text}`;
}

/** The level for an FMI status in words. */
export function levelOfStatus(status: string): LogLevel {
  if (status === "error" || status === "fatal") return "ERROR";
  return status === "warning" || status === "discard" ? "WARNING" : "INFO";
}
