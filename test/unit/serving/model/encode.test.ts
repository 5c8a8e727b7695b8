import { describe, expect, it } from 'vitest';
import { encode, numberColumn, textColumn } from '../../../../common/columns.ts';
import { createFeatureWriter, type TensorData } from '../../../../serving/model/encode.ts';
import type { InputEncoding } from '../../../../serving/model/signature.ts';

const writer = (encoding: InputEncoding) => createFeatureWriter({ input: 'i', feature: 'f', column: 0, encoding });
const vocabulary: InputEncoding & { kind: 'vocabulary' } = { kind: 'vocabulary', values: ['ATL', 'BOS'], unknown: 0 };
const cell = (data: TensorData, width = 1, column = 0) => ({ data, width, column });
const range = (to: number, rows?: Int32Array) => ({ rows, from: 0, to });

describe('createFeatureWriter', () => {
  it('turns text into positions of the vocabulary plus one, 0 for unknown and absent', () => {
    const data = new Int32Array(5);
    writer(vocabulary)(textColumn(['BOS', 'ATL', 'XXX', null, 'BOS']), range(5), cell(data));
    expect([...data]).toEqual([2, 1, 0, 0, 2]);
  });

  it('follows a dictionary that grows, and keeps two dictionaries apart', () => {
    const write = writer({ ...vocabulary, unknown: -1 });
    const first = textColumn(['XXX', 'ATL']);
    const data = new BigInt64Array(2);
    write(first, range(2), cell(data));
    expect([...data]).toEqual([-1n, 1n]);
    for (let extra = 0; extra < 100; extra++) encode(first.dictionary, `code ${extra}`);
    first.codes[0] = encode(first.dictionary, 'BOS');
    write(first, range(2), cell(data));
    expect([...data]).toEqual([2n, 1n]);
    write(textColumn(['ATL', 'XXX']), range(2), cell(data));
    expect([...data]).toEqual([1n, -1n]);
  });

  it('writes chosen rows into one column of a wider tensor', () => {
    const data = new Float32Array(4);
    writer({ kind: 'number' })(numberColumn([1, 2, 3]), range(2, Int32Array.of(2, 0)), cell(data, 2, 1));
    expect([...data]).toEqual([0, 3, 0, 1]);
  });

  it('casts numbers, and takes what the type cannot hold for absent', () => {
    const values = numberColumn([1.9, -1.9, Number.NaN, 1e300, null]);
    const write = writer({ kind: 'number', missing: 7 });
    const long = new BigInt64Array(5);
    write(values, range(5), cell(long));
    expect([...long]).toEqual([1n, -1n, 7n, 7n, 7n]);
    const int = new Int32Array(5);
    write(values, range(5), cell(int));
    expect([...int]).toEqual([1, -1, 7, 7, 7]);
    const double = new Float64Array(5);
    write(values, range(5), cell(double));
    expect([...double]).toEqual([1.9, -1.9, Number.NaN, 1e300, 7]);
    const bool = new Uint8Array(3);
    write(numberColumn([0, 1, null]), range(3), cell(bool));
    expect([...bool]).toEqual([0, 1, 1]);
  });

  it('keeps milliseconds exact in int64', () => {
    const data = new BigInt64Array(1);
    writer({ kind: 'number', missing: 0 })(numberColumn([981_000_000_123]), range(1), cell(data));
    expect(data[0]).toBe(981_000_000_123n);
  });

  it('passes text on', () => {
    const data = ['', ''];
    writer({ kind: 'text', missing: 'none' })(textColumn(['a', null]), range(2), cell(data));
    expect(data).toEqual(['a', 'none']);
  });
});
