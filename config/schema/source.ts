import { z } from 'zod';
import { durationOf, name } from './kinds.ts';

export const fileSource = z
  .strictObject({
    path: z
      .string()
      .describe(
        'NDJSON, CSV, Parquet or Arrow, by its ending (.ndjson .jsonl .csv .parquet .arrow); relative to this file',
      ),
    name: name.optional().describe('the source in positions; default: the file name without its ending'),
    ratePerSecond: z.number().positive().optional().describe('events a second; default: as fast as they are stored'),
  })
  .describe('a file, read once from its beginning to its end');

export const kafkaSource = z
  .strictObject({
    brokers: z.array(z.string()).min(1).describe('host:port, at least one'),
    topic: z.union([z.string(), z.array(z.string()).min(1)]).describe('one topic or several'),
    group: z.string().describe('consumer group; workers of one group share the partitions'),
    start: z
      .enum(['earliest', 'latest'])
      .default('earliest')
      .describe('where to begin when the group has no committed offset'),
    clientId: z.string().default('tidemark').describe('what brokers call this client in their logs'),
    sessionTimeout: durationOf('30s').describe('a member that is silent for so long is expelled'),
    ssl: z.boolean().default(false).describe('speak TLS to the brokers'),
    sasl: z
      .strictObject({
        mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).describe('as the brokers ask for it'),
        username: z.string().describe('of the client'),
        password: z.string().describe('of the client; take it from the environment'),
      })
      .optional()
      .describe('login'),
    maxBytesPerPartition: z
      .number()
      .int()
      .positive()
      .default(4 * 1024 * 1024)
      .describe('bytes a fetch'),
    maxWait: durationOf('100ms').describe('how long a fetch waits for data'),
  })
  .describe('topics of Apache Kafka');

const httpSource = z
  .strictObject({
    maxBodyBytes: z
      .number()
      .int()
      .positive()
      .default(8 * 1024 * 1024)
      .describe('of one request, after decompression'),
    maxPendingEvents: z
      .number()
      .int()
      .positive()
      .default(100_000)
      .describe('events waiting to be stored before 429 is answered'),
  })
  .describe('POST /v1/pipelines/{pipeline}/events on the server');

export const sourceSchema = z
  .strictObject({ kafka: kafkaSource.optional(), file: fileSource.optional(), http: httpSource.optional() })
  .refine(
    (source) => Object.values(source).some((value) => value !== undefined),
    'expected at least one of kafka, file, http',
  );

export type KafkaSourceConfig = z.output<typeof kafkaSource>;
export type FileSourceConfig = z.output<typeof fileSource>;
export type HttpSourceConfig = z.output<typeof httpSource>;
