import { type Column, createNumberColumn, createTextColumn, encode, setPresent } from '../common/columns.ts';
import type { Frame } from '../common/feature.ts';
import { createRandom, type Random } from '../common/random.ts';
import { everything } from '../common/segment.ts';
import type { emptyProfile } from '../drift/profile/merge.ts';
import type { Profile } from '../drift/profile/profile.ts';
import { accumulate, createProfileSet, profileOf } from '../drift/profile/profile-set.ts';
import { buildReference } from '../drift/reference/build-reference.ts';
import { contentOf, type Reference, referenceOf } from '../drift/reference/reference.ts';
import { referenceFromJson, referenceToJson } from '../drift/reference/reference-json.ts';
import type { PaneRow } from '../store/profile-encode.ts';

export const hourMs = 3_600_000;
/** A Monday. */
export const referenceStartMs = Date.UTC(2026, 0, 5);
const referenceHours = 4 * 7 * 24;
export const streamStartMs = referenceStartMs + referenceHours * hourMs;

/** Shapes of features; the texts are drawn by Zipf's law. Three of ten features are texts. */
const numbers: readonly ((random: Random) => number)[] = [
  (random) => random.normal(),
  (random) => Math.exp(0.8 * random.normal()),
  (random) => (random.next() < 0.4 ? 0 : Math.exp(random.normal())),
  (random) => Math.floor(20 * random.next() ** 2),
  (random) => random.normal() / Math.max(1e-6, Math.abs(random.normal())),
  (random) => 1e6 + 30 * random.normal(),
  (random) => (random.next() < 0.5 ? 0 : 1000) + 0.1 * random.normal(),
];
const categories: readonly number[] = [6, 40, 230];

interface Shape {
  readonly kind: 'number' | 'text';
  draw(column: Column, rows: number, random: Random): void;
}

const shapes: readonly Shape[] = [
  ...numbers.map(
    (draw): Shape => ({
      kind: 'number',
      draw(column, rows, random) {
        for (let row = 0; row < rows; row++) if (column.kind === 'number') column.values[row] = draw(random);
      },
    }),
  ),
  ...categories.map(
    (count): Shape => ({
      kind: 'text',
      draw(column, rows, random) {
        if (column.kind !== 'text') return;
        for (let row = 0; row < rows; row++)
          column.codes[row] = encode(column.dictionary, `value ${Math.floor(count * random.next() ** 3)}`);
      },
    }),
  ),
];

/** A reference of four weeks of hours, with so many features: ten shapes, over and over, each with counts of its own. */
export function benchReference(features: number, rowsAnHour: number): Reference {
  const rows = referenceHours * rowsAnHour;
  const random = createRandom(1);
  const columns = shapes.map((shape) => drawn(shape, rows, random));
  const frame: Frame = {
    rows,
    fields: shapes.map(({ kind }, at) => ({ name: `shape${at}`, type: kind === 'number' ? 'number' : 'string' })),
    columns,
  };
  const timesMs = Float64Array.from({ length: rows }, (_, row) => referenceStartMs + (row / rowsAnHour) * hourMs);
  const base = buildReference({ frame, timesMs, origin: 'bench', segments: [], windowsMs: [hourMs] });
  return many(base, features);
}

function many(base: Reference, features: number): Reference {
  const copies = Array.from({ length: Math.ceil(features / shapes.length) }, () =>
    // Read anew each time, so that no two features share an array.
    contentOf(referenceFromJson(referenceToJson(base))),
  );
  const named = (shape: string, copy: number) => `f${copy * shapes.length + Number(shape.slice(5))}`;
  const all = new Map(
    copies.flatMap(({ profiles }, copy) =>
      [...(profiles.get(everything) ?? [])].map(([name, profile]) => [named(name, copy), profile] as const),
    ),
  );
  const [first] = base.nulls;
  return referenceOf({
    ...contentOf(base),
    features: copies.flatMap((content, copy) =>
      content.features.map((feature) => ({ ...feature, name: named(feature.name, copy) })),
    ),
    profiles: new Map([[everything, all]]),
    nulls: [
      {
        windowMs: hourMs,
        windows: first?.windows ?? 0,
        series: new Map([
          [
            everything,
            new Map(
              copies.flatMap(({ nulls }, copy) =>
                [...(nulls[0]?.series.get(everything) ?? [])].map(
                  ([name, series]) => [named(name, copy), series] as const,
                ),
              ),
            ),
          ],
        ]),
        tails: new Map(
          copies.flatMap(({ nulls }, copy) =>
            [...(nulls[0]?.tails ?? [])].map(
              ([key, tail]) => [key.replace(/shape\d+$/, (shape) => named(shape, copy)), tail] as const,
            ),
          ),
        ),
      },
    ],
  });
}

/** The panes of one hour: every feature of the reference drawn anew from its shape. */
export function panesOfHour(reference: Reference, startMs: number, rows: number): PaneRow[] {
  const random = createRandom(startMs / hourMs);
  return reference.features.map(({ name, binning }, at): PaneRow => {
    const shape = shapes[at % shapes.length] as Shape;
    const profile = profiled(binning, drawn(shape, rows, random), rows);
    return { paneStartMs: startMs, paneMs: hourMs, segment: everything, feature: name, binningId: binning.id, profile };
  });
}

function profiled(binning: Parameters<typeof emptyProfile>[0], column: Column, rows: number): Profile {
  const set = createProfileSet(binning, 1);
  accumulate(set, column, new Int32Array(rows), rows);
  return profileOf(set, 0);
}

function drawn(shape: Shape, rows: number, random: Random): Column {
  const column = shape.kind === 'number' ? createNumberColumn(rows) : createTextColumn(rows);
  shape.draw(column, rows, random);
  for (let row = 0; row < rows; row++) setPresent(column.validity, row);
  return column;
}
