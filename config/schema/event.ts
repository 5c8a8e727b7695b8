import { z } from 'zod';
import { formatKeys, registrySchema } from './format.ts';
import { durationOf, pointer } from './kinds.ts';
import { fileSource, kafkaSource } from './source.ts';

export const eventSchema = z.strictObject({
  ...formatKeys,
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
    .describe('of one value of text or bytes'),
  maxDepth: z.number().int().positive().default(64).describe('of objects and lists within one another'),
  earliest: z.string().default('1970-01-01').describe('event times before are rejected'),
  maxAhead: durationOf('366d').describe('event times further ahead of arrival are rejected'),
});

export const labelsSchema = z
  .strictObject({
    source: z
      .strictObject({ kafka: kafkaSource.optional(), file: fileSource.optional() })
      .describe('where labels come from: one of kafka, file'),
    ...formatKeys,
    registry: registrySchema.optional().describe('as for events; default: event.registry'),
    id: pointer.describe('the id of the event the label belongs to'),
    value: pointer.describe('the true outcome: a number, or a boolean'),
    time: pointer.describe('when the label became known'),
    horizon: durationOf('2d').describe('a window is measured against labels when it has been over for so long'),
  })
  .describe('true outcomes, which arrive later than the events');

export type EventConfig = z.output<typeof eventSchema>;
export type LabelsConfig = z.output<typeof labelsSchema>;
