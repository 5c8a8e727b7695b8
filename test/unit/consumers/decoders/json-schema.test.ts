import { describe, expect, it } from 'vitest';
import { ViolationCode } from '../../../../common/violation.ts';
import { jsonSchemaFormat } from '../../../../consumers/decoders/json-schema/format.ts';

const limits = { maxBytes: 10_000, maxDepth: 8, maxFieldBytes: 100 };
const compile = (schema: unknown, references: Readonly<Record<string, unknown>> = {}) =>
  jsonSchemaFormat(limits).compile({
    text: JSON.stringify(schema),
    references: Object.entries(references).map(([name, value]) => ({ name, text: JSON.stringify(value) })),
  });
const json = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('JSON by its JSON Schema', () => {
  const properties = { n: { type: 'integer', minimum: 0 } };
  it.each([
    undefined,
    'http://json-schema.org/draft-06/schema#',
    'http://json-schema.org/draft-07/schema#',
    'https://json-schema.org/draft/2019-09/schema',
    'https://json-schema.org/draft/2020-12/schema',
  ])('is checked by draft %s', ($schema) => {
    const decode = compile({ ...($schema === undefined ? {} : { $schema }), type: 'object', properties });
    expect(decode(json({ n: 1 }), 0)).toEqual({ ok: true, value: { n: 1 } });
    expect(decode(json({ n: -1 }), 0)).toEqual({
      ok: false,
      violation: {
        code: ViolationCode.SCHEMA_VIOLATED,
        path: '/n',
        message: 'the schema says: must be >= 0',
        value: '-1',
      },
    });
  });

  it('is read as JSON first', () => {
    const decode = compile({ type: 'object' });
    expect(decode(Buffer.from('{"a":1,"a":2}'), 0)).toMatchObject({ violation: { code: ViolationCode.DUPLICATE_KEY } });
    expect(decode(Buffer.from('xx{"a":1}'), 2)).toEqual({ ok: true, value: { a: 1 } });
    expect(decode(Buffer.from('{"a"'), 0)).toMatchObject({ violation: { code: ViolationCode.JSON_SYNTAX } });
  });

  it('may refer to others by name, relative to its own address too, and these to one another', () => {
    const references = {
      'zip.json': { type: 'string', pattern: '^[0-9]+$' },
      'http://example.com/address.json': {
        $id: 'http://example.com/address.json',
        properties: { zip: { $ref: 'zip.json' } },
      },
    };
    const schema = { $id: 'http://example.com/order.json', properties: { to: { $ref: 'address.json' } } };
    const decode = compile(schema, references);
    expect(decode(json({ to: { zip: '1' } }), 0).ok).toBe(true);
    expect(decode(json({ to: { zip: 'x' } }), 0)).toMatchObject({ violation: { path: '/to/zip', value: '"x"' } });
  });

  it('is refused where it is none, is too old, or refers to nothing', () => {
    expect(() => compile('text')).toThrow('it is no schema');
    expect(() => compile({ type: 'nothing' })).toThrow();
    expect(() => compile({ $schema: 'http://json-schema.org/draft-04/schema#' })).toThrow('older than draft 6');
    expect(() => compile({ $ref: 'nowhere.json' })).toThrow(/nowhere/);
  });

  it('passes over what it does not know, and formats', () => {
    expect(compile({ 'x-owner': 'a', properties: { t: { format: 'date-time' } } })(json({ t: 'no time' }), 0).ok).toBe(
      true,
    );
  });
});
