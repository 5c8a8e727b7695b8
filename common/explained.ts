import { z } from 'zod';
import { histogramSchema, judgementSchema } from './read-model.ts';

/** How a judgement came about. The schema is the API's. */

export const workingSchema = z.object({
  title: z.string(),
  lines: z.array(z.string()).describe('formulas with their numbers filled in'),
});
/** A formula with its numbers filled in, line by line. */
export type Working = z.output<typeof workingSchema>;

export const explainedSchema = z.object({
  judgement: judgementSchema.describe('as it is stored'),
  workings: z.array(workingSchema).describe("the share of the budget, then each test's limit, p-value and effect"),
  histogram: histogramSchema.nullable().describe('both sides; null where their panes are not stored any more'),
  notes: z.array(z.string()).describe('what is missing, or comes out otherwise than it is stored'),
  explanation: z
    .unknown()
    .describe('every number: sides, bins, level, tests with their workings and the tail of the null; or null'),
});
export type ExplainedJudgement = z.output<typeof explainedSchema>;
