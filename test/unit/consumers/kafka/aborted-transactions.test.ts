import { expect, it } from 'vitest';
import { type FetchedPartition, markAborted } from '../../../../consumers/kafka/aborted-transactions.ts';

type Message = FetchedPartition['messages'][number];

const record = (offset: number, producerId: string, inTransaction = true): Message => ({
  offset: String(offset),
  key: Buffer.from([0, 0, 0, 0]),
  isControlRecord: false,
  batchContext: { producerId, inTransaction },
});
const marker = (offset: number, producerId: string, type: 'abort' | 'commit'): Message => ({
  ...record(offset, producerId),
  key: Buffer.from([0, 0, 0, type === 'abort' ? 0 : 1]),
  isControlRecord: true,
});

/** Offsets that are read, where these transactions were aborted. */
function readOf(messages: readonly Message[], aborted: readonly (readonly [producerId: string, first: number])[]) {
  const partition: FetchedPartition = {
    messages,
    abortedTransactions: aborted.map(([producerId, first]) => ({ producerId, firstOffset: String(first) })),
  };
  markAborted(partition);
  expect(partition.abortedTransactions).toEqual([]);
  return partition.messages.filter(({ isControlRecord }) => !isControlRecord).map(({ offset }) => Number(offset));
}

it('passes over aborted records, the transactions listed by their ends', () => {
  const messages = [
    record(0, 'a'),
    record(1, 'b'),
    record(2, 'c'),
    marker(3, 'b', 'abort'),
    record(4, 'a'),
    marker(5, 'a', 'abort'),
    marker(6, 'c', 'commit'),
  ];
  expect(
    readOf(messages, [
      ['b', 1],
      ['a', 0],
    ]),
  ).toEqual([2]);
});

it('passes over transactions that began before what was fetched', () => {
  const messages = [record(12, 'b'), marker(13, 'a', 'abort'), marker(14, 'b', 'abort'), record(15, 'b')];
  expect(
    readOf(messages, [
      ['a', 3],
      ['b', 4],
    ]),
  ).toEqual([15]);
});

it('passes over an aborted transaction whose end is not fetched yet', () => {
  expect(readOf([record(7, 'a'), record(8, 'b', false), record(9, 'a')], [['a', 7]])).toEqual([8]);
});

it('reads what the same producer commits before and after', () => {
  const messages = [
    record(0, 'a'),
    marker(1, 'a', 'commit'),
    record(2, 'a'),
    marker(3, 'a', 'abort'),
    record(4, 'a'),
    marker(5, 'a', 'commit'),
  ];
  expect(readOf(messages, [['a', 2]])).toEqual([0, 4]);
});

it('takes no record for a marker, whatever its key', () => {
  expect(readOf([record(0, 'a'), record(1, 'a', false), record(2, 'a')], [['a', 0]])).toEqual([1]);
});

it('counts offsets beyond 2^53 exactly', () => {
  const last = { ...record(0, 'a'), offset: '9007199254740993' };
  const partition: FetchedPartition = {
    messages: [last],
    abortedTransactions: [{ producerId: 'a', firstOffset: '9007199254740994' }],
  };
  markAborted(partition);
  expect(last.isControlRecord).toBe(false);
});

it('leaves partitions without aborted transactions as they are', () => {
  const partition: FetchedPartition = { messages: [record(0, 'a')], abortedTransactions: null };
  markAborted(partition);
  expect(partition.messages[0]?.isControlRecord).toBe(false);
});
