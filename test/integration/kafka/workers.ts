import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { profilePlanOf } from '../../../cli/runtime/profile-plan.ts';
import { type Base, openBase } from '../../../cli/runtime/runtime.ts';
import { type Logger, type Metrics, noMetrics, silentLogger, systemClock } from '../../../common/ports.ts';
import { loadPipeline } from '../../../config/load.ts';
import { createKafkaSource, type KafkaSourceDeps } from '../../../consumers/kafka/kafka-source.ts';
import { createIntake } from '../../../consumers/worker/intake.ts';
import { createPartitions } from '../../../consumers/worker/partitions.ts';
import { createWorker, type Worker, type WorkerStore } from '../../../consumers/worker/worker.ts';
import { createWorkerStore } from '../../../store/worker-store.ts';

/** A pipeline of events `{id, time, size}` that is read from Kafka. */
export interface PipelineOptions {
  readonly directory: string;
  readonly brokers: string;
  readonly topic: string;
  readonly group: string;
  /** Default: the embedded engine in the directory. */
  readonly storeUrl?: string;
  /** More keys of the source, as YAML in a flow mapping; the session is 6 s where it does not say. */
  readonly source?: string;
  /** Whole lines. */
  readonly lines?: readonly string[];
}

/** Writes the files and returns the path of the pipeline file. */
export function writeKafkaPipeline(options: PipelineOptions): string {
  const {
    directory,
    brokers,
    topic,
    group,
    storeUrl = 'embedded:./store',
    source = 'maxBytesPerPartition: 65536',
    lines = [],
  } = options;
  mkdirSync(directory, { recursive: true });
  const contract = 'contract: sizes\nversion: 1\nfeatures:\n  size: { type: integer, required: true }\n';
  writeFileSync(join(directory, 'contract.yaml'), contract);
  const path = join(directory, 'pipeline.yaml');
  const kafka = `brokers: ["${brokers}"], topic: ${topic}, group: ${group}, maxWait: 50ms`;
  writeFileSync(
    path,
    [
      'pipeline: sizes',
      `source: { kafka: { ${kafka}, ${source.includes('sessionTimeout') ? source : `sessionTimeout: 6s, ${source}`} } }`,
      'event: { format: json, id: /id, time: /time, maxBytes: 100000 }',
      'contract: contract.yaml',
      'windows: { pane: 1m }',
      `store: { url: "${storeUrl}" }`,
      ...lines,
    ].join('\n'),
  );
  return path;
}

export async function openKafkaBase(options: PipelineOptions): Promise<Base> {
  return openBase(await loadPipeline(writeKafkaPipeline(options), {}), options.directory);
}

export interface WorkerSetup {
  readonly store?: (store: WorkerStore) => WorkerStore;
  readonly readAhead?: NonNullable<KafkaSourceDeps['readAhead']>;
  readonly metrics?: Metrics;
  readonly logger?: Logger;
  readonly flushRows?: number;
  readonly flushIntervalMs?: number;
  readonly onCommitted?: (worker: Worker) => Promise<void>;
}

export interface StartedWorker {
  readonly worker: Worker;
  readonly source: ReturnType<typeof createKafkaSource>;
  readonly ended: Promise<void>;
}

/** A worker without monitor and server, started. */
export function startKafkaWorker(base: Base, setup: WorkerSetup = {}): StartedWorker {
  const { config } = base.file;
  const { kafka } = config.source;
  if (kafka === undefined) throw new Error('the pipeline has no topic');
  const { logger = silentLogger, metrics = noMetrics, readAhead } = setup;
  const source = createKafkaSource(kafka, {
    logger,
    metrics,
    role: 'events',
    ...(readAhead === undefined ? {} : { readAhead }),
  });
  const store = createWorkerStore(base.store, Date.now);
  const worker: Worker = createWorker({
    source,
    intake: createIntake({
      event: config.event,
      labels: undefined,
      contract: base.contract,
      paneMs: config.windows.pane,
      latenessMs: config.windows.lateness,
      capacityRows: 1024,
      wantsOutcomes: false,
    }),
    partitions: createPartitions(),
    store: setup.store?.(store) ?? store,
    score: async () => [],
    profilePlan: () => profilePlanOf(config, undefined, base.contract.fields),
    onCommitted: async () => setup.onCommitted?.(worker),
    flushRows: setup.flushRows ?? 300,
    flushIntervalMs: setup.flushIntervalMs ?? 200,
    duplicateWindow: 1000,
    clock: systemClock,
    logger,
    metrics,
    sleep: (ms) => delay(ms),
    random: () => 0.5,
  });
  return { worker, source, ended: worker.run() };
}

export interface Counted {
  /** Events and dead letters in the tables, and what the chunks say. */
  readonly events: number;
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly read: number;
  readonly duplicates: number;
  /** Counted into the profiles of `size` by committed chunks. */
  readonly profiled: number;
  /** Offsets that the chunks of each partition cover, `[from, to)`, in order. */
  readonly ranges: Readonly<Record<string, readonly (readonly [from: number, to: number])[]>>;
}

export async function countKafka(store: Pick<Base['store'], 'query' | 'database'>): Promise<Counted> {
  const table = (name: string) => `\`${store.database}\`.\`${name}\` FINAL`;
  const rows = (sql: string) => store.query<Record<string, string>>(sql);
  const one = async (sql: string) => Number((await rows(sql))[0]?.['n'] ?? 0);
  const letters = await rows(`SELECT reason, count() AS n FROM ${table('dead_letters')} GROUP BY reason`);
  const chunks = await rows(
    `SELECT source, partition, from_offset, to_offset, read, duplicates FROM ${table('chunks')} ORDER BY source, partition, from_offset`,
  );
  const ranges: Record<string, [number, number][]> = {};
  for (const { source, partition, from_offset, to_offset } of chunks) {
    const key = `${source}/${partition}`;
    ranges[key] = [...(ranges[key] ?? []), [Number(from_offset), Number(to_offset)]];
  }
  const sum = (name: string) => chunks.reduce((total, chunk) => total + Number(chunk[name]), 0);
  return {
    events: await one(`SELECT count() AS n FROM ${table('events')}`),
    deadLetters: Object.fromEntries(letters.map(({ reason = '', n }) => [reason, Number(n)])),
    read: sum('read'),
    duplicates: sum('duplicates'),
    profiled: await one(
      `SELECT sum(n) AS n FROM ${table('profiles')} WHERE feature = 'size' AND chunk_id IN (SELECT chunk_id FROM ${table('chunks')})`,
    ),
    ranges,
  };
}

/** The offsets that the ranges cover, where each begins at the end of the one before; throws at a gap or an overlap. */
export function coveredBy(ranges: readonly (readonly [from: number, to: number])[]): number {
  let end = 0;
  for (const [from, to] of ranges) {
    if (from !== end) throw new Error(`a chunk begins at ${from}, the one before ends at ${end}`);
    end = to;
  }
  return end;
}

export const firstMs = Date.parse('2026-03-01T00:00Z');

export function sizeEvent(at: number): string {
  return JSON.stringify({ id: `e${at}`, time: new Date(firstMs + at * 1000).toISOString(), size: at % 7 });
}
