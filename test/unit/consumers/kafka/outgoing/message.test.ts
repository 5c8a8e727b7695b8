import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../../../../common/outgoing.ts';
import { cutToFit, roomOf, sizeOf } from '../../../../../consumers/kafka/outgoing/cut-to-fit.ts';
import { letterMessage, predictionMessage } from '../../../../../consumers/kafka/outgoing/message.ts';

const letter: DeadLetter = {
  source: 'orders',
  partition: 2,
  offset: 41,
  rejectedAtMs: Date.UTC(2026, 2, 1, 12),
  reason: 'type_mismatch',
  path: '/amount',
  message: 'expected a number',
  key: Buffer.from('k'),
  payload: Buffer.from('{}'),
  payloadBytes: 2,
  headers: [{ name: 'trace', value: Buffer.from('t') }],
  contract: 'orders 1',
};

const headersOf = ({
  headers,
}: {
  readonly headers: readonly { readonly name: string; readonly value: Buffer | null }[];
}) => headers.map(({ name, value }) => [name, value?.toString()]);

describe('a dead letter as a message', () => {
  it('has its own headers first and the reason behind them', () => {
    const { key, value, ...rest } = letterMessage(letter, 'shop');
    expect([String(key), String(value)]).toEqual(['k', '{}']);
    expect(headersOf(rest)).toEqual([
      ['trace', 't'],
      ['tidemark.reason', 'type_mismatch'],
      ['tidemark.path', '/amount'],
      ['tidemark.message', 'expected a number'],
      ['tidemark.source', 'orders'],
      ['tidemark.partition', '2'],
      ['tidemark.offset', '41'],
      ['tidemark.contract', 'orders 1'],
      ['tidemark.pipeline', 'shop'],
      ['tidemark.rejected-at', '2026-03-01T12:00:00.000Z'],
    ]);
  });

  it('says how large it was where the store kept a part of it', () => {
    expect(headersOf(letterMessage({ ...letter, payloadBytes: 99 }, 'shop'))).toContainEqual([
      'tidemark.payload-bytes',
      '99',
    ]);
  });

  it('is left as it is while it fits, and is cut no further than needed', () => {
    const message = letterMessage({ ...letter, payload: Buffer.alloc(3000), payloadBytes: 3000 }, 'shop');
    expect(cutToFit(message, 10_000)).toBe(message);
    const cut = cutToFit(message, 2000);
    expect(sizeOf(cut)).toBe(roomOf(2000));
    expect(headersOf(cut)).toContainEqual(['tidemark.payload-bytes', '3000']);
    expect(headersOf(cut)).toContainEqual(['trace', 't']);
  });

  it('gives up the headers that are not ours, then the key, before it gives up the reason', () => {
    const large = Buffer.alloc(5000);
    const withHeader = cutToFit(letterMessage({ ...letter, headers: [{ name: 'x', value: large }] }, 'shop'), 2000);
    expect(headersOf(withHeader)).toContainEqual(['tidemark.headers-left-out', '1']);
    expect([String(withHeader.key), String(withHeader.value)]).toEqual(['k', '{}']);
    const withKey = cutToFit(letterMessage({ ...letter, key: large }, 'shop'), 2000);
    expect(withKey.key).toBeNull();
    expect(headersOf(withKey)).toContainEqual(['tidemark.key-bytes', '5000']);
    expect(headersOf(withKey)).toContainEqual(['tidemark.reason', 'type_mismatch']);
  });
});

describe('a prediction as a message', () => {
  const prediction = {
    offset: 1,
    id: 'ż"1',
    model: 'late',
    version: 'v2',
    slot: 'challenger:v2',
    value: 0.25,
    eventTimeMs: 0,
  };

  it('is JSON keyed by the id', () => {
    const { key, value, headers } = predictionMessage(prediction);
    expect(String(key)).toBe('ż"1');
    expect(headers).toEqual([]);
    expect(JSON.parse(String(value))).toEqual({
      id: 'ż"1',
      model: 'late',
      version: 'v2',
      role: 'challenger',
      value: 0.25,
      eventTime: '1970-01-01T00:00:00.000Z',
    });
  });

  it('has no key without an id, and null for what is no number', () => {
    const { key, value } = predictionMessage({ ...prediction, id: '', value: Number.NaN, slot: 'champion' });
    expect(key).toBeNull();
    expect(JSON.parse(String(value))).toMatchObject({ id: '', role: 'champion', value: null });
  });
});
