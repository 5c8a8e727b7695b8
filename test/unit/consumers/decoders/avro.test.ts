import avsc from 'avsc';
import { describe, expect, it } from 'vitest';
import { ViolationCode } from '../../../../common/violation.ts';
import { avroFormat } from '../../../../consumers/decoders/avro/format.ts';

const limits = { maxBytes: 10_000, maxDepth: 8, maxFieldBytes: 100 };
const compile = (schema: unknown, references: readonly string[] = [], given = limits) =>
  avroFormat(given).compile({
    text: JSON.stringify(schema),
    references: references.map((text, at) => ({ name: `r${at}`, text })),
  });
const record = (type: unknown) => ({ type: 'record', name: 'R', fields: [{ name: 'x', type }] });
const bytes = (...values: number[]) => Buffer.from(values);

/** The value of field x of the bytes. */
function field(type: unknown, body: Buffer, given = limits): unknown {
  const decoded = compile(record(type), [], given)(body, 0);
  if (!decoded.ok) throw new Error(`${decoded.violation.code} ${decoded.violation.message}`);
  return decoded.value['x'];
}

function refused(type: unknown, body: Buffer, given = limits) {
  const decoded = compile(record(type), [], given)(body, 0);
  if (decoded.ok) throw new Error('expected a violation');
  return decoded.violation;
}

const written = (type: string, value: unknown): Buffer => avsc.Type.forSchema(type as never).toBuffer(value);
const long = (value: bigint): Buffer => {
  let left = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  const out: number[] = [];
  for (; left > 127n; left >>= 7n) out.push(Number(left & 127n) | 128);
  return bytes(...out, Number(left));
};

describe('logical types of Avro', () => {
  it.each([
    [{ type: 'long', logicalType: 'timestamp-millis' }, 981_500_000_123n, '2001-02-06T22:53:20.123Z'],
    [{ type: 'long', logicalType: 'timestamp-millis' }, 1n, '1970-01-01T00:00:00.001Z'],
    [{ type: 'long', logicalType: 'timestamp-micros' }, 981_500_000_123_456n, '2001-02-06T22:53:20.123456Z'],
    [{ type: 'long', logicalType: 'timestamp-micros' }, -1n, '1969-12-31T23:59:59.999999Z'],
    [{ type: 'long', logicalType: 'timestamp-nanos' }, 981_500_000_123_456_789n, '2001-02-06T22:53:20.123456789Z'],
    [{ type: 'long', logicalType: 'local-timestamp-millis' }, 0n, '1970-01-01T00:00:00.000'],
    [{ type: 'long', logicalType: 'local-timestamp-micros' }, 0n, '1970-01-01T00:00:00.000000'],
    [{ type: 'long', logicalType: 'timestamp-millis' }, 2n ** 62n, 2n ** 62n],
    [{ type: 'int', logicalType: 'date' }, 11_323n, '2001-01-01'],
    [{ type: 'int', logicalType: 'date' }, -719_528n, '0000-01-01'],
    [{ type: 'int', logicalType: 'time-millis' }, 61_000n, 61_000],
    [{ type: 'long', logicalType: 'time-micros' }, 61_000_000n, 61_000_000],
    // What contradicts the specification is read as the type beneath.
    [{ type: 'int', logicalType: 'timestamp-millis' }, 5n, 5],
    [{ type: 'long', logicalType: 'of-our-own' }, 5n, 5],
  ])('%j of %s', (type, count, expected) => {
    expect(field(type, long(count))).toBe(expected);
  });

  it.each([
    [2, [0x30, 0x39], 123.45],
    [2, [0xff], -0.01],
    [0, [0x30, 0x39], 12_345],
    [3, [], 0],
    [0, [0x7f, 255, 255, 255, 255, 255, 255, 255, 255], 0x7f_ffff_ffff_ffff_ffffn],
    [2, [0x7f, 255, 255, 255, 255, 255, 255, 255, 255], '23611832414348226068.47'],
    [2, [0x80, 0, 0, 0, 0, 0, 0, 0], '-92233720368547758.08'],
  ])('a decimal of scale %d from %j', (scale, unscaled, expected) => {
    const type = { type: 'bytes', logicalType: 'decimal', precision: 30, scale };
    expect(field(type, Buffer.concat([long(BigInt(unscaled.length)), bytes(...unscaled)]))).toBe(expected);
  });

  it('a decimal, a UUID and a duration in a fixed', () => {
    const fixed = (size: number, rest: object) => ({ type: 'fixed', name: 'F', size, ...rest });
    expect(field(fixed(2, { logicalType: 'decimal', precision: 4, scale: 1 }), bytes(0xff, 0xf6))).toBe(-1);
    const uuid = 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6';
    expect(field(fixed(16, { logicalType: 'uuid' }), Buffer.from(uuid.replaceAll('-', ''), 'hex'))).toBe(uuid);
    const duration = bytes(1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0);
    expect(field(fixed(12, { logicalType: 'duration' }), duration)).toEqual({ months: 1, days: 2, millis: 3 });
    expect(field({ type: 'string', logicalType: 'uuid' }, written('string', uuid))).toBe(uuid);
  });
});

describe('values of Avro', () => {
  it('has longs beyond 2^53 as bigints, to their last digit', () => {
    for (const value of [2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)])
      expect(field('long', long(value))).toBe(value);
    for (const value of [2n ** 53n - 1n, 1n - 2n ** 53n]) expect(field('long', long(value))).toBe(Number(value));
  });

  it('has infinities as texts, and NaN', () => {
    expect(field('double', written('double', Number.POSITIVE_INFINITY))).toBe('Infinity');
    expect(field('float', written('float', Number.NEGATIVE_INFINITY))).toBe('-Infinity');
    expect(field('double', written('double', Number.NaN))).toBeNaN();
  });

  it('has branches of a union without their names, in schemas that hold themselves too', () => {
    const tree = {
      type: 'record',
      name: 'Node',
      fields: [
        { name: 'value', type: ['int', 'string'] },
        { name: 'next', type: ['null', 'Node'] },
      ],
    };
    const body = bytes(0, 2, 2, 2, 2, 0x61, 0);
    expect(compile(tree)(body, 0)).toEqual({ ok: true, value: { value: 1, next: { value: 'a', next: null } } });
  });

  it('has keys of a map that are names of a prototype as data', () => {
    const type = { type: 'map', values: 'int' };
    const body = Buffer.concat([
      bytes(4),
      written('string', '__proto__'),
      bytes(2),
      written('string', 'toString'),
      bytes(4, 0),
    ]);
    const map = field(type, body) as Record<string, unknown>;
    expect(Object.entries(map)).toEqual([
      ['__proto__', 1],
      ['toString', 2],
    ]);
    expect(Object.getPrototypeOf(map)).toBe(Object.prototype);
  });

  it('reads blocks of arrays that give their size', () => {
    expect(field({ type: 'array', items: 'int' }, bytes(3, 4, 2, 4, 2, 6, 0))).toEqual([1, 2, 3]);
  });

  it('resolves names that other schemas give, and passes over defaults that are wrong', () => {
    const money = JSON.stringify({
      type: 'record',
      name: 'Money',
      namespace: 'shop',
      fields: [{ name: 'cents', type: 'long' }],
    });
    const order = {
      type: 'record',
      name: 'Order',
      namespace: 'shop',
      fields: [{ name: 'total', type: 'Money', default: 'none' }],
    };
    expect(compile(order, [money])(bytes(20), 0)).toEqual({ ok: true, value: { total: { cents: 10 } } });
    expect(() => compile(order)).toThrow(/Money/);
  });
});

describe('bytes that are no value of an Avro schema', () => {
  it.each([
    ['int', [], 'the bytes end too early'],
    ['int', [0x80], 'within the number at 0'],
    ['int', [0xfe, 0xff, 0xff, 0xff, 0x1f], 'more than 32 bits'],
    ['long', [255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1], 'more than ten bytes'],
    ['boolean', [7], 'a boolean of 7'],
    ['double', [1, 2, 3], 'the bytes end too early'],
    ['string', [8, 0x61], 'the bytes end too early'],
    ['string', [1], 'a length of -1'],
    [['null', 'int'], [4], 'found number 2'],
    [{ type: 'enum', name: 'E', symbols: ['A'] }, [2], 'found number 1'],
    ['null', [0], '1 bytes are left'],
    [{ type: 'array', items: 'int' }, [0xfe, 0xff, 0xff, 0xff, 0xff, 0x0f, 0], 'the bytes end too early'],
    [{ type: 'array', items: 'null' }, [0xfe, 0xff, 0xff, 0xff, 0xff, 0x0f, 0], 'take no bytes'],
    [{ type: 'map', values: 'null' }, [0xfe, 0xff, 0xff, 0xff, 0x0f, 0], 'the bytes end too early'],
  ])('%j from %j', (type, body, message) => {
    const violation = refused(type, Buffer.from(body));
    expect(violation).toMatchObject({
      code: ViolationCode.MALFORMED,
      path: body.length === 1 && type === 'null' ? '' : expect.stringMatching(/^\/x/),
    });
    expect(violation.message).toContain(message);
    expect(violation.value).toBe(Buffer.from(body).toString('hex'));
  });

  it('are named by their place in the event', () => {
    const type = { type: 'array', items: { type: 'map', values: 'boolean' } };
    const body = Buffer.concat([bytes(4), bytes(0), bytes(2), written('string', 'a/b'), bytes(9)]);
    expect(refused(type, body).path).toBe('/x/1/a~1b');
  });

  it('break the limits of the pipeline', () => {
    const text = written('string', 'ä'.repeat(51));
    expect(refused('string', text)).toMatchObject({ code: ViolationCode.FIELD_TOO_LARGE, path: '/x' });
    expect(refused('bytes', text).code).toBe(ViolationCode.FIELD_TOO_LARGE);
    expect(refused('string', bytes(4, 0xc3, 0x28)).code).toBe(ViolationCode.INVALID_UTF8);
    const deep = { type: 'record', name: 'D', fields: [{ name: 'd', type: ['null', 'D'] }] };
    expect(refused(deep, Buffer.alloc(5000, 2), { ...limits, maxDepth: 1e9 }).code).toBe(ViolationCode.TOO_DEEP);
  });

  it('are those of a schema that is no record', () => {
    expect(() => compile('string')).toThrow('events are records; this is the schema of a string');
    const decoded = compile(['null', record('int')])(bytes(0), 0);
    expect(decoded.ok ? undefined : decoded.violation.code).toBe(ViolationCode.NOT_AN_OBJECT);
  });
});
