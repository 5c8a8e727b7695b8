import type { ReadPayload } from './payload.ts';

/** A schema with everything it refers to. */
export interface SchemaText {
  readonly text: string;
  /** Each once, in an order in which each knows those before it; `name` is how the others call it. */
  readonly references: readonly { readonly name: string; readonly text: string }[];
}

/** How events of one format are decoded by a schema of the registry. */
export interface Format {
  /** As the registry calls it. */
  readonly schemaType: 'AVRO' | 'PROTOBUF' | 'JSON';
  /** @throws Error where the schema cannot be read */
  compile(schema: SchemaText): ReadPayload;
}
