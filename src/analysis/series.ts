/** A column of recorded numbers, one per row; booleans are 0 and 1, what is not finite is NaN or an infinity. */
export interface NumberColumn {
  name: string;
  unit: string | undefined;
  values: Float64Array;
}

/** What a run recorded: model time in seconds, never falling (a repeated time is a jump), and columns of its length. */
export interface Series {
  time: Float64Array;
  columns: readonly NumberColumn[];
}
