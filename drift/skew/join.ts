import type { TextColumn } from '../../common/columns.ts';

/** The keys of one side, every row with one, shape `[rows]`. */
export interface Keys {
  readonly column: TextColumn;
  readonly rows: number;
}

/** Which of several rows with one key stands for it. */
export const keepChoices = ['first', 'last'] as const;
export type Keep = (typeof keepChoices)[number];

export interface Duplicates {
  /** Keys that stand on more than one row. */
  readonly keys: number;
  /** Rows that are passed over because of it. */
  readonly rows: number;
  readonly examples: readonly string[];
}

export interface JoinedRows {
  /** Row numbers of the pairs, both shape `[pairs]`, in the order of the training side. */
  readonly training: Int32Array;
  readonly serving: Int32Array;
  /** Rows whose key the other side does not have. */
  readonly trainingOnly: Int32Array;
  readonly servingOnly: Int32Array;
  readonly duplicates: { readonly training: Duplicates; readonly serving: Duplicates };
}

const examplesMax = 3;

/**
 * Joins two sides by their keys, texts that are exactly equal. Of several rows with one key the first or the last counts, on each
 * side by itself; so a key gives one pair at most. O(rows).
 */
export function joinRows(training: Keys, serving: Keys, keep: Keep): JoinedRows {
  const a = rowOfCode(training, keep);
  const b = rowOfCode(serving, keep);
  const { codeOf } = training.column.dictionary;
  const left = new Int32Array(Math.min(a.used, b.used));
  const right = new Int32Array(left.length);
  const partner = new Int32Array(a.rowOf.length).fill(-1);
  const servingOnly: number[] = [];
  b.rowOf.forEach((row, code) => {
    if (row < 0) return;
    const other = codeOf.get(serving.column.dictionary.values[code] as string);
    if (other === undefined || (a.rowOf[other] as number) < 0) servingOnly.push(row);
    else partner[other] = row;
  });
  const trainingOnly: number[] = [];
  let pairs = 0;
  a.rowOf.forEach((row, code) => {
    if (row < 0) return;
    const other = partner[code] as number;
    if (other < 0) {
      trainingOnly.push(row);
      return;
    }
    left[pairs] = row;
    right[pairs++] = other;
  });
  return {
    training: left.subarray(0, pairs),
    serving: right.subarray(0, pairs),
    trainingOnly: Int32Array.from(trainingOnly),
    servingOnly: Int32Array.from(servingOnly),
    duplicates: { training: a.duplicates, serving: b.duplicates },
  };
}

function rowOfCode({ column, rows }: Keys, keep: Keep) {
  const rowOf = new Int32Array(column.dictionary.values.length).fill(-1);
  const again = new Set<number>();
  let extra = 0;
  let used = 0;
  for (let row = 0; row < rows; row++) {
    const code = column.codes[row] as number;
    if (rowOf[code] === -1) {
      used++;
      rowOf[code] = row;
      continue;
    }
    extra++;
    again.add(code);
    if (keep === 'last') rowOf[code] = row;
  }
  const examples = [...again].slice(0, examplesMax).map((code) => column.dictionary.values[code] as string);
  return { rowOf, used, duplicates: { keys: again.size, rows: extra, examples } };
}
