import { describe, expect, it } from 'vitest';
import { ViolationCode } from '../../../../common/violation.ts';
import { decodeJson } from '../../../../consumers/decoders/json.ts';

const limits = { maxBytes: 10_000, maxDepth: 8, maxFieldBytes: 100 };
const decode = (body: string | Buffer, given = limits) =>
  decodeJson(typeof body === 'string' ? Buffer.from(body) : body, given);

function refused(body: string | Buffer, given = limits) {
  const decoded = decode(body, given);
  if (decoded.ok) throw new Error('expected a violation');
  return decoded.violation;
}

describe('decodeJson', () => {
  it.each([
    '{}',
    '{"a":1,"b":"x","c":null,"d":true,"e":[1,"two",{"f":[]}]}',
    ' {"a" : "with \\"quotes\\" and \\\\" } ',
    '{"ä":"grün 🟢"}',
    '{"a":"\\u00e4\\ud83d"}',
    '{"a":{"x":1},"b":{"x":1}}',
    '{"toString":"x","constructor":1}',
    '{"a":[["x","x"],"x"]}',
  ])('reads %s as JSON.parse does', (body) => {
    expect(decode(body)).toEqual({ ok: true, value: JSON.parse(body) });
  });

  it('passes over a byte order mark', () => {
    expect(decode('\ufeff{"a":1}')).toEqual({ ok: true, value: { a: 1 } });
  });

  it('keeps __proto__ as data and no prototype is touched', () => {
    const decoded = decode('{"__proto__":{"polluted":true}}');
    expect(decoded.ok && Object.hasOwn(decoded.value, '__proto__')).toBe(true);
    expect(decoded.ok && Object.getPrototypeOf(decoded.value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([
    ['', ViolationCode.JSON_SYNTAX],
    ['  ', ViolationCode.JSON_SYNTAX],
    ['{"a":1', ViolationCode.JSON_SYNTAX],
    ['{"a":NaN}', ViolationCode.JSON_SYNTAX],
    ['{"a":1}{"b":2}', ViolationCode.JSON_SYNTAX],
    ["{'a':1}", ViolationCode.JSON_SYNTAX],
    ['[1]', ViolationCode.NOT_AN_OBJECT],
    ['5', ViolationCode.NOT_AN_OBJECT],
    ['null', ViolationCode.NOT_AN_OBJECT],
    ['"a"', ViolationCode.NOT_AN_OBJECT],
    ['{"a":1,"a":1}', ViolationCode.DUPLICATE_KEY],
    [`{"a":"${'x'.repeat(101)}"}`, ViolationCode.FIELD_TOO_LARGE],
    [`{"a":"${'ä'.repeat(51)}"}`, ViolationCode.FIELD_TOO_LARGE],
    [`{"a":"${'x'.repeat(10_001)}"}`, ViolationCode.EVENT_TOO_LARGE],
    [`{"a":${'['.repeat(8)}${']'.repeat(8)}}`, ViolationCode.TOO_DEEP],
  ])('refuses %s with %s', (body, code) => {
    expect(refused(body).code).toBe(code);
  });

  it.each([
    ['{"a":1,"b":{"c":[{},{"d":1,"d":2}]}}', '/b/c/1/d'],
    ['{"a":1,"\\u0061":2}', '/a'],
    ['{"a/b":"\\"","a/b":2}', '/a~1b'],
    ['{"x":"{\\"a\\":1","__proto__":1,"__proto__":2}', '/__proto__'],
    ['{"a":{"b":"x","c":"y"},"a":1}', '/a'],
    ['{"ä":1,"ä":2}', '/ä'],
    ['{"":1,"":2}', '/'],
  ])('finds the duplicate key of %s at %s', (body, path) => {
    expect(refused(body)).toMatchObject({ code: ViolationCode.DUPLICATE_KEY, path });
  });

  it('names the field that is too large and cuts its value', () => {
    const violation = refused(`{"a":{"b":["${'y'.repeat(500)}"]}}`);
    expect(violation).toMatchObject({ code: ViolationCode.FIELD_TOO_LARGE, path: '/a/b/0' });
    expect(violation.value).toHaveLength(200);
    expect(violation.message).toContain('found 500');
  });

  it('refuses bytes that are no UTF-8, truncated sequences and binary bodies', () => {
    expect(refused(Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d])).code).toBe(
      ViolationCode.INVALID_UTF8,
    );
    expect(refused(Buffer.from('{"a":"ä"}').subarray(0, 7)).code).toBe(ViolationCode.INVALID_UTF8);
    expect(refused(Buffer.from([0, 1, 2, 3])).code).toBe(ViolationCode.JSON_SYNTAX);
  });

  it('survives a depth of 10,000 and of a million, whatever the limit', () => {
    for (const depth of [10_000, 1_000_000]) {
      const given = { maxBytes: 1e7, maxDepth: 1e9, maxFieldBytes: 100 };
      expect(refused(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`, given).code).toBe(ViolationCode.TOO_DEEP);
      expect(refused(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`, given).code).toBe(ViolationCode.TOO_DEEP);
    }
  });

  it('does not count brackets within texts as depth', () => {
    expect(decode(`{"a":"${'[{'.repeat(30)}"}`).ok).toBe(true);
  });
});
