/** google.protobuf.Timestamp on the wire. */
export interface TimestampMessage {
  seconds: number;
  nanos: number;
}

/** Seconds since the epoch; `absent` where the client sent no time. */
export function toSeconds(time: TimestampMessage | undefined, absent: number): number {
  return time === undefined ? absent : time.seconds + time.nanos / 1e9;
}

/** Whole microseconds since the epoch; `absent` where the client sent no time. */
export function toMicroseconds(time: TimestampMessage | undefined, absent: number): number {
  return time === undefined ? absent : time.seconds * 1e6 + Math.floor(time.nanos / 1000);
}

/** The message for a time in seconds since the epoch, to the microsecond. */
export function fromSeconds(seconds: number): TimestampMessage {
  const whole = Math.floor(seconds);
  return { seconds: whole, nanos: Math.min(999_999, Math.round((seconds - whole) * 1e6)) * 1000 };
}
