import type { ProfileRow } from '../common/rows.ts';
import { type ArrowColumn, arrowColumn, encodeArrow } from './arrow-encode.ts';
import type { ArrowFile, Store } from './client.ts';

/** Counts of one feature over one pane and segment. */
export type PaneRow = Omit<ProfileRow, 'chunkId'>;

/** Rows of `profiles`. */
export function encodeProfiles(rows: readonly ProfileRow[]): ArrowFile {
  return encodeArrow(
    [
      dictionaryOf(
        'chunk_id',
        rows.map(({ chunkId }) => chunkId),
      ),
      ...paneColumns(rows),
    ],
    rows.length,
  );
}

/** Panes that are sealed already, as they are. */
export async function writeSealedPanes(store: Store, rows: readonly PaneRow[], revision: number): Promise<void> {
  const revisions = arrowColumn.int64('revision', new Float64Array(rows.length).fill(revision));
  if (rows.length > 0)
    await store.insertArrow('sealed_profiles', encodeArrow([...paneColumns(rows), revisions], rows.length));
}

function paneColumns(rows: readonly PaneRow[]): ArrowColumn[] {
  const numbers = (of: (row: PaneRow) => number) => Float64Array.from(rows, of);
  const texts = (name: string, of: (row: PaneRow) => string) => dictionaryOf(name, rows.map(of));
  const binOffsets = new Int32Array(rows.length + 1);
  const unseenOffsets = new Int32Array(rows.length + 1);
  const binIndex: number[] = [];
  const binCount: number[] = [];
  const unseenValue: string[] = [];
  const unseenCount: number[] = [];
  const distinctOffsets = new Int32Array(rows.length + 1);
  const distinctIndex: number[] = [];
  const distinctRank: number[] = [];
  rows.forEach(({ profile }, at) => {
    const { bins, unseenValues, distinct } = profile;
    for (let bin = 0; bin < bins.length; bin++) {
      if (bins[bin] === 0) continue;
      binIndex.push(bin);
      binCount.push(bins[bin] as number);
    }
    for (const [value, occurrences] of unseenValues) {
      unseenValue.push(value);
      unseenCount.push(occurrences);
    }
    for (const [index, rank] of distinct) {
      distinctIndex.push(index);
      distinctRank.push(rank);
    }
    distinctOffsets[at + 1] = distinctIndex.length;
    binOffsets[at + 1] = binIndex.length;
    unseenOffsets[at + 1] = unseenValue.length;
  });
  return [
    arrowColumn.timestamp(
      'pane',
      numbers(({ paneStartMs }) => paneStartMs),
    ),
    arrowColumn.uint32(
      'pane_ms',
      Uint32Array.from(rows, ({ paneMs }) => paneMs),
    ),
    texts('segment', ({ segment }) => segment),
    texts('feature', ({ feature }) => feature),
    texts('binning', ({ binningId }) => binningId),
    arrowColumn.int64(
      'n',
      numbers(({ profile }) => profile.n),
    ),
    arrowColumn.int64(
      'missing',
      numbers(({ profile }) => profile.missing),
    ),
    arrowColumn.int64(
      'invalid',
      numbers(({ profile }) => profile.invalid),
    ),
    arrowColumn.int64(
      'zero',
      numbers(({ profile }) => profile.zero),
    ),
    arrowColumn.int64(
      'nan',
      numbers(({ profile }) => profile.nan),
    ),
    arrowColumn.int64(
      'pos_inf',
      numbers(({ profile }) => profile.posInf),
    ),
    arrowColumn.int64(
      'neg_inf',
      numbers(({ profile }) => profile.negInf),
    ),
    arrowColumn.float64(
      'min',
      numbers(({ profile }) => profile.min),
    ),
    arrowColumn.float64(
      'max',
      numbers(({ profile }) => profile.max),
    ),
    arrowColumn.float64(
      'sum_z',
      numbers(({ profile }) => profile.sumZ),
    ),
    arrowColumn.float64(
      'sum_z2',
      numbers(({ profile }) => profile.sumZ2),
    ),
    arrowColumn.uint16Lists('bin_index', binOffsets, Uint16Array.from(binIndex)),
    arrowColumn.int64Lists('bin_count', binOffsets.slice(), Float64Array.from(binCount)),
    arrowColumn.int64(
      'unseen',
      numbers(({ profile }) => profile.unseen),
    ),
    arrowColumn.textLists('unseen_value', unseenOffsets, unseenValue),
    arrowColumn.int64Lists('unseen_count', unseenOffsets.slice(), Float64Array.from(unseenCount)),
    arrowColumn.uint16Lists('distinct_index', distinctOffsets, Uint16Array.from(distinctIndex)),
    arrowColumn.uint8Lists('distinct_rank', distinctOffsets.slice(), Uint8Array.from(distinctRank)),
  ];
}

function dictionaryOf(name: string, values: readonly string[]): ArrowColumn {
  const codeOf = new Map<string, number>();
  const codes = Int32Array.from(values, (value) => {
    const known = codeOf.get(value);
    if (known !== undefined) return known;
    codeOf.set(value, codeOf.size);
    return codeOf.size - 1;
  });
  return arrowColumn.dictionary(name, codes, [...codeOf.keys()]);
}
