import type { DecodeLimits } from '../decoder.ts';
import type { Format } from '../format.ts';
import { payloadReader } from '../payload.ts';
import { compileAvro } from './compile.ts';
import { parseAvro } from './parse.ts';

/** Of a union it is seen event by event. */
const neverObject: readonly string[] = [
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
  'enum',
  'array',
  'fixed',
];

export function avroFormat(limits: DecodeLimits): Format {
  return {
    schemaType: 'AVRO',
    compile({ text, references }) {
      const type = parseAvro(
        text,
        references.map((reference) => reference.text),
      );
      if (neverObject.includes(type.typeName))
        throw new Error(`events are records; this is the schema of a ${type.typeName}`);
      return payloadReader(compileAvro(type), limits);
    },
  };
}
