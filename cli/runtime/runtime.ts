import type { Monitor } from '../../actions/monitor/monitor.ts';
import { watermarkOf } from '../../actions/monitor/watermark.ts';
import { messageOf, TidemarkError } from '../../common/error.ts';
import type { EventIntake } from '../../common/intake.ts';
import { soleLeadership, termOf } from '../../common/leadership.ts';
import { createLiveFeed, type LiveFeed } from '../../common/live.ts';
import { type Logger, type Metrics, systemClock } from '../../common/ports.ts';
import { retry } from '../../common/retry.ts';
import { partitionKey, type SourceStatus } from '../../common/source.ts';
import { createTroubleBoard } from '../../common/trouble.ts';
import type { KafkaElection } from '../../consumers/kafka/election.ts';
import { createPartitions } from '../../consumers/worker/partitions.ts';
import type { Worker, WorkerStatus } from '../../consumers/worker/worker.ts';
import { cleanSpool } from '../../store/spool.ts';
import type { Base } from './base.ts';
import { createDecoders } from './decoders.ts';
import { electionOf } from './election.ts';
import { deskByStore, deskOf, type IncidentDesk } from './incident-desk.ts';
import { lead } from './leading.ts';
import { createModelScoring } from './model-scoring.ts';
import { createMonitorPart, type MonitorPart } from './monitor-part.ts';
import { sleep } from './part.ts';
import { referencesOf } from './references.ts';
import { createSources } from './sources.ts';
import { relayTroubles } from './trouble-relay.ts';
import { applyRoles, createWorkerPart } from './worker-part.ts';

export { type Base, databaseOf, openBase } from './base.ts';

export interface RuntimeOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Read only what has an end, then stop. */
  readonly once: boolean;
  readonly consoleUrl: () => string | undefined;
  /** Called once, when every file is read and committed while another source goes on. */
  readonly onFilesRead?: () => void;
}

/** Worker and monitor of one pipeline in this process. */
export interface Runtime {
  readonly base: Base;
  readonly worker: Worker;
  readonly monitor: Monitor;
  readonly live: LiveFeed;
  readonly intake: EventIntake | undefined;
  /** How it reads from brokers at this moment. */
  readonly sourceStatus: () => readonly SourceStatus[];
  readonly incidents: IncidentDesk;
  /** Whether the monitor has read where it stands, and decides: in an election this takes a moment, or is never so. */
  leads(): boolean;
  /** Makes the roles of the registry those of this process. */
  applyRoles(): Promise<void>;
  run(): Promise<void>;
  /** Ends `run`, see {@link Worker.stop}. */
  stop(): void;
  close(): Promise<void>;
}

export async function openRuntime(base: Base, options: RuntimeOptions): Promise<Runtime> {
  const { config, directory } = base.file;
  const { logger, metrics } = options;
  if (base.store.directory !== undefined) await cleanSpool(base.store.directory);
  const live = createLiveFeed();
  const part = { base, live, logger, metrics };
  const partitions = createPartitions();
  const troubles = createTroubleBoard(systemClock);
  const decoders = await createDecoders(base.file, { troubles, logger, metrics });
  const sources = createSources({
    config,
    decoders,
    directory,
    which: options.once ? 'bounded' : 'all',
    readFrame: base.readFrame,
    progressMs: (id) => partitions.get(id)?.progressMs ?? Number.NEGATIVE_INFINITY,
    logger,
    metrics,
    sleep,
  });
  const references = referencesOf(base);
  const { contract, registry } = base;
  const scoring = createModelScoring({
    config,
    fields: contract.fields,
    registry,
    directory: base.directory,
    metrics,
  });
  const apply = () => applyRoles(scoring, references);
  await apply();
  const monitoring = createMonitorPart({
    ...part,
    references,
    applyRoles: apply,
    awaitJobs: sources.bounded,
    consoleUrl: options.consoleUrl,
  });
  const { monitor } = monitoring;
  const election = sources.bounded ? undefined : electionOf(base, { logger });
  const relay = relayTroubles(troubles, base.stores.troubles, logger);
  const stopping = new AbortController();
  let status: WorkerStatus | undefined;
  let rounding: Promise<void> | undefined;
  let filesRead = !sources.open;

  // Where nobody else can lead terms need not grow; those of a time with several monitors stay behind.
  const sole = soleLeadership(termOf(await base.stores.monitor.newestRevision()));
  let leads = election === undefined;
  if (election === undefined) await monitor.start(sole);

  if (election === undefined) {
    troubles.subscribe(() => {
      monitor.settle(troubles.current()).catch((error: unknown) => {
        logger.error({ reason: messageOf(error) }, 'an operational incident could not be written');
      });
    });
  }

  function noteFilesRead({ partitions: progress }: WorkerStatus): void {
    const files = sources.source.ends().length;
    if (filesRead || files === 0 || progress.filter(({ ended }) => ended).length < files) return;
    filesRead = true;
    options.onFilesRead?.();
  }

  async function onCommitted(next: WorkerStatus): Promise<void> {
    status = next;
    live.publish({ kind: 'committed' });
    if (election === undefined) await roundAfter(next);
    noteFilesRead(next);
  }

  /** Where this process alone decides, its rounds follow its commits. */
  async function roundAfter(next: WorkerStatus): Promise<void> {
    // A server that never got an event says nothing about how far time has come.
    const counted = next.partitions.filter(
      ({ partition, watermarkMs }) => partition.source !== 'http' || Number.isFinite(watermarkMs),
    );
    const watermarkMs = watermarkOf(counted, config.windows.idle, systemClock.now());
    if (sources.bounded) {
      await retry(() => monitor.round(watermarkMs), {
        random: Math.random,
        sleep,
        signal: stopping.signal,
        onRetry: ({ attempt, reason }) =>
          logger.warn({ what: 'round of the monitor', attempt, reason }, 'trying again; intake is held'),
      });
      return;
    }
    rounding ??= monitor
      .round(watermarkMs)
      .catch((error) => {
        if (!(error instanceof TidemarkError)) throw error;
        logger.error({ reason: messageOf(error) }, 'a round of the monitor failed; the next one does it again');
      })
      .finally(() => {
        rounding = undefined;
      });
  }

  const worker = createWorkerPart({ ...part, scoring, references, decoders, sources, partitions, onCommitted });
  const endedFiles = () =>
    new Set((status?.partitions ?? []).filter(({ ended }) => ended).map(({ partition }) => partitionKey(partition)));

  /** Takes part in the election as long as the worker runs. */
  async function runElected(among: KafkaElection): Promise<void> {
    const observed: MonitorPart = {
      ...monitoring,
      async start(leadership) {
        await monitoring.start(leadership);
        leads = true;
      },
    };
    const options = { ...part, part: observed, applyRoles: apply, expected: among.partitions, ended: endedFiles };
    const leading = among.run((leadership) =>
      lead(leadership, options).finally(() => {
        leads = false;
      }),
    );
    leading.catch(() => worker.stop());
    try {
      await worker.run();
    } finally {
      await among.close();
    }
    await leading;
  }

  return {
    base,
    worker,
    monitor,
    live,
    intake: sources.intake,
    sourceStatus: () => sources.source.status?.() ?? [],
    incidents: election === undefined ? deskOf(monitor) : deskByStore(base),
    leads: () => leads,
    applyRoles: apply,
    async run() {
      if (election !== undefined) return runElected(election);
      await monitoring.resume(sole);
      await worker.run();
      await rounding;
    },
    stop() {
      stopping.abort();
      worker.stop();
    },
    async close() {
      await rounding;
      await relay.close();
      await monitoring.close();
      await scoring.close();
    },
  };
}
