/** A square matrix's pattern and values by columns: rows of column j are `rows[starts[j]]` to `rows[starts[j + 1] - 1]`. */
export interface ColumnMatrix {
  readonly n: number;
  readonly starts: Int32Array;
  readonly rows: Int32Array;
  readonly values: Float64Array;
}

/** A zero matrix with the pattern of the rows' columns (all, where absent), the diagonal added. Indices out of range are ignored. */
export function createColumnMatrix(n: number, sparsity?: readonly ArrayLike<number>[]): ColumnMatrix {
  const columns = Array.from({ length: n }, (_, j) => new Set<number>(sparsity === undefined ? [] : [j]));
  for (let i = 0; i < n; i++) {
    const row = sparsity === undefined ? columns.keys() : Array.from(sparsity[i] ?? []);
    for (const j of row) columns[j]?.add(i);
  }
  const starts = new Int32Array(n + 1);
  for (const [j, rows] of columns.entries()) starts[j + 1] = (starts[j] as number) + rows.size;
  const rows = new Int32Array(starts[n] as number);
  for (const [j, column] of columns.entries()) {
    rows.set(Int32Array.from(column).sort(), starts[j]);
  }
  return { n, starts, rows, values: new Float64Array(rows.length) };
}

/**
 * Groups of columns of which no two share a row, so that one evaluation serves a whole group: greedy, the fullest columns
 * first (Curtis, Powell, Reid: On the Estimation of Sparse Jacobian Matrices, 1974).
 */
export function colourColumns(matrix: ColumnMatrix): Int32Array[] {
  const { n, starts, rows } = matrix;
  const size = (j: number) => (starts[j + 1] as number) - (starts[j] as number);
  const coloursOfRow: number[][] = Array.from({ length: n }, () => []);
  const groups: number[][] = [];
  const takenBy = new Int32Array(n).fill(-1);
  for (const j of Array.from({ length: n }, (_, index) => index).sort((a, b) => size(b) - size(a))) {
    const column = rows.subarray(starts[j], starts[j + 1]);
    for (const i of column) for (const colour of coloursOfRow[i] ?? []) takenBy[colour] = j;
    let colour = 0;
    while (takenBy[colour] === j) colour += 1;
    for (const i of column) coloursOfRow[i]?.push(colour);
    const group = groups[colour];
    if (group === undefined) groups[colour] = [j];
    else group.push(j);
  }
  return groups.map((group) => Int32Array.from(group));
}
