import { z } from 'zod';
import { calendarKeySchema } from './schema/calendar.ts';
import { type DetectorKind, type DetectorsConfig, detectorsSchema } from './schema/detectors.ts';
import { type EventConfig, eventSchema, type LabelsConfig, labelsSchema } from './schema/event.ts';
import { jointSchema, samplesSchema } from './schema/joint.ts';
import { duration, durationOf, name, timeZone } from './schema/kinds.ts';
import { type ModelConfig, modelSchema } from './schema/model.ts';
import { type OutputConfig, outputSchema } from './schema/output.ts';
import { skewSchema } from './schema/skew.ts';
import { type FileSourceConfig, type HttpSourceConfig, type KafkaSourceConfig, sourceSchema } from './schema/source.ts';

/**
 * The pipeline file. Every key, its unit and its default stand here, in `schema/` and nowhere else: the loader, the JSON
 * Schema for editors and `docs/configuration.md` are made from this.
 */

export type {
  DetectorKind,
  DetectorsConfig,
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
    .enum(['training', 'previous', 'rolling', 'seasonal', 'window', 'skew'])
    .describe(
      'training: the reference of the champion; previous: the window just before; rolling: the sum of the span before; seasonal: earlier windows of the same season; window: a stretch of event time that you choose; skew: training by fixed limits',
    ),
  window: durationOf('1h').describe('event time judged at once; a multiple of windows.pane'),
  over: duration
    .optional()
    .describe('rolling, seasonal: how far back the earlier windows lie; default: 7d for rolling, 4w for seasonal'),
  season: z
    .enum(['hour-of-day', 'hour-of-week', 'day-of-week'])
    .optional()
    .describe(
      'seasonal: what recurs, a window belonging to the season of its start; default: hour-of-week, which for windows of a day and longer is the day of the week',
    ),
  timeZone: timeZone.optional().describe('seasonal: whose clocks tell hours and days; default: UTC'),
  from: z.string().optional().describe('window: its first moment, a date or time in ISO 8601'),
  to: z.string().optional().describe('window: the moment after its last'),
  segments: z.boolean().default(true).describe('judge the segments too'),
  features: z.array(z.string()).optional().describe('what is compared; default: all features and predictions'),
  limits: skewSchema
    .optional()
    .describe('skew: limits in the units of TensorFlow Data Validation, taken as they are and outside of the budget'),
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
  calendar: calendarKeySchema
    .optional()
    .describe(
      'holidays, here or in a YAML file with timeZone and holidays: for rolling and seasonal comparisons, windows on them are compared with earlier holidays, and all others never with holidays',
    ),
  detectors: detectorsSchema
    .prefault({})
    .describe(
      'what watches slices of event time against the reference, one after the other, for changes that no window shows',
    ),
  samples: samplesSchema.prefault({}).describe('rows of events that are kept for looking at several features at once'),
  joint: jointSchema.optional().describe('judge several features at once; without it none are'),
  budget: z
    .strictObject({
      falseAlarmsPerWeek: z
        .number()
        .positive()
        .default(1)
        .describe('alarms a week that chance alone may cause; where there are detectors windows have a fifth of it'),
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
      interval: durationOf('500ms').describe(
        'not for files, which are cut by rows alone so that a run can be repeated',
      ),
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
        'event time for which events, predictions, labels and dead letters are kept; decisions stay',
      ),
      profiles: z
        .strictObject({
          panes: durationOf('30d').describe('those of panes shorter than an hour'),
          hours: durationOf('400d').describe('those of hours, and of panes up to a day'),
          days: durationOf('3650d').describe('those of days, and of longer panes'),
        })
        .prefault({})
        .describe(
          'event time for which profiles are kept, by the length of what they count: panes are summed to hours and days as they close',
        ),
    })
    .prefault({})
    .describe('ClickHouse, in this process or as a server'),
});

/** Once loaded, `calendar` is no path any more. */
export type PipelineConfig = z.output<typeof pipelineSchema>;
export type ComparisonConfig = z.output<typeof comparisonSchema>;
export type ActionConfig = z.output<typeof actionSchema>;
export type AlertConfig = z.output<typeof alertSchema>;
