import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeJson } from '../../consumers/decoders/json.ts';
import { findDuplicateKey } from '../../consumers/decoders/json-scan.ts';

const limits = { maxBytes: 1e9, maxDepth: 1000, maxFieldBytes: 1e9 };
const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }));

describe('decodeJson', () => {
  it('agrees with JSON.parse on every object', () => {
    fc.assert(
      fc.property(object, fc.boolean(), (value, indented) => {
        const body = JSON.stringify(value, null, indented ? 2 : 0);
        expect(decodeJson(Buffer.from(body), limits)).toStrictEqual({ ok: true, value: JSON.parse(body) });
      }),
      { numRuns: 500 },
    );
  });

  it('refuses every object with one of its keys written twice', () => {
    fc.assert(
      fc.property(object, fc.string({ unit: 'binary' }), fc.jsonValue(), fc.jsonValue(), (rest, key, one, two) => {
        const inner = JSON.stringify(rest).slice(1, -1);
        const pair = (value: unknown) => `${JSON.stringify(key)}:${JSON.stringify(value)}`;
        const body = `{${[pair(one), inner, pair(two)].filter((part) => part !== '').join(',')}}`;
        expect(decodeJson(Buffer.from(body), limits)).toMatchObject({
          ok: false,
          violation: { code: 'duplicate_key' },
        });
        expect(decodeJson(Buffer.from(`{"list":[1,${body}]}`), limits).ok).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('never throws and never passes what JSON.parse refuses, on random bytes and on damaged events', () => {
    const damaged = fc.tuple(object, fc.nat(), fc.nat({ max: 255 }), fc.boolean()).map(([value, at, byte, cut]) => {
      const body = Buffer.from(JSON.stringify(value));
      const place = at % body.length;
      if (cut) return body.subarray(0, place);
      body[place] = byte;
      return body;
    });
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(fc.oneof(bytes, damaged), (body) => {
        const decoded = decodeJson(body, limits);
        if (decoded.ok) expect(decoded.value).toStrictEqual(JSON.parse(new TextDecoder().decode(body)));
        else expect(decoded.violation.message.length).toBeLessThan(300);
      }),
      { numRuns: 2000 },
    );
  });

  it('finds no duplicate in what JSON.stringify wrote', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ stringUnit: 'binary' }),
        (value) => findDuplicateKey(JSON.stringify(value)) === undefined,
      ),
    );
  });
});
