import { expect, it } from 'vitest';
import { listHeaders } from '../../../../consumers/worker/list-headers.ts';

it('lists every value of a name in order, texts as bytes, and values that are null', () => {
  expect(listHeaders({ a: [Buffer.from('1'), null, '2'], b: null, c: 'x' })).toEqual([
    { name: 'a', value: Buffer.from('1') },
    { name: 'a', value: null },
    { name: 'a', value: Buffer.from('2') },
    { name: 'b', value: null },
    { name: 'c', value: Buffer.from('x') },
  ]);
  expect(listHeaders(undefined)).toEqual([]);
});

it('leaves out what kafkajs puts before the value of a header that is called like a property of every object', () => {
  const raw = Object.fromEntries([['constructor', [Object, Buffer.from('1')]]]);
  expect(listHeaders(raw as unknown as Parameters<typeof listHeaders>[0])).toEqual([
    { name: 'constructor', value: Buffer.from('1') },
  ]);
});
