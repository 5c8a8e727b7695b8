import { z } from 'zod';
import { duration } from './kinds.ts';

export const samplesSchema = z.strictObject({
  perPane: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(32)
    .describe('events of each pane, chosen by chance from their position; 0: none are kept'),
});

export const jointSchema = z.strictObject({
  window: duration
    .optional()
    .describe('event time judged at once, that of a comparison against training; default: that of the first one'),
  features: z
    .array(z.string())
    .min(2)
    .max(40)
    .optional()
    .describe('what is taken together, 40 at most; default: the first 40 of all features and predictions'),
});
