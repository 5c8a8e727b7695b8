import { z } from 'zod';

/**
 * What the API answers and the console shows, derived from the tables. The schemas are the API's: OpenAPI is made from
 * them. All times are milliseconds since 1970-01-01T00:00Z and event times unless the name says otherwise; those of an
 * operational incident are of the wall clock.
 */

const count = z.number().int().nonnegative();
const timeMs = z.number();
const json = z.record(z.string(), z.unknown());

export const verdictCountsSchema = z.object({ valid: count, coerced: count, flagged: count, rejected: count });
export type VerdictCounts = z.output<typeof verdictCountsSchema>;

export const summarySchema = z.object({
  pipeline: z.string(),
  totals: verdictCountsSchema.extend({
    read: count.describe('messages; read = valid + coerced + flagged + rejected'),
    duplicates: count.describe('flagged events whose id was seen before'),
    late: count.describe('accepted after their pane was closed'),
    predictions: count,
    labels: count,
  }),
  firstEventTime: timeMs.nullable(),
  eventTime: timeMs.nullable().describe('how far the stream has come: the greatest watermark'),
  lastCommitAt: timeMs.nullable().describe('wall clock of the last commit'),
  eventsPerSecond: z.number().nullable().describe('over the last minute of commits; null while nothing was committed'),
  references: count.describe('of model versions and files; without one nothing can be judged'),
  windowsJudged: count,
  lastWindowEnd: timeMs.nullable(),
  openIncidents: count,
  partitions: z.array(
    z.object({
      source: z.string(),
      partition: count,
      role: z.string(),
      nextOffset: count,
      read: count,
      watermark: timeMs,
      committedAt: timeMs,
    }),
  ),
});
export type Summary = z.output<typeof summarySchema>;

export const timelineSchema = z.object({
  bucketMs: count.describe('an hour, or a day where the stream is longer than 16 days'),
  buckets: z.array(verdictCountsSchema.extend({ start: timeMs })),
});
export type Timeline = z.output<typeof timelineSchema>;

export const windowSchema = z.object({
  comparison: z.string(),
  windowStart: timeMs,
  windowEnd: timeMs,
  judgements: count,
  alarms: count,
  n: count.describe('events in the window'),
});
export type JudgedWindow = z.output<typeof windowSchema>;

export const judgementSchema = z.object({
  comparison: z.string(),
  windowStart: timeMs,
  windowEnd: timeMs,
  segment: z.string().describe('empty: all events'),
  feature: z.string(),
  revision: count,
  referenceId: z.string(),
  nReference: count,
  nCurrent: count,
  statistic: z.string(),
  value: z.number().nullable(),
  critical: z.number().nullable().describe('what it would have had to exceed; null where it could not be judged'),
  pValue: z.number().nullable(),
  alarm: z.boolean(),
  why: z.string(),
  detail: json,
});
export type Judgement = z.output<typeof judgementSchema>;

export const driftSchema = z.object({
  latest: z.array(judgementSchema).describe('the newest judgement of each feature and comparison over all events'),
  strips: z
    .array(
      z.object({
        comparison: z.string(),
        windowStarts: z.array(timeMs),
        windowMs: count,
        features: z.array(
          z.object({
            feature: z.string(),
            ratios: z
              .array(z.number().nullable())
              .describe('value / critical, one a window; null where it was not judged'),
            alarms: z.array(z.boolean()),
            alarmedSegments: z.array(count).describe('segments with an alarm in the window'),
          }),
        ),
      }),
    )
    .describe('features × windows, one strip a comparison'),
});
export type Drift = z.output<typeof driftSchema>;

export const histogramSchema = z.object({
  kind: z.enum(['numeric', 'categorical']),
  bins: z.array(
    z.object({
      label: z.string(),
      from: z.number().nullable().describe('numeric: lower edge; null in the lower tail'),
      to: z.number().nullable().describe('numeric: upper edge; null in the upper tail'),
      reference: z.number().describe('share of the reference'),
      current: z.number().describe('share of the window'),
    }),
  ),
  nReference: count,
  nCurrent: count,
});
export type Histogram = z.output<typeof histogramSchema>;

export const featureViewSchema = z.object({
  feature: z.string(),
  segment: z.string(),
  comparison: z.string(),
  series: z.array(
    z.object({
      windowStart: timeMs,
      windowEnd: timeMs,
      n: count,
      statistic: z.string(),
      value: z.number().nullable(),
      critical: z.number().nullable(),
      alarm: z.boolean(),
    }),
  ),
  judgement: judgementSchema.nullable().describe('of the window that was asked for, or the newest'),
  histogram: histogramSchema.nullable().describe('the window against its reference; null where no profile is kept'),
});
export type FeatureView = z.output<typeof featureViewSchema>;

export const segmentViewSchema = z.object({
  segment: z.string(),
  comparison: z.string(),
  windowStart: timeMs,
  n: count,
  alarms: count,
  worstFeature: z.string(),
  worstRatio: z.number().nullable(),
});
export type SegmentView = z.output<typeof segmentViewSchema>;

export const incidentSchema = z.object({
  id: z.string(),
  state: z.enum(['open', 'acknowledged', 'snoozed', 'closed']).describe('as of its last entry'),
  kind: z.string().describe('the foremost of kinds'),
  kinds: z.array(z.string()).describe('drift, quality, performance, prediction, operational'),
  title: z.string().describe('the cause in one sentence'),
  cause: z.string().describe('the kind of story that explains it: unit, missing, new-category, ...'),
  severity: z.string(),
  features: z.array(z.string()),
  segment: z.string().describe('for people'),
  segments: z.array(z.string()).describe('keys; the empty text is all events'),
  comparison: z.string().describe('under which it was found first'),
  alsoIn: z.array(z.string()).describe('other comparisons under which it was seen, too'),
  since: timeMs.describe('start of the first window that alarmed'),
  openedAt: timeMs,
  updatedAt: timeMs,
  closedAt: timeMs.nullable(),
  acknowledgedBy: z.string().nullable(),
  snoozedUntil: timeMs.nullable(),
  effect: z.number().nullable().describe('the greatest so far'),
  actions: z.array(z.string()).describe('taken because of it, in order'),
});
export type Incident = z.output<typeof incidentSchema>;

export const incidentDetailSchema = incidentSchema.extend({
  log: z.array(z.object({ seq: count, at: timeMs, kind: z.string(), text: z.string() })),
  judgements: z.array(judgementSchema).describe('its evidence, worst first'),
  document: json.describe('the incident as it is stored'),
});
export type IncidentDetail = z.output<typeof incidentDetailSchema>;

export const modelVersionSchema = z.object({
  version: z.string(),
  role: z.string(),
  registeredAt: timeMs.nullable(),
  artifactId: z.string().nullable().describe('hash of the artifact'),
  features: z.array(z.string()).describe('that it reads'),
  importance: z.record(z.string(), z.number()).describe('share of each feature in what the model knows'),
  lineage: json.describe('data set, code, parameters, job'),
  metrics: z.record(z.string(), z.number()),
  history: z.array(
    z.object({
      at: timeMs,
      kind: z.string().describe('registered, role or compared'),
      role: z.string().nullable(),
      decision: z.string().nullable().describe('of a comparison: promote, refuse or wait'),
      why: z.string().nullable(),
      evidence: json,
    }),
  ),
});
export const modelSchema = z.object({
  model: z.string(),
  champion: z.string().nullable(),
  versions: z.array(modelVersionSchema).describe('newest first'),
});
export type ModelVersion = z.output<typeof modelVersionSchema>;
export type Model = z.output<typeof modelSchema>;

export const performancePointSchema = z.object({
  model: z.string(),
  version: z.string(),
  slot: z.string().describe('champion, or challenger:VERSION'),
  windowStart: timeMs,
  windowMs: count,
  n: count,
  positives: count,
  logLoss: z.number().nullable(),
  brier: z.number().nullable(),
  auc: z.number().nullable(),
  meanPrediction: z.number().nullable(),
});
export type PerformancePoint = z.output<typeof performancePointSchema>;

export const jobSchema = z.object({
  id: z.string(),
  state: z.string(),
  model: z.string().nullable(),
  queuedAt: timeMs,
  updatedAt: timeMs,
  seconds: z.number().nullable(),
  attempt: z.number().nullable(),
  version: z.string().nullable(),
  incident: z.string().nullable(),
  why: z.string().nullable(),
  rows: z.number().nullable(),
  error: z.string().nullable(),
  document: json,
});
export type Job = z.output<typeof jobSchema>;

export const deadLetterGroupSchema = z.object({
  reason: z.string(),
  path: z.string(),
  count,
  replayed: count.describe('of these, sent again by a replay'),
  example: z.object({
    source: z.string(),
    partition: count,
    offset: count,
    arrivalTime: timeMs.nullable(),
    message: z.string(),
    payload: z.string().describe('the first 400 characters'),
    payloadBytes: count,
    replayed: z.boolean().describe('it was sent again'),
    replayOf: z
      .string()
      .nullable()
      .describe('it is itself a replay: source/partition/offset of the dead letter before'),
  }),
});
export type DeadLetterGroup = z.output<typeof deadLetterGroupSchema>;

export const intakeSourceSchema = z.object({
  source: z.string().describe('the topic'),
  role: z.enum(['events', 'labels']),
  connected: z.boolean().describe('a member of the consumer group'),
  partitions: count.describe('owned by this process'),
  messages: count.describe('fetched since its start'),
  messagesPerSecond: z.number().describe('over the last ten seconds'),
  lag: count.describe('messages of these partitions that are not committed, as of the last fetch'),
  lastCommitSeconds: z.number().nullable().describe('how long the last commit took'),
  lastCommitAtMs: timeMs.nullable().describe('wall clock'),
  rebalances: count.describe('times the group was joined, the first included'),
  tombstones: count.describe('passed over'),
});
export type IntakeSource = z.output<typeof intakeSourceSchema>;

export interface FeatureQuery {
  readonly feature: string;
  readonly comparison?: string;
  readonly segment?: string;
  /** Start of the window to look at; default: the newest. */
  readonly windowStart?: number;
}

/** The questions of the API and the console. Each costs a few small queries; callers keep the answers for a moment. */
export interface ReadModel {
  /** Resolves if the store answers. Rejects with STORE_UNAVAILABLE otherwise. */
  ping(): Promise<void>;
  summary(): Promise<Omit<Summary, 'pipeline'>>;
  timeline(): Promise<Timeline>;
  windows(limit: number): Promise<readonly JudgedWindow[]>;
  drift(limit: number): Promise<Drift>;
  feature(query: FeatureQuery): Promise<FeatureView | undefined>;
  segments(limit: number): Promise<readonly SegmentView[]>;
  incidents(limit: number): Promise<readonly Incident[]>;
  incident(id: string): Promise<IncidentDetail | undefined>;
  models(): Promise<readonly Model[]>;
  performance(): Promise<readonly PerformancePoint[]>;
  jobs(limit: number): Promise<readonly Job[]>;
  deadLetters(): Promise<readonly DeadLetterGroup[]>;
}
