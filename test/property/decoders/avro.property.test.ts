import { isDeepStrictEqual } from 'node:util';
import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { avroFormat } from '../../../consumers/decoders/avro/format.ts';

const limits = { maxBytes: 1e9, maxDepth: 1000, maxFieldBytes: 1e9 };
const compile = (schema: unknown) => avroFormat(limits).compile({ text: JSON.stringify(schema), references: [] });

/** A schema, a value as avsc writes it, and what has to come out. */
interface Case {
  readonly schema: unknown;
  readonly value: unknown;
  readonly expected: unknown;
}

const same = (schema: unknown, values: fc.Arbitrary<unknown>): fc.Arbitrary<Case> =>
  values.map((value) => ({ schema, value, expected: value }));
const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/);
const key = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', 'constructor', 'toString'));
const double = fc.double({ noDefaultInfinity: true });
const object = (entries: readonly (readonly [string, unknown])[]) => {
  const made: Record<string, unknown> = {};
  for (const [at, value] of entries)
    Object.defineProperty(made, at, { value, enumerable: true, configurable: true, writable: true });
  return made;
};

const leaf: fc.Arbitrary<Case> = fc.oneof(
  same('null', fc.constant(null)),
  same('boolean', fc.boolean()),
  same('int', fc.integer()),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => {
    const number = Number(value);
    return { schema: 'long', value, expected: Number.isSafeInteger(number) ? number : value };
  }),
  fc.maxSafeInteger().map((value) => ({ schema: 'long', value: BigInt(value), expected: value })),
  same('float', double.map(Math.fround).filter(Number.isFinite)),
  same('double', double),
  same('string', fc.string({ unit: 'grapheme' })),
  fc.uint8Array().map((bytes) => {
    const value = Buffer.from(bytes);
    return { schema: 'bytes', value, expected: value.toString('base64') };
  }),
);

let names = 0;
const { record } = fc.letrec<{ readonly any: Case; readonly record: Case }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'avro' },
    leaf,
    tie('record'),
    // Items of one schema: those whose values came out with it.
    fc.tuple(leaf, fc.nat({ max: 4 })).map(([item, times]) => ({
      schema: { type: 'array', items: item.schema },
      value: Array(times).fill(item.value),
      expected: Array(times).fill(item.expected),
    })),
    fc.tuple(tie('any'), fc.uniqueArray(key, { maxLength: 4 })).map(([item, keys]) => ({
      schema: { type: 'map', values: item.schema },
      value: object(keys.map((at) => [at, item.value])),
      expected: object(keys.map((at) => [at, item.expected])),
    })),
    fc.tuple(leaf, fc.boolean(), fc.boolean()).map(([item, present, nullFirst]) => {
      if (item.schema === 'null') return item;
      const branch = String(item.schema);
      return {
        schema: nullFirst ? ['null', item.schema] : [item.schema, 'null'],
        value: present ? { [branch]: item.value } : null,
        expected: present ? item.expected : null,
      };
    }),
    fc.uniqueArray(name, { minLength: 1, maxLength: 5 }).chain((symbols) =>
      fc.constantFrom(...symbols).map((symbol) => ({
        schema: { type: 'enum', name: `E${names++}`, symbols },
        value: symbol,
        expected: symbol,
      })),
    ),
  ),
  record: fc
    .uniqueArray(fc.tuple(fc.oneof(name, fc.constant('constructor')), tie('any')), {
      maxLength: 5,
      selector: ([at]) => at,
    })
    .map((fields) => ({
      schema: {
        type: 'record',
        name: `R${names++}`,
        fields: fields.map(([at, { schema }]) => ({ name: at, type: schema })),
      },
      value: object(fields.map(([at, { value }]) => [at, value])),
      expected: object(fields.map(([at, { expected }]) => [at, expected])),
    })),
}));

const encode = ({ schema, value }: Case): Buffer =>
  avsc.Type.forSchema(schema as never, { wrapUnions: true, registry: { long: exactLong } }).toBuffer(value);

/** Numbers beyond 2^52 lose their last bit when avsc writes them by itself. */
const exactLong = avsc.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer(value: bigint) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : Number(a > b)),
});

describe('Avro', () => {
  it('comes out as avsc wrote it', () => {
    fc.assert(
      fc.property(record, (one) => {
        const decoded = compile(one.schema)(encode(one), 0);
        // `constructor` may be a field: matchers that look at it cannot compare.
        expect(decoded.ok && isDeepStrictEqual(decoded.value, one.expected)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('never throws and never hangs on bytes that are damaged, cut off or random', () => {
    const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(record, bytes, fc.nat(), fc.nat({ max: 255 }), (one, random, at, byte) => {
        const read = compile(one.schema);
        const damaged = Buffer.from(encode(one));
        if (damaged.length > 0) damaged[at % damaged.length] = byte;
        for (const body of [random, damaged, damaged.subarray(0, at % (damaged.length + 1))]) {
          const decoded = read(body, 0);
          if (!decoded.ok) expect(decoded.violation.code).not.toBe('internal');
        }
      }),
      { numRuns: 400 },
    );
  });

  it('takes nothing that is cut off or has bytes behind it', () => {
    fc.assert(
      fc.property(record, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 3 }), (one, at, behind) => {
        const body = encode(one);
        const read = compile(one.schema);
        if (body.length > 0) expect(read(body.subarray(0, at % body.length), 0).ok).toBe(false);
        expect(read(Buffer.concat([body, behind]), 0).ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});
