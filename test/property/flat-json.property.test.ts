import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFlatReader } from '../../consumers/decoders/flat-json.ts';
import { decodeJson } from '../../consumers/decoders/json.ts';

const limits = { maxBytes: 100_000, maxDepth: 64, maxFieldBytes: 1000 };
const keys = ['id', 'time', 'a', 'b', 'long key'];
const reader = (onlyKeys = false) => {
  const read = createFlatReader({ keys, onlyKeys, ...limits });
  if (read === undefined) throw new Error('these keys can be read flat');
  return read;
};
const wanted = (value: object) => Object.fromEntries(keys.map((key) => [key, (value as Record<string, unknown>)[key]]));

const plainText = fc.stringMatching(/^[ !#-[\]-~]{0,40}$/);
const scalar = fc.oneof(
  plainText,
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(Number),
  fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 9 })).map(([n, k]) => n / 10 ** k),
);
const key = fc.oneof(fc.constantFrom(...keys), fc.constantFrom('x', 'other', '', 'constructor', '__proto__'));
/** Members in any order and with any blanks; a key may stand twice. */
const members = fc.array(fc.tuple(key, scalar), { maxLength: 12 });
const blank = fc.constantFrom('', '', ' ', '\n\t', '  ');

function written(pairs: readonly (readonly [string, unknown])[], gap: string): string {
  const inner = pairs.map(
    ([name, value]) => `${gap}${JSON.stringify(name)}${gap}:${gap}${JSON.stringify(value)}${gap}`,
  );
  return `${gap}{${inner.join(',')}${gap}}${gap}`;
}

describe('createFlatReader', () => {
  it('reads every flat object of plain text as JSON.parse does, and leaves keys that stand twice to the decoder', () => {
    const read = reader();
    fc.assert(
      fc.property(members, blank, (pairs, gap) => {
        const text = written(pairs, gap);
        const found = read(Buffer.from(text));
        const twice = new Set(pairs.map(([name]) => name)).size < pairs.length;
        if (twice) expect(found).toBeUndefined();
        else expect(found && { ...found }).toStrictEqual(wanted(JSON.parse(text) as object));
      }),
      { numRuns: 3000 },
    );
  });

  it('passes nothing that the general decoder would refuse, on random bytes and damaged events', () => {
    const read = reader();
    const damaged = fc
      .tuple(members, blank, fc.nat(), fc.nat({ max: 255 }), fc.boolean())
      .map(([pairs, gap, at, byte, cut]) => {
        const body = Buffer.from(written(pairs, gap));
        const place = at % body.length;
        if (cut) return body.subarray(0, place);
        body[place] = byte;
        return body;
      });
    const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(fc.oneof({ weight: 1, arbitrary: bytes }, { weight: 9, arbitrary: damaged }), (body) => {
        const found = read(body);
        if (found === undefined) return;
        const decoded = decodeJson(body, limits);
        if (!decoded.ok) throw new Error(`passed what is refused: ${decoded.violation.code}`);
        expect({ ...found }).toStrictEqual(wanted(decoded.value));
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['{"a":1}', { a: 1 }],
    ['{}', {}],
    ['{"a":-0,"b":-0.0}', { a: -0, b: -0 }],
    ['{"a":0.1,"b":123456.789}', { a: 0.1, b: 123456.789 }],
    ['{"a":9007199254740993,"b":1e400}', { a: 9007199254740992, b: Number.POSITIVE_INFINITY }],
    ['{"a":5e-324,"b":2.5E+3}', { a: 5e-324, b: 2500 }],
    ['{"a":0.00000000000000000000001}', { a: 1e-23 }],
  ])('reads %s', (text, expected) => {
    const found = reader()(Buffer.from(text));
    expect(found && { ...found }).toStrictEqual({ ...wanted({}), ...expected });
  });

  it.each([
    '{"a":01}',
    '{"a":+1}',
    '{"a":1.}',
    '{"a":.5}',
    '{"a":1e}',
    '{"a":-}',
    '{"a":NaN}',
    '{"a":truely}',
    '{"a":1,}',
    '{,"a":1}',
    '{"a" 1}',
    '{"a":1} x',
    '{"a":1',
    '[1]',
    '"a"',
    '',
    '{"a":{"b":1}}',
    '{"a":[]}',
    '{"a":"\\u0041"}',
    '{"a":"é"}',
    '{"a":"line\nbreak"}',
    '{"a":1,"a":2}',
    '{"x":1,"x":2}',
  ])('leaves %s to the general decoder', (text) => {
    expect(reader()(Buffer.from(text))).toBeUndefined();
  });

  it('leaves nothing of the event before in its record', () => {
    const read = reader();
    read(Buffer.from('{"id":"1","a":5}'));
    expect({ ...read(Buffer.from('{"b":2}')) }).toStrictEqual({ ...wanted({}), b: 2 });
  });

  it('holds the limits of an event and of a text', () => {
    const read = reader();
    expect(read(Buffer.from(`{"a":"${'x'.repeat(1000)}"}`))).toBeDefined();
    expect(read(Buffer.from(`{"a":"${'x'.repeat(1001)}"}`))).toBeUndefined();
    expect(read(Buffer.from(`{"a":1${' '.repeat(100_000)}}`))).toBeUndefined();
  });

  it('leaves events with unknown keys to a caller that has to see them', () => {
    expect(reader(true)(Buffer.from('{"a":1,"x":2}'))).toBeUndefined();
    expect(reader(true)(Buffer.from('{"a":1}'))).toBeDefined();
  });

  it('still reads flat events after thousands that are not', () => {
    const read = reader();
    for (let at = 0; at < 5000; at++) expect(read(Buffer.from('{"a":[1]}'))).toBeUndefined();
    const tries = Array.from({ length: 600 }, () => read(Buffer.from('{"a":1}')) !== undefined);
    expect(tries.at(-1)).toBe(true);
  });

  it('is not made for keys that need escapes or that objects inherit', () => {
    for (const name of ['a"b', 'back\\slash', 'ü', 'constructor', '__proto__']) {
      expect(createFlatReader({ keys: [name], onlyKeys: false, ...limits })).toBeUndefined();
    }
  });

  it('knows texts that repeat, and gives each its own', () => {
    const read = reader();
    for (let round = 0; round < 3; round++) {
      for (let at = 0; at < 5000; at++) {
        const id = `e${at}`;
        expect(read(Buffer.from(`{"id":"${id}","a":"site-${at % 7}"}`))).toMatchObject({ id, a: `site-${at % 7}` });
      }
    }
  });
});
