import { z } from 'zod';
import { durationOf, name } from './kinds.ts';

export const modelSchema = z.strictObject({
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

export type ModelConfig = z.output<typeof modelSchema>;
