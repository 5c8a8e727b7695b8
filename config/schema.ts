import { z } from 'zod';
import { parseDurationMs } from '../common/duration.ts';

/**
 * The pipeline file. Every key, its unit and its default stand here and nowhere else: the loader, the JSON Schema for
 * editors and `docs/configuration.md` are made from this.
 */

const duration = z
  .string()
  .refine((text) => parseDurationMs(text) !== undefined, 'expected a duration such as 30s, 1m, 6h or 7d')
  .transform((text) => parseDurationMs(text) as number)
  .meta({ title: 'duration' });
const durationOf = (text: string) => duration.prefault(text);
const pointer = z.string().regex(/^(\/[^/]+)+$/, 'expected a JSON pointer such as /id or /user/country');
const name = z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/i, 'expected letters, digits, - and _, beginning with a letter');

const fileSource = z
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

const kafkaSource = z
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

const eventSchema = z.strictObject({
  format: z.enum(['json']).default('json').describe('what the bytes of an event are'),
  id: pointer.optional().describe('names the event across retries of a producer; without it duplicates are not found'),
  time: pointer.describe('the event time: ISO 8601, RFC 2822, or a number of s, ms, us or ns since 1970'),
  arrival: pointer
    .optional()
    .describe('when the event was received; default: what the source knows (Kafka timestamp, HTTP arrival)'),
  tenant: pointer.optional().describe('whose event it is; stored beside it'),
  maxBytes: z
    .number()
    .int()
    .positive()
    .default(1024 * 1024)
    .describe('of one event'),
  maxFieldBytes: z
    .number()
    .int()
    .positive()
    .default(64 * 1024)
    .describe('of one text value'),
  maxDepth: z.number().int().positive().default(64).describe('of nested JSON'),
  earliest: z.string().default('1970-01-01').describe('event times before are rejected'),
  maxAhead: durationOf('366d').describe('event times further ahead of arrival are rejected'),
});

const labelsSchema = z
  .strictObject({
    source: z
      .strictObject({ kafka: kafkaSource.optional(), file: fileSource.optional() })
      .describe('where labels come from: one of kafka, file'),
    id: pointer.describe('the id of the event the label belongs to'),
    value: pointer.describe('the true outcome: a number, or a boolean'),
    time: pointer.describe('when the label became known'),
    horizon: durationOf('2d').describe('a window is measured against labels when it has been over for so long'),
  })
  .describe('true outcomes, which arrive later than the events');

const modelSchema = z.strictObject({
  name: name.describe('what the model is called in the registry, in predictions and in actions'),
  champion: z
    .string()
    .default('latest')
    .describe('a version, or latest: the one the registry has as champion, else the newest'),
  task: z
    .enum(['binary', 'regression'])
    .default('binary')
    .describe('binary: predictions are probabilities of the positive outcome; regression: numbers'),
  baseline: z.string().optional().describe('what the model has to beat, in words'),
  retrain: z
    .strictObject({
      command: z.array(z.string()).min(1).describe('run with --dataset FILE --out DIR appended; relative to this file'),
      window: durationOf('28d').describe('labelled events of so long a time before the decision'),
      minRows: z.number().int().positive().default(1000).describe('with fewer labelled events nothing is trained'),
      runLimit: durationOf('10m').describe('a run that takes longer is ended and has failed'),
    })
    .optional()
    .describe('how a new version is trained'),
  promotion: z
    .strictObject({
      minLabels: z.number().int().positive().default(5000).describe('labelled events scored by both before a decision'),
      confidence: z
        .number()
        .min(0.5)
        .max(0.99999)
        .default(0.99)
        .describe('that the challenger is better, before it becomes champion'),
      maxWait: durationOf('21d').describe('a challenger that has not won by then is refused'),
    })
    .prefault({})
    .describe('when a challenger takes the place of the champion'),
});

const comparisonSchema = z.strictObject({
  against: z
    .enum(['training', 'previous'])
    .describe('training: the reference of the champion; previous: the windows just before'),
  window: durationOf('1h').describe('event time judged at once; a multiple of windows.pane'),
  segments: z.boolean().default(true).describe('judge the segments too'),
  features: z.array(z.string()).optional().describe('what is compared; default: all features and predictions'),
});

const actionSchema = z.strictObject({
  when: z.string().describe('a condition on the incident, such as: severity >= high, or kind == performance'),
  alert: z.array(z.string()).optional().describe('names of alert channels'),
  retrain: z.string().optional().describe('the model to train anew'),
  cooldown: durationOf('6h').describe('the same action is not taken again for the model or channel within this time'),
});

const alertSchema = z.strictObject({
  name: name.describe('what actions call the channel'),
  mail: z
    .strictObject({
      url: z.string().describe('smtp://user:password@host:port'),
      from: z.string().describe('the sender'),
      to: z.array(z.string()).min(1).describe('the receivers'),
    })
    .optional()
    .describe('by SMTP'),
  webhook: z
    .strictObject({ url: z.string().describe('http://... or https://...') })
    .optional()
    .describe('JSON by POST'),
});

export const pipelineSchema = z.strictObject({
  pipeline: name.describe('its name; the database of the store is called after it'),
  source: sourceSchema.describe('where events come from: at least one of kafka, file, http'),
  event: eventSchema.describe('how events are read'),
  contract: z.string().describe('the contract file; relative to this file'),
  reference: z
    .string()
    .optional()
    .describe('a file of ordinary data (Parquet, CSV, NDJSON, Arrow) to compare with while no model brings its own'),
  labels: labelsSchema.optional(),
  segments: z
    .array(
      z.strictObject({
        by: z.array(z.string()).min(1).describe('features whose values together make the slices'),
        top: z.number().int().positive().default(50).describe('so many slices, the most frequent ones'),
        pane: duration.optional().describe('a multiple of windows.pane, for fewer rows; default: windows.pane'),
      }),
    )
    .default([])
    .describe('slices that are profiled apart: the most frequent values of the reference'),
  duplicates: z
    .strictObject({ window: z.number().int().nonnegative().default(100_000).describe('ids kept a partition') })
    .prefault({})
    .describe(
      'an id seen among so many accepted events of the partition before is a duplicate: stored and flagged, not scored or profiled again',
    ),
  models: z.array(modelSchema).default([]).describe('what scores the events'),
  windows: z
    .strictObject({
      pane: durationOf('1m').describe('the smallest slice of event time that profiles are kept for'),
      lateness: durationOf('30s').describe('how long a pane waits for late events before it is judged'),
      idle: durationOf('1m').describe(
        'a partition that is silent for so long (wall clock) holds the others back no more',
      ),
    })
    .prefault({})
    .describe('how event time is cut'),
  drift: z.array(comparisonSchema).default([]).describe('what windows are compared with'),
  budget: z
    .strictObject({
      falseAlarmsPerWeek: z.number().positive().default(1).describe('alarms a week that chance alone may cause'),
      minEffect: z
        .number()
        .nonnegative()
        .default(0.05)
        .describe('smallest Jensen-Shannon distance (base 2) worth an alarm'),
    })
    .prefault({})
    .describe('what an alarm takes'),
  incidents: z
    .strictObject({
      open: z
        .strictObject({
          alarms: z.number().int().positive().default(2).describe('windows with an alarm ...'),
          of: z.number().int().positive().default(3).describe('... among so many in a row'),
        })
        .prefault({})
        .describe('when alarms become an incident'),
      closeAfterQuiet: z.number().int().positive().default(3).describe('windows without alarm'),
    })
    .prefault({})
    .describe('when incidents begin and end'),
  alerts: z.array(alertSchema).default([]).describe('channels by which people are told'),
  actions: z.array(actionSchema).default([]).describe('what incidents cause'),
  flush: z
    .strictObject({
      rows: z.number().int().positive().default(50_000).describe('messages a flush at most'),
      interval: durationOf('1s').describe('not for files, which are cut by rows alone so that a run can be repeated'),
    })
    .prefault({})
    .describe('how much is written at once: whichever of the two comes first'),
  server: z
    .strictObject({
      host: z.string().default('127.0.0.1').describe('address to listen at; 0.0.0.0: all of them'),
      port: z.number().int().min(0).max(65_535).default(8787).describe('0: any free port'),
    })
    .prefault({})
    .describe('API and console'),
  store: z
    .strictObject({
      url: z
        .string()
        .default('embedded:./.tidemark')
        .describe('embedded:DIR (relative to the working directory) or http(s)://user:password@host:port'),
      retention: durationOf('90d').describe(
        'event time for which events, predictions, labels and dead letters are kept; profiles and decisions stay',
      ),
    })
    .prefault({})
    .describe('ClickHouse, in this process or as a server'),
});

export type PipelineConfig = z.output<typeof pipelineSchema>;
export type KafkaSourceConfig = z.output<typeof kafkaSource>;
export type FileSourceConfig = z.output<typeof fileSource>;
export type HttpSourceConfig = z.output<typeof httpSource>;
export type EventConfig = z.output<typeof eventSchema>;
export type LabelsConfig = z.output<typeof labelsSchema>;
export type ModelConfig = z.output<typeof modelSchema>;
export type ComparisonConfig = z.output<typeof comparisonSchema>;
export type ActionConfig = z.output<typeof actionSchema>;
export type AlertConfig = z.output<typeof alertSchema>;
