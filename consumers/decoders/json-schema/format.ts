import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type Violation, ViolationCode } from '../../../common/violation.ts';
import type { DecodeLimits } from '../decoder.ts';
import type { Format, SchemaText } from '../format.ts';
import { decodeJson } from '../json.ts';
import type { ReadPayload } from '../payload.ts';

/** JSON that its schema has to allow. */
export function jsonSchemaFormat(limits: DecodeLimits): Format {
  return { schemaType: 'JSON', compile: (schema) => checkedJson(compileSchema(schema), limits) };
}

/** JSON behind a frame. */
export function uncheckedJson(limits: DecodeLimits): ReadPayload {
  return (payload, at) => decodeJson(payload.subarray(at), limits);
}

function checkedJson(validate: ValidateFunction, limits: DecodeLimits): ReadPayload {
  return (payload, at) => {
    const decoded = decodeJson(at === 0 ? payload : payload.subarray(at), limits);
    if (!decoded.ok || validate(decoded.value)) return decoded;
    return { ok: false, violation: violationOf(validate.errors?.[0], decoded.value) };
  };
}

function violationOf(error: ErrorObject | undefined, event: unknown): Violation {
  const path = error?.instancePath ?? '';
  const detail = error?.keyword === 'additionalProperties' ? ` (${JSON.stringify(error.params)})` : '';
  const message = `the schema says: ${error?.message ?? 'not allowed'}${detail}`.slice(0, 500);
  const value = valueAt(event, path);
  return { code: ViolationCode.SCHEMA_VIOLATED, path, message, value: (JSON.stringify(value) ?? '').slice(0, 200) };
}

function valueAt(event: unknown, pointer: string): unknown {
  let value = event;
  for (const key of pointer.split('/').slice(1)) {
    value = (value as Record<string, unknown>)?.[key.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return value;
}

const options: Options = {
  // What a schema says beyond the standard is for others, and formats are annotations.
  strict: false,
  validateFormats: false,
  logger: false,
  allErrors: false,
};

/**
 * Drafts 6 and 7, 2019-09 and 2020-12, by `$schema`; draft 7 where it says nothing.
 * @throws Error where it is no JSON Schema, of an older draft, or refers to what is not there
 */
function compileSchema({ text, references }: SchemaText): ValidateFunction {
  const schema = JSON.parse(text) as unknown;
  if (typeof schema !== 'boolean' && (schema === null || typeof schema !== 'object'))
    throw new Error('it is no schema');
  const { $schema, $id } = (schema === true || schema === false ? {} : schema) as Readonly<Record<string, unknown>>;
  const ajv = ajvFor(typeof $schema === 'string' ? $schema : '');
  for (const reference of references) {
    const parsed = JSON.parse(reference.text) as object;
    for (const key of keysOf(reference.name, $id)) if (ajv.getSchema(key) === undefined) ajv.addSchema(parsed, key);
  }
  return ajv.compile(schema);
}

/** A reference is called by its name, or by its name relative to the schema's own address. */
function keysOf(name: string, $id: unknown): readonly string[] {
  const base = typeof $id === 'string' && URL.canParse(name, $id) ? new URL(name, $id).href : name;
  return base === name ? [name] : [name, base];
}

function ajvFor($schema: string): Ajv {
  if ($schema.includes('2020-12')) return new Ajv2020(options);
  if ($schema.includes('2019-09')) return new Ajv2019(options);
  if (/draft-0[34]/.test($schema)) throw new Error(`${$schema} is older than draft 6`);
  const ajv = new Ajv(options);
  ajv.addMetaSchema({ ...draft7, $id: 'http://json-schema.org/draft-06/schema#' });
  return ajv;
}

/** What draft 6 allows, draft 7 allows too. */
const draft7 = { $schema: 'http://json-schema.org/draft-07/schema#', type: ['object', 'boolean'] };
