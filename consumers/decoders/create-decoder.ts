import type { Clock, Logger, Metrics } from '../../common/ports.ts';
import type { Troubles } from '../../common/trouble.ts';
import type { FormatConfig, RegistryConfig } from '../../config/schema/format.ts';
import { avroFormat } from './avro/format.ts';
import type { DecodeLimits, Decoder } from './decoder.ts';
import type { Format } from './format.ts';
import { jsonSchemaFormat, uncheckedJson } from './json-schema/format.ts';
import { protobufFormat } from './protobuf/format.ts';
import { createRegistryClient } from './registry/client.ts';
import { createRegistryDecoder } from './registry/registry-decoder.ts';
import { createSchemaCache, type SchemaCache } from './registry/schema-cache.ts';
import { createSchemaDecoder } from './schema-decoder.ts';
import { readSchemaFile } from './schema-file.ts';

export interface DecoderDeps {
  /** What the path of a schema starts from. */
  readonly directory: string;
  readonly limits: DecodeLimits;
  readonly troubles: Troubles;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * The decoder that the keys of a format describe; undefined for JSON, which the intake reads by itself: it knows what is asked of
 * an event.
 * @throws TidemarkError FILE_UNREADABLE, CONFIG_INVALID: the schema's file is not there or no schema
 */
export async function createDecoder(config: FormatConfig, deps: DecoderDeps): Promise<Decoder | undefined> {
  const { limits } = deps;
  if (config.format === 'json') return undefined;
  if (config.schema !== undefined) {
    return createSchemaDecoder(await readSchemaFile(config, config.schema, deps), limits);
  }
  const { registry } = config;
  // The pipeline file is checked before: one of the two is there.
  if (registry === undefined) throw new RangeError(`${config.format} has neither schema nor registry`);
  if (config.format === 'json-schema' && !config.validate) return createRegistryDecoder(unread(limits), limits);
  return createRegistryDecoder(cacheOf(registry, formats[config.format](limits), deps), limits);
}

const formats: Readonly<Record<'avro' | 'protobuf' | 'json-schema', (limits: DecodeLimits) => Format>> = {
  avro: avroFormat,
  protobuf: protobufFormat,
  'json-schema': jsonSchemaFormat,
};

function cacheOf(registry: RegistryConfig, format: Format, deps: DecoderDeps): SchemaCache {
  const { url, username, password, timeout, cache, unknownAfter } = registry;
  return createSchemaCache({
    ...deps,
    client: createRegistryClient({ url, username, password, timeoutMs: timeout }),
    format,
    max: cache,
    giveUpMs: unknownAfter,
  });
}

/** JSON can be read without its schema. */
function unread(limits: DecodeLimits): SchemaCache {
  const read = uncheckedJson(limits);
  return { waits: false, get: () => read, wait: async () => undefined };
}
