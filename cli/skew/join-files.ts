import { ErrorCode, TidemarkError } from '../../common/error.ts';
import type { FeatureType, Frame } from '../../common/feature.ts';
import { type Duplicates, joinRows, type Keep } from '../../drift/skew/join.ts';
import { type FeatureSkew, reportSkew } from '../../drift/skew/skew-report.ts';
import { countChunk, createTallies } from '../../drift/skew/tally.ts';
import { type KeyedFile, loadKeyedFile, shownKey } from '../../store/keyed-file.ts';
import { openScratchEngine } from '../../store/scratch-engine.ts';

export interface SkewSide {
  readonly path: string;
  /** What it is called in errors and reports. */
  readonly name: string;
  readonly types?: ReadonlyMap<string, FeatureType>;
}

export interface SkewOptions {
  readonly key: readonly { readonly training: string; readonly serving: string }[];
  readonly keep: Keep;
  readonly tolerance: number;
  readonly maxMismatch: number;
  /** Only these; undefined: all. */
  readonly features: readonly string[] | undefined;
}

interface OneSided {
  readonly rows: number;
  readonly examples: readonly string[];
}

/** What the command prints as JSON. */
export interface SkewReport {
  readonly training: { readonly path: string; readonly rows: number; readonly without_key: number };
  readonly serving: { readonly path: string; readonly rows: number; readonly without_key: number };
  readonly key: readonly string[];
  readonly joined: number;
  readonly training_only: OneSided;
  readonly serving_only: OneSided;
  readonly duplicates: { readonly kept: Keep; readonly training: Duplicates; readonly serving: Duplicates };
  readonly tolerance: number;
  readonly max_mismatch: number;
  readonly failed: number;
  readonly features: readonly FeatureSkew[];
  readonly only_in_training: readonly string[];
  readonly only_in_serving: readonly string[];
}

/** So many values of a side are in memory at once. */
const cellsAtOnce = 1_500_000;
const examplesMax = 3;

/** Joins two files by their keys, piece by piece, and reports how their features differ. */
export async function joinFiles(training: SkewSide, serving: SkewSide, options: SkewOptions): Promise<SkewReport> {
  const engine = openScratchEngine();
  try {
    const load = (side: SkewSide, table: string, key: readonly string[]) =>
      loadKeyedFile(side.path, {
        client: engine.client,
        table,
        key,
        ...(side.types === undefined ? {} : { types: side.types }),
      });
    const left = await load(
      training,
      'training',
      options.key.map((one) => one.training),
    );
    const right = await load(
      serving,
      'serving',
      options.key.map((one) => one.serving),
    );
    checkFeatures(left, right, options.features);
    return await join({ left, right, training, serving, options });
  } finally {
    await engine.close();
  }
}

interface Sides {
  readonly left: KeyedFile;
  readonly right: KeyedFile;
  readonly training: SkewSide;
  readonly serving: SkewSide;
  readonly options: SkewOptions;
}

async function join({ left, right, training, serving, options }: Sides): Promise<SkewReport> {
  const wanted = (name: string): boolean => options.features?.includes(name) ?? true;
  const tallies = createTallies(
    left.fields.filter(({ name }) => wanted(name)),
    right.fields,
  );
  const cells = Math.max(left.rows * (left.fields.length + 1), right.rows * (right.fields.length + 1));
  const parts = Math.max(1, Math.ceil(cells / cellsAtOnce));
  const counts = createCounts();
  for (let part = 0; part < parts; part++) {
    const a = splitKey(await left.read(part, parts), left);
    const b = splitKey(await right.read(part, parts), right);
    const rows = joinRows(a, b, options.keep);
    const keyOf = (side: typeof a) => (row: number) =>
      shownKey(side.column.dictionary.values[side.column.codes[row] as number] as string);
    counts.joined += rows.training.length;
    addOneSided(counts.trainingOnly, rows.trainingOnly, keyOf(a));
    addOneSided(counts.servingOnly, rows.servingOnly, keyOf(b));
    addDuplicates(counts.duplicates.training, rows.duplicates.training);
    addDuplicates(counts.duplicates.serving, rows.duplicates.serving);
    countChunk(tallies, {
      training: a.frame,
      serving: b.frame,
      rows,
      keyOf: keyOf(a),
      tolerance: options.tolerance,
    });
  }
  if (counts.joined === 0) throw nothingJoined(left, right, { training, serving }, options);
  const features = reportSkew(tallies, options.maxMismatch);
  const compared = new Set(features.map(({ name }) => name));
  const others = ({ fields }: KeyedFile) =>
    fields.map(({ name }) => name).filter((name) => !compared.has(name) && wanted(name));
  return {
    training: { path: training.name, rows: left.rows, without_key: left.withoutKey },
    serving: { path: serving.name, rows: right.rows, without_key: right.withoutKey },
    key: options.key.map((one) => (one.training === one.serving ? one.training : `${one.training}=${one.serving}`)),
    joined: counts.joined,
    training_only: counts.trainingOnly,
    serving_only: counts.servingOnly,
    duplicates: { kept: options.keep, ...counts.duplicates },
    tolerance: options.tolerance,
    max_mismatch: options.maxMismatch,
    failed: features.filter(({ failed }) => failed).length,
    features,
    only_in_training: others(left),
    only_in_serving: others(right),
  };
}

function createCounts() {
  const oneSided = () => ({ rows: 0, examples: [] as string[] });
  const duplicates = () => ({ keys: 0, rows: 0, examples: [] as string[] });
  return {
    joined: 0,
    trainingOnly: oneSided(),
    servingOnly: oneSided(),
    duplicates: { training: duplicates(), serving: duplicates() },
  };
}

/** The key is the last column of what was read. */
function splitKey({ rows, columns }: Frame, { fields }: KeyedFile) {
  const column = columns[fields.length];
  if (column?.kind !== 'text') throw new Error('keys are texts');
  return { rows, column, frame: { rows, fields, columns: columns.slice(0, fields.length) } };
}

function addOneSided(
  to: { rows: number; readonly examples: string[] },
  rows: Int32Array,
  keyOf: (row: number) => string,
): void {
  to.rows += rows.length;
  for (const row of rows.subarray(0, examplesMax - to.examples.length)) to.examples.push(keyOf(row));
}

function addDuplicates(to: { keys: number; rows: number; readonly examples: string[] }, more: Duplicates): void {
  to.keys += more.keys;
  to.rows += more.rows;
  for (const key of more.examples.slice(0, examplesMax - to.examples.length)) to.examples.push(shownKey(key));
}

function checkFeatures(left: KeyedFile, right: KeyedFile, features: readonly string[] | undefined): void {
  const both = left.fields.map(({ name }) => name).filter((name) => right.fields.some((field) => field.name === name));
  const unknown = features?.find((name) => !both.includes(name));
  if (unknown === undefined && both.length > 0) return;
  throw new TidemarkError(
    ErrorCode.NOT_FOUND,
    unknown === undefined
      ? 'the two sides have no feature in common beside the key'
      : `the two sides do not both have a feature ${unknown}`,
    {
      place: unknown === undefined ? `${left.path}, ${right.path}` : '--features',
      cure:
        both.length > 0
          ? `Both have: ${both.join(', ')}.`
          : `Training has ${left.fields.map(({ name }) => name).join(', ')}; serving has ${right.fields.map(({ name }) => name).join(', ')}.`,
    },
  );
}

function nothingJoined(
  left: KeyedFile,
  right: KeyedFile,
  { training, serving }: { readonly training: SkewSide; readonly serving: SkewSide },
  { key }: SkewOptions,
): TidemarkError {
  const keys = ({ someKeys, rows }: KeyedFile): string =>
    rows === 0 ? 'no rows' : someKeys.length === 0 ? 'no key at all' : `keys such as ${someKeys.join(', ')}`;
  return new TidemarkError(
    ErrorCode.NOT_FOUND,
    `no key of one side is on the other: training has ${keys(left)}; serving has ${keys(right)}`,
    {
      place: `${training.name}, ${serving.name}`,
      cure: `Check that both sides hold the same events (times too), and that the key (${key.map((one) => one.training).join(', ')}) is written alike; --key names others. To compare distributions without a key: tidemark drift.`,
    },
  );
}
