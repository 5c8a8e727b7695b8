import { z } from 'zod';
import { parseTimestampMs } from '../../common/timestamp.ts';
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

/** ms since 1970 where a time is given. */
const start = z
  .string()
  .refine(
    (text) => text === 'earliest' || text === 'latest' || (text.includes('-') && parseTimestampMs(text) !== undefined),
    'expected earliest, latest or a time such as 2026-01-31T08:00:00Z',
  )
  .transform((text) => (text === 'earliest' || text === 'latest' ? text : (parseTimestampMs(text) as number)))
  .meta({ title: '`earliest`, `latest` or a time (ISO 8601)' });

const tls = z
  .strictObject({
    ca: z
      .string()
      .optional()
      .describe(
        'file (PEM) of the authority that signed the certificates of the brokers; relative to this file; default: those that Node trusts',
      ),
    cert: z.string().optional().describe('file (PEM) of the certificate of this client, where brokers ask for one'),
    key: z.string().optional().describe('file (PEM) of its private key, without a passphrase'),
    servername: z.string().optional().describe('name in the certificates of the brokers, where it is not their host'),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), 'expected cert and key together');

export const kafkaSource = z
  .strictObject({
    brokers: z.array(z.string()).min(1).describe('host:port, at least one'),
    topic: z
      .union([z.string(), z.array(z.string()).min(1)])
      .describe('one topic or several, with any numbers of partitions'),
    group: z.string().describe('consumer group; workers of one group share the partitions'),
    start: start
      .prefault('earliest')
      .describe(
        'where to begin in a topic of which the group has committed nothing: a time is the first message with that timestamp or a later one',
      ),
    clientId: z.string().default('tidemark').describe('what brokers call this client in their logs'),
    sessionTimeout: durationOf('30s').describe('a member that is silent for so long is expelled'),
    connectionTimeout: durationOf('3s').describe('how long to wait for a connection to a broker, TLS included'),
    requestTimeout: durationOf('30s').describe('how long to wait for the answer of a broker'),
    metadataMaxAge: durationOf('1m').describe('partitions that are added to a topic are noticed after so long at most'),
    tombstones: z
      .enum(['skip', 'reject'])
      .default('skip')
      .describe('a message with a key and no value is passed over and counted, or becomes a dead letter'),
    ssl: z
      .union([z.boolean(), tls])
      .default(false)
      .describe('speak TLS to the brokers; keys where more than true is to be said'),
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
