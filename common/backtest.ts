import { z } from 'zod';

/**
 * What a pipeline's stored panes give when they are judged again under another configuration. The schema is the API's. Times are
 * event times, ms since 1970.
 */

const count = z.number().int().nonnegative();
const timeMs = z.number();

export const budgetSchema = z.object({
  falseAlarmsPerWeek: z.number().describe('alarms a week that chance alone may cause'),
  minEffect: z.number().describe('smallest Jensen-Shannon distance (base 2) worth an alarm'),
});

/** What is in force: how much an alarm takes, and how many of them an incident. */
export const budgetInForceSchema = budgetSchema.extend({
  open: z.object({ alarms: count, of: count }).describe('windows with an alarm, among so many in a row'),
  closeAfterQuiet: count.describe('windows without alarm'),
});
export type BudgetInForce = z.output<typeof budgetInForceSchema>;

export const backtestIncidentSchema = z.object({
  id: z.string(),
  title: z.string(),
  kind: z.string(),
  cause: z.string(),
  severity: z.string(),
  features: z.array(z.string()),
  segment: z.string().describe('for people: all events, or which of them'),
  comparison: z.string(),
  since: timeMs.describe('start of the first window that alarmed'),
  openedAt: timeMs,
  closedAt: timeMs.nullable().describe('null where it was open at the end'),
});
export type BacktestIncident = z.output<typeof backtestIncidentSchema>;

export const backtestPairSchema = z.object({
  verdict: z.enum(['same', 'only-then', 'only-now']),
  was: backtestIncidentSchema.nullable().describe('as it was'),
  now: backtestIncidentSchema.nullable().describe('as it would have been'),
});
export type BacktestPair = z.output<typeof backtestPairSchema>;

export const backtestSchema = z.object({
  pipeline: z.string(),
  from: timeMs,
  to: timeMs,
  budget: budgetSchema.describe('that was tried'),
  windows: count.describe('judged again'),
  judgements: count,
  alarms: z.object({ was: count, now: count }),
  incidents: z.array(backtestPairSchema).describe('in order of their beginning'),
  notJudged: z
    .array(
      z.object({
        comparison: z.string(),
        what: z.string().describe('features or segments'),
        judgements: count.describe('that could not be made; 0 where nothing was tried'),
        why: z.string(),
      }),
    )
    .describe('what could not be judged again, and why'),
});
export type Backtest = z.output<typeof backtestSchema>;
