import { z } from 'zod';
import { duration, durationOf } from './kinds.ts';

export const registrySchema = z
  .strictObject({
    url: z.string().describe('http(s)://host:port, with a path where it has one'),
    username: z.string().optional().describe('login by basic authentication'),
    password: z.string().optional().describe('of the login; take it from the environment'),
    timeout: durationOf('10s').describe('a request that takes longer has failed and is tried again'),
    cache: z.number().int().positive().default(1000).describe('schemas kept in memory'),
    unknownAfter: duration
      .optional()
      .describe('events whose schema the registry has not known for so long are rejected; default: they wait'),
  })
  .describe('a schema registry with the API of Confluent; events then begin with the id of their schema');

/** How bytes become values: the same keys for events and for labels. */
export const formatKeys = {
  format: z.enum(['json', 'avro', 'protobuf', 'json-schema']).default('json').describe('what the bytes are'),
  schema: z
    .string()
    .optional()
    .describe(
      'the file of the schema, where there is no registry: .avsc, .proto or JSON Schema; relative to this file',
    ),
  message: z
    .string()
    .optional()
    .describe('of protobuf with schema: the message, with its package; default: the only one of the file'),
  registry: registrySchema.optional(),
  validate: z
    .boolean()
    .default(false)
    .describe('of json-schema with registry: reject what its schema does not allow; without it the schema is not read'),
} as const;

export type RegistryConfig = z.output<typeof registrySchema>;
export type FormatName = 'json' | 'avro' | 'protobuf' | 'json-schema';

/** What {@link formatKeys} say. */
export interface FormatConfig {
  readonly format: FormatName;
  readonly schema?: string | undefined;
  readonly message?: string | undefined;
  readonly registry?: RegistryConfig | undefined;
  readonly validate: boolean;
}
