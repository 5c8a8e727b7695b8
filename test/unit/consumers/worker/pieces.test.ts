import { expect, it } from 'vitest';
import type { SourceBatch } from '../../../../common/source.ts';
import { piecesOf } from '../../../../consumers/worker/pieces.ts';

const batchOf = (offsets: readonly number[], nextOffset: number): SourceBatch => ({
  partition: { source: 'topic', partition: 0, role: 'events' },
  messages: offsets.map((offset) => ({ offset, key: null, value: null })),
  nextOffset,
  epoch: 7,
});

it('hands over every message once, each piece up to where the next begins, over gaps of a compacted topic too', () => {
  const pieces = [...piecesOf(batchOf([3, 4, 9, 10, 30], 42), 2)];
  expect(pieces.map(({ messages, nextOffset }) => [messages.map(({ offset }) => offset), nextOffset])).toEqual([
    [[3, 4], 9],
    [[9, 10], 30],
    [[30], 42],
  ]);
  expect(pieces.every(({ epoch }) => epoch === 7)).toBe(true);
});

it('leaves a small batch as it is, an empty one too', () => {
  const small = batchOf([1, 2], 3);
  expect([...piecesOf(small, 2)]).toEqual([small]);
  const empty = batchOf([], 5);
  expect([...piecesOf(empty, 2)]).toEqual([empty]);
});
