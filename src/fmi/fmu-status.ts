/** fmi2Status and fmi3Status by number; 5 is of FMI 2.0 alone. */
const STATUS_WORDS = ["ok", "warning", "discard", "error", "fatal", "pending"] as const;

export const STATUS_OK = 0;
export const STATUS_WARNING = 1;
export const STATUS_DISCARD = 2;
export const STATUS_ERROR = 3;
export const STATUS_FATAL = 4;
export const STATUS_PENDING = 5;

/** The standard's word for a status. */
export function statusWord(status: number): string {
  // Statuses come without their sign.
  return STATUS_WORDS[status] ?? `status ${status | 0}`;
}

/** A function of the FMU returned a status with which the simulation cannot go on. */
export class FmuCallError extends Error {
  override readonly name = "FmuCallError";
  readonly functionName: string;
  readonly status: number;

  constructor(functionName: string, status: number) {
    super(`${functionName} returned the status "${statusWord(status)}"`);
    this.functionName = functionName;
    this.status = status;
  }
}

/** The FMU made no instance: why, it can only have said in its log. */
export class NoInstanceError extends FmuCallError {
  constructor(functionName: string) {
    super(functionName, STATUS_ERROR);
    this.message = `${functionName} made no instance`;
  }
}

/** Throws {@link FmuCallError} for every status but ok and warning. */
export function checkStatus(functionName: string, status: number): void {
  if (status > STATUS_WARNING) throw new FmuCallError(functionName, status);
}
