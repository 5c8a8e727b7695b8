import { createMonitor, type Monitor } from '../../../actions/monitor/monitor.ts';
import type { ModelDesk } from '../../../actions/monitor/ports.ts';
import type { Base } from '../../../cli/runtime/base.ts';
import { referencesOf } from '../../../cli/runtime/references.ts';
import { soleLeadership } from '../../../common/leadership.ts';
import { createLiveFeed } from '../../../common/live.ts';
import { noMetrics, silentLogger, systemClock } from '../../../common/ports.ts';
import { pipelineHolidays } from '../../../config/calendar.ts';
import type { PipelineFile } from '../../../config/load.ts';
import { contentOf, type NullSeries, type Reference, referenceOf } from '../../../drift/reference/reference.ts';

const decided = [
  'monitor_state',
  'sealed_profiles',
  'rolled_profiles',
  'judgements',
  'incident_log',
  'action_log',
  'references',
];

const noModels: ModelDesk = {
  models: [],
  champion: () => undefined,
  importance: () => ({}),
  holdout: () => [],
  review: async () => [],
  retrain: async () => '',
};

/** Forgets what was decided, not what was read. */
export async function forget({ store }: Base): Promise<void> {
  for (const table of decided) await store.command(`TRUNCATE TABLE ${store.database}.\`${table}\``);
}

/** A monitor over what the base has stored, by another pipeline file of the same name. */
export async function monitorBy(
  base: Base,
  file: PipelineFile,
  change: (reference: Reference) => Reference = (reference) => reference,
): Promise<Monitor> {
  const references = referencesOf({ ...base, file });
  await references.reload();
  const monitor = createMonitor({
    config: file.config,
    holidays: pipelineHolidays(file.config),
    store: base.stores.monitor,
    performance: base.stores.labels,
    references: {
      current() {
        const reference = references.current();
        return reference === undefined ? undefined : change(reference);
      },
    },
    models: noModels,
    channels: new Map(),
    consoleUrl: () => undefined,
    live: createLiveFeed(),
    clock: systemClock,
    logger: silentLogger,
    metrics: noMetrics,
  });
  await monitor.start(soleLeadership(1));
  return monitor;
}

/** The reference as it was made before earlier windows were compared with. */
export function asOfBefore(reference: Reference): Reference {
  const content = contentOf(reference);
  const strip = (row: ReadonlyMap<string, NullSeries>) =>
    new Map([...row].map(([feature, series]): [string, NullSeries] => [feature, { ...series, earlier: new Map() }]));
  return referenceOf({
    ...content,
    nulls: content.nulls.map(({ series, tails, ...table }) => ({
      ...table,
      series: new Map([...series].map(([segment, row]) => [segment, strip(row)])),
      tails: new Map([...tails].filter(([key]) => /^[a-z]+\/(training|previous)\//.test(key))),
    })),
  });
}

export interface JudgedRow {
  readonly comparison: string;
  readonly startMs: number;
  readonly segment: string;
  readonly feature: string;
  readonly alarm: number;
  readonly why: string;
  readonly n_reference: string;
  readonly value: number;
  readonly critical: number | 'inf';
  readonly reference_id: string;
  readonly detail: string;
}

export async function judgementsOf({ store }: Base): Promise<readonly JudgedRow[]> {
  const rows = await store.query<Omit<JudgedRow, 'startMs'> & { start_ms: string }>(
    `SELECT comparison, toUnixTimestamp64Milli(window_start) AS start_ms, segment, feature, alarm, why, n_reference, value, critical,
       reference_id, detail FROM ${store.database}.judgements FINAL ORDER BY comparison, window_start, segment, feature`,
  );
  return rows.map(({ start_ms, ...row }) => ({ ...row, startMs: Number(start_ms) }));
}

/** A row without the sums of values, which are rounded by the order in which they are added; nothing is decided by them. */
export function exact(row: JudgedRow): string {
  return JSON.stringify({ ...row, detail: JSON.parse(row.detail) }, (key, value: unknown) =>
    key.startsWith('mean') ? undefined : value,
  );
}
