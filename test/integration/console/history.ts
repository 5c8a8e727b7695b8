import {
  type CauseKind,
  type EntryKind,
  entryOf,
  type Incident,
  type IncidentEntry,
  type Severity,
} from '../../../actions/incidents/incident.ts';
import type { Job } from '../../../actions/jobs/job.ts';
import { createRandom } from '../../../common/random.ts';
import { type Judgement, type JudgementKind, judgementId } from '../../../drift/judge/judgement.ts';
import { type EntryBody, encodeEntry, type Role, type RoleCause } from '../../../serving/registry/entry.ts';
import type { Store } from '../../../store/client.ts';

import { dayMs, firstDayMs, iso, kilometreDays, missingDays, newAirportDay, referenceDays } from './stream.ts';

export interface HistoryInput {
  readonly days: number;
  /** Rows in `events`. */
  readonly events: number;
  readonly judgements: readonly Judgement[];
}

const streamStartMs = firstDayMs + referenceDays * dayMs;
const dayStart = (day: number): number => streamStartMs + day * dayMs;

/** Chunks, events, dead letters, incidents, jobs, versions and their performance. */
export async function fillHistory(store: Store, input: HistoryInput): Promise<void> {
  const perDay = Math.floor(input.events / input.days);
  await store.insertRows('chunks', chunkRows(input.days, perDay));
  await store.command(
    `INSERT INTO \`${store.database}\`.events (source, partition, offset, epoch, event_time, arrival_time, id, tenant, verdict, violations, duplicate, late)
     SELECT 'flights', 0, number, 1, fromUnixTimestamp64Milli(toInt64({start:Int64} + intDiv(number * {span:Int64}, {events:Int64}))), NULL,
            toString(number), '', multiIf(number % 97 = 0, 2, number % 11 = 0, 1, 0), '', 0, 0
     FROM numbers({events:UInt64})`,
    { start: streamStartMs, span: input.days * dayMs, events: input.days * perDay },
  );
  await store.insertRows('dead_letters', deadLetterRows(input.days, perDay));
  await store.insertRows('incident_log', incidentRows(input));
  await store.insertRows('job_log', jobRows(input.days));
  await store.insertRows('model_log', modelRows(input.days));
  await store.insertRows('performance', performanceRows(input.days));
}

function chunkRows(days: number, perDay: number): object[] {
  return Array.from({ length: days }, (_, day) => {
    const from = day * perDay;
    const rejected = Math.round(perDay / 400);
    const flagged = Math.floor(perDay / 97);
    const coerced = Math.floor(perDay / 11);
    const to = from + perDay;
    return {
      source: 'flights',
      partition: 0,
      chunk_id: `flights/0/${from}-${to}@1`,
      role: 'events',
      from_offset: from,
      to_offset: to,
      epoch: 1,
      flush: day,
      read: perDay,
      valid: perDay - rejected - flagged - coerced,
      coerced,
      flagged,
      rejected,
      duplicates: 3,
      late: 0,
      predictions: perDay - rejected,
      labels: 0,
      profile_rows: 44,
      panes: [dayStart(day)],
      watermark: iso(dayStart(day + 1) - 1),
      committed_at: iso(Date.UTC(2026, 10, 23, 12) + day * 150),
    };
  });
}

const letters = [
  {
    reason: 'json_syntax',
    path: '',
    message: 'expected JSON, found the end of the text at byte 61',
    payload: '{"id": "81", "scheduled": "2001-03-02T06:15", "carrier": "AA", ',
  },
  {
    reason: 'type_mismatch',
    path: '/distance',
    message: 'expected a number, found "n/a"',
    payload: '{"id":"4711","scheduled":"2001-04-11T17:05","origin":"ORD","distance":"n/a"}',
  },
  {
    reason: 'bad_time',
    path: '/scheduled',
    message: 'expected a time, found "32/13/2001"',
    payload: '{"id":"9112","scheduled":"32/13/2001","origin":"DEN","distance":731}',
  },
  {
    reason: 'missing',
    path: '/origin',
    message: 'expected a text, found nothing',
    payload: '{"id":"1207","scheduled":"2001-02-19T09:40","origin":null,"distance":404}',
  },
] as const;

function deadLetterRows(days: number, perDay: number): object[] {
  const random = createRandom(11);
  return Array.from({ length: days * 6 }, () => {
    const u = random.next();
    const letter = letters[Math.floor(u * u * letters.length)] as (typeof letters)[number];
    return {
      source: 'flights',
      partition: 0,
      offset: random.below(days * perDay),
      epoch: 1,
      arrival_time: null,
      ...letter,
      violations: JSON.stringify([{ code: letter.reason, path: letter.path, message: letter.message }]),
      key: '',
      payload_bytes: letter.payload.length,
      contract: 'flights@1',
    };
  });
}

interface Told {
  readonly id: string;
  readonly kind: JudgementKind;
  readonly cause: CauseKind;
  readonly title: string;
  readonly severity: Severity;
  readonly feature: string;
  readonly segments: readonly string[];
  readonly segment: string;
  readonly fromDay: number;
  readonly toDay: number;
  readonly actions: readonly string[];
}

const told: readonly Told[] = [
  {
    id: 'a41f09c2',
    kind: 'drift',
    cause: 'unit',
    title: 'distance (origin DEN and SLC) reads like kilometres: values are about 1.61 times those of the reference',
    severity: 'high',
    feature: 'distance',
    segments: ['origin=DEN', 'origin=SLC'],
    segment: 'origin DEN and SLC',
    fromDay: kilometreDays.from,
    toDay: kilometreDays.to,
    actions: ['mail to ml-owners', 'job 77c1 trains late anew'],
  },
  {
    id: '5be2d110',
    kind: 'quality',
    cause: 'missing',
    title: 'destination is missing in 12 % of events; in the reference it never is',
    severity: 'medium',
    feature: 'destination',
    segments: [''],
    segment: 'all events',
    fromDay: missingDays.from,
    toDay: missingDays.to,
    actions: ['mail to ml-owners'],
  },
  {
    id: 'c0ffee42',
    kind: 'drift',
    cause: 'new-category',
    title: 'destination has the new value XNA in 3 % of events, which the model has never seen',
    severity: 'medium',
    feature: 'destination',
    segments: [''],
    segment: 'all events',
    fromDay: newAirportDay,
    toDay: Number.POSITIVE_INFINITY,
    actions: ['mail to ml-owners'],
  },
];

function incidentRows({ days, judgements }: HistoryInput): object[] {
  return told
    .filter(({ fromDay }) => fromDay + 2 <= days)
    .flatMap((one) => lifeOf(one, days, judgements))
    .map(({ incidentId, seq, at, kind, incident }) => ({
      incident_id: incidentId,
      seq,
      at: iso(at),
      kind,
      state: JSON.stringify(incident),
    }));
}

function lifeOf(one: Told, days: number, judgements: readonly Judgement[]): IncidentEntry[] {
  const alarms = judgements.filter(
    ({ alarm, comparison, feature, segment, windowStart }) =>
      alarm &&
      comparison === 'training:1d' &&
      feature === one.feature &&
      (segment === '' || one.segments.includes(segment)) &&
      windowStart >= dayStart(one.fromDay) &&
      windowStart < dayStart(Math.min(one.toDay, days)),
  );
  const openedAt = dayStart(one.fromDay + 2);
  const opened: Incident = {
    id: one.id,
    kind: one.kind,
    kinds: [one.kind],
    features: [one.feature],
    segment: one.segment,
    segments: one.segments,
    comparison: 'training:1d',
    status: 'open',
    since: dayStart(one.fromDay),
    openedAt,
    updatedAt: openedAt,
    closedAt: null,
    cause: one.cause,
    title: one.title,
    severity: one.severity,
    effect: Math.max(0, ...alarms.map(({ detail }) => detail.effect)),
    importance: 0.31,
    evidence: alarms.slice(-50).map(judgementId),
    actions: [],
    acknowledgedBy: null,
    snoozedUntil: null,
    seq: -1,
  };
  const steps = [entryOf(opened, 'opened', openedAt)];
  const step = (kind: EntryKind, at: number, change: Partial<Incident>) => {
    steps.push(entryOf((steps.at(-1) as (typeof steps)[number]).incident, kind, at, change));
  };
  one.actions.forEach((_, at) => {
    step('action', openedAt + 1000 * (at + 1), { actions: one.actions.slice(0, at + 1) });
  });
  const closedAt = dayStart(one.toDay + 3);
  if (one.toDay + 3 <= days) step('closed', closedAt, { status: 'closed', closedAt });
  return steps.map(({ entry }) => entry);
}

const retrainedAt = dayStart(kilometreDays.from + 2) + 3000;
const promotedAt = dayStart(kilometreDays.from + 12);

function jobRows(days: number): object[] {
  const at = dayStart(kilometreDays.from + 2);
  if (at > dayStart(days)) return [];
  const job: Job = {
    id: '77c1',
    model: 'late',
    state: 'queued',
    why: told[0]?.title ?? '',
    incidentId: 'a41f09c2',
    requestedAtMs: at,
    attempt: 1,
    dataset: '5d1b'.repeat(16),
    datasetRows: 66_210,
    datasetFrom: at - 28 * dayMs,
    datasetTo: at,
    command: ['node', 'train.mjs'],
    seconds: null,
    version: null,
    error: null,
  };
  const steps: Job[] = [job, { ...job, state: 'running' }, { ...job, state: 'succeeded', seconds: 8.4, version: '2' }];
  return steps.map((entry, seq) => ({
    job_id: job.id,
    seq,
    at: iso(at + seq * 1000),
    state: entry.state,
    entry: JSON.stringify(entry),
  }));
}

function registered(version: string, rows: number, logLoss: number, job: string | undefined): EntryBody {
  const trainedTo = version === '1' ? streamStartMs : retrainedAt;
  return {
    kind: 'registered',
    artifactId: (version === '1' ? '9f2c' : '41aa').repeat(16),
    reason: job === undefined ? 'first version' : `trained by job ${job}`,
    summary: {
      task: 'binary',
      importance: { distance: 0.31, origin: 0.27, destination: 0.22 },
      lineage: {
        dataset: { id: '5d1b'.repeat(16), rows, from: trainedTo - 28 * dayMs, to: trainedTo },
        code: 'train.mjs',
        parameters: {},
        ...(job === undefined ? {} : { job }),
      },
      metrics: { trainRows: rows, holdoutRows: Math.round(rows / 5), logLoss, auc: 0.7, baselineLogLoss: 0.512 },
      holdoutWindows: [],
      features: ['distance', 'origin', 'destination'],
    },
  };
}

function modelRows(days: number): object[] {
  const evidence = {
    labels: 21_760,
    champion: { logLoss: 0.4803 },
    challenger: { logLoss: 0.4494 },
    difference: -0.0309,
    interval: [-0.0391, -0.0226],
  };
  const reason = 'version 2 is better than 1 with confidence 0.99 on 21,760 labelled events';
  const role = (name: Role, cause: RoleCause, why: string): EntryBody => ({
    kind: 'role',
    role: name,
    cause,
    reason: why,
  });
  const waits = 'not enough labels yet: 2,380 of 5,000';
  const log: readonly (readonly [string, number, EntryBody])[] = [
    ['1', streamStartMs - dayMs, registered('1', 74_400, 0.4712, undefined)],
    ['1', streamStartMs - dayMs, role('champion', 'registered', 'first version')],
    ['2', retrainedAt, registered('2', 66_210, 0.4401, '77c1')],
    ['2', retrainedAt, role('challenger', 'registered', 'trained by job 77c1')],
    [
      '2',
      retrainedAt + 3 * dayMs,
      { kind: 'compared', champion: '1', decision: 'wait', evidence: { labels: 1190 }, reason: waits },
    ],
    [
      '2',
      retrainedAt + 4 * dayMs,
      { kind: 'compared', champion: '1', decision: 'wait', evidence: { labels: 2380 }, reason: waits },
    ],
    ['2', promotedAt, { kind: 'compared', champion: '1', decision: 'promote', evidence, reason }],
    ['2', promotedAt, role('champion', 'promoted', reason)],
    ['1', promotedAt, role('retired', 'replaced', 'version 2 took its place')],
  ];
  return log
    .filter(([, at]) => at <= dayStart(days))
    .map(([version, atMs, body], at) => encodeEntry({ model: 'late', seq: at + 1, atMs, version, body }))
    .map(({ atMs, ...row }) => ({ ...row, at: iso(atMs) }));
}

function performanceRows(days: number): object[] {
  const random = createRandom(5);
  const retrainedDay = kilometreDays.from + 3;
  const promotedDay = kilometreDays.from + 12;
  const point = (day: number, version: string, slot: string, logLoss: number) => ({
    window_start: iso(dayStart(day)),
    window_ms: dayMs,
    model: 'late',
    version,
    slot,
    revision: 1,
    n: 2380,
    positives: 447,
    log_loss: logLoss,
    brier: logLoss * 0.31,
    mean_prediction: 0.19,
    auc: 0.7 - logLoss / 10,
  });
  return Array.from({ length: Math.max(0, days - 2) }, (_, day) => {
    const kilometres = day >= kilometreDays.from && day < kilometreDays.to ? 0.035 : 0;
    const first = 0.452 + 0.008 * random.normal() + kilometres + day * 0.0002;
    const second = 0.441 + 0.007 * random.normal();
    if (day < retrainedDay) return [point(day, '1', 'champion', first)];
    if (day < promotedDay) return [point(day, '1', 'champion', first), point(day, '2', 'challenger:2', second)];
    return [point(day, '2', 'champion', second)];
  }).flat();
}
