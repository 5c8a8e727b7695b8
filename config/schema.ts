import { z } from 'zod';
import { type EventConfig, eventSchema, type LabelsConfig, labelsSchema } from './schema/event.ts';
import { jointSchema, samplesSchema } from './schema/joint.ts';
import { duration, durationOf, name } from './schema/kinds.ts';
import { type ModelConfig, modelSchema } from './schema/model.ts';
import { type OutputConfig, outputSchema } from './schema/output.ts';
import { type FileSourceConfig, type HttpSourceConfig, type KafkaSourceConfig, sourceSchema } from './schema/source.ts';

/**
 * The pipeline file. Every key, its unit and its default stand here, in `schema/` and nowhere else: the loader, the JSON
 * Schema for editors and `docs/configuration.md` are made from this.
 */

export type {
  EventConfig,
  FileSourceConfig,
  HttpSourceConfig,
  KafkaSourceConfig,
  LabelsConfig,
  ModelConfig,
  OutputConfig,
};

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
  deadLetters: outputSchema
    .optional()
    .describe('a Kafka topic that gets every rejected message once, its bytes, key and headers as they came'),
  predictions: outputSchema.optional().describe('a Kafka topic that gets every prediction once, as JSON'),
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
  samples: samplesSchema.prefault({}).describe('rows of events that are kept for looking at several features at once'),
  joint: jointSchema.optional().describe('judge several features at once; without it none are'),
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
      url: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe('how people reach the console, for links in alerts; default: the address the server listens at'),
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
export type ComparisonConfig = z.output<typeof comparisonSchema>;
export type ActionConfig = z.output<typeof actionSchema>;
export type AlertConfig = z.output<typeof alertSchema>;
