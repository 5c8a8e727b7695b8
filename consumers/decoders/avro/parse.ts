import avsc, { type Type, type types } from 'avsc';

/** What a logical type of a schema says beyond its name. */
export interface LogicalAttributes {
  readonly logicalType: string;
  readonly precision?: unknown;
  readonly scale?: unknown;
}

/** A logical type as it stands in the schema; avsc knows none by itself and drops what it does not know. */
export class AnnotatedType extends avsc.types.LogicalType {
  readonly attributes: LogicalAttributes;

  constructor(schema: ConstructorParameters<typeof types.LogicalType>[0], options?: unknown) {
    super(schema, options);
    this.attributes = schema as unknown as LogicalAttributes;
  }
}

const logicalNames = [
  'date',
  'time-millis',
  'time-micros',
  'timestamp-millis',
  'timestamp-micros',
  'timestamp-nanos',
  'local-timestamp-millis',
  'local-timestamp-micros',
  'local-timestamp-nanos',
  'decimal',
  'uuid',
  'duration',
];
const logicalTypes = Object.fromEntries(logicalNames.map((name) => [name, AnnotatedType]));

/**
 * The type of an Avro schema (JSON), whose names may lead into `references`; these come in an order in which each knows those
 * before it.
 * @throws Error where the text is no Avro schema
 */
export function parseAvro(text: string, references: readonly string[] = []): Type {
  const registry: Record<string, Type> = Object.create(null);
  // With `wrapUnions`, avsc accepts every union of the specification; without, it refuses those it could not write.
  const options = { registry, logicalTypes, wrapUnions: true, omitRecordMethods: true } as const;
  for (const reference of references) avsc.Type.forSchema(withoutDefaults(JSON.parse(reference)), options);
  return avsc.Type.forSchema(withoutDefaults(JSON.parse(text)), options);
}

type Schema = Parameters<typeof avsc.Type.forSchema>[0];

/**
 * Defaults are for readers of older data and decide nothing here; but a default of the wrong type, which other libraries let
 * pass, would make the whole schema unusable.
 */
function withoutDefaults(schema: unknown): Schema {
  return strip(schema) as Schema;
}

function strip(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strip);
  if (schema === null || typeof schema !== 'object') return schema;
  const { default: _default, ...rest } = schema as Record<string, unknown>;
  for (const key of ['type', 'items', 'values', 'fields']) if (key in rest) rest[key] = strip(rest[key]);
  return rest;
}
