import { type Column, numberColumn, textColumn, vectorColumn } from '../../../common/columns.ts';
import type { FeatureField, Frame } from '../../../common/feature.ts';
import { createRandom } from '../../../common/random.ts';
import { embeddings, sentences, type Topic } from './topics.ts';

export const orderFields: readonly FeatureField[] = [
  { name: 'amount', type: 'number' },
  { name: 'review', type: 'string' },
  { name: 'code', type: 'string' },
  { name: 'embedding', type: 'vector', dimension: 16 },
  { name: 'shipped', type: 'timestamp' },
];

export interface OrderChange {
  readonly topic?: Topic;
  readonly shiftCluster?: number;
  /** Added to the time of shipping. */
  readonly shippedLaterMs?: number;
  readonly code?: (number: number) => string;
}

export const minuteMs = 60_000;
export const startMs = Date.UTC(2026, 0, 5);

/** Orders, one in so many ms, with features of every kind. */
export function orders(
  { count, seed, fromMs = startMs, stepMs = 6000 }: { count: number; seed: number; fromMs?: number; stepMs?: number },
  { topic = 'sea', shiftCluster = 0, shippedLaterMs = 0, code = (n) => `OR-${n}` }: OrderChange = {},
) {
  const random = createRandom(seed);
  const timesMs = Float64Array.from({ length: count }, (_, row) => fromMs + row * stepMs);
  const values = {
    amount: Array.from({ length: count }, () => Math.round(100 * Math.exp(random.normal())) / 100),
    review: sentences(topic, count, seed),
    code: Array.from({ length: count }, () => code(100_000 + random.below(900_000))),
    embedding: embeddings({ dimension: 16, count, seed }, { shiftCluster }),
    shipped: Array.from(timesMs, (time) => time - Math.round(3_600_000 * Math.exp(random.normal())) + shippedLaterMs),
  };
  const columns: Column[] = [
    numberColumn(values.amount),
    textColumn(values.review),
    textColumn(values.code),
    vectorColumn(16, values.embedding),
    numberColumn(values.shipped),
  ];
  const frame: Frame = { rows: count, fields: orderFields, columns };
  return { frame, timesMs, values };
}
