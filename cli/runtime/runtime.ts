import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createAlertChannels } from '../../actions/alerts/channels.ts';
import { createMonitor, type Monitor } from '../../actions/monitor/monitor.ts';
import { watermarkOf } from '../../actions/monitor/watermark.ts';
import { messageOf, TidemarkError } from '../../common/error.ts';
import type { EventIntake } from '../../common/intake.ts';
import { createLiveFeed, type LiveFeed } from '../../common/live.ts';
import { type Logger, type Metrics, systemClock } from '../../common/ports.ts';
import { retry } from '../../common/retry.ts';
import type { PipelineFile } from '../../config/load.ts';
import { createIntake } from '../../consumers/worker/intake.ts';
import { createPartitions } from '../../consumers/worker/partitions.ts';
import type { ProfilePlan } from '../../consumers/worker/profile-batch.ts';
import { createWorker, type Worker, type WorkerStatus } from '../../consumers/worker/worker.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import { openStore, type Store } from '../../store/client.ts';
import { createLabelStore } from '../../store/label-store.ts';
import { addFeatureColumns, migrate } from '../../store/migrations.ts';
import { createMonitorStore } from '../../store/monitor-store.ts';
import { readFrame } from '../../store/read-file.ts';
import { createRegistryStore } from '../../store/registry-store.ts';
import { cleanSpool } from '../../store/spool.ts';
import { createWorkerStore } from '../../store/worker-store.ts';
import type { CompiledContract } from '../../validators/compile.ts';
import { loadContract } from './load-contract.ts';
import { createModelRuntime, type ModelRuntime } from './model-desk.ts';
import { profilePlanOf } from './profile-plan.ts';
import { referenceFromFile } from './reference-builder.ts';
import { createReferenceKeeper, type ReferenceKeeper } from './reference-keeper.ts';
import { openRegistry, type Registry } from './registry.ts';
import { createSources } from './sources.ts';
import { watchStore } from './store-health.ts';

export interface RuntimeOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Read only what has an end, then stop. */
  readonly once: boolean;
  readonly consoleUrl: () => string | undefined;
  /** Called once, when every file is read and committed while another source goes on. */
  readonly onFilesRead?: () => void;
}

/** Store, contract, registry and models of a pipeline: what every command needs that works on one. */
export interface Base {
  readonly file: PipelineFile;
  readonly store: Store;
  /** False while the store does not answer. */
  readonly storeUp: () => boolean;
  readonly contract: CompiledContract;
  readonly registry: Registry;
  readonly stores: {
    readonly labels: ReturnType<typeof createLabelStore>;
    readonly monitor: ReturnType<typeof createMonitorStore>;
    readonly registry: ReturnType<typeof createRegistryStore>;
  };
  /** Artifacts, data sets and runs lie below. */
  readonly directory: string;
  readonly readFrame: (path: string) => ReturnType<typeof readFrame>;
}

export function databaseOf(pipeline: string): string {
  return `tidemark_${pipeline.replaceAll('-', '_').toLowerCase()}`;
}

/** Opens the store and brings its tables up to date with the program and the contract. */
export async function openBase(file: PipelineFile, workingDirectory: string): Promise<Base> {
  const { config } = file;
  const contract = await loadContract(file);
  const database = databaseOf(config.pipeline);
  const { store, up: storeUp } = watchStore(await openStore({ url: config.store.url, database, workingDirectory }));
  try {
    await migrate(store);
    await addFeatureColumns(store, contract.fields);
    const stores = {
      labels: createLabelStore(store),
      monitor: createMonitorStore(store),
      registry: createRegistryStore(store),
    };
    return {
      file,
      store,
      storeUp,
      contract,
      registry: await openRegistry(stores.registry),
      stores,
      directory: join(store.directory ?? resolve(workingDirectory, '.tidemark', config.pipeline), 'artifacts'),
      readFrame: (path) => readFrame(path, store.directory === undefined ? {} : { client: store.client }),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** Worker and monitor of one pipeline in this process. */
export interface Runtime {
  readonly base: Base;
  readonly worker: Worker;
  readonly monitor: Monitor;
  readonly models: ModelRuntime;
  readonly live: LiveFeed;
  readonly intake: EventIntake | undefined;
  /** The latest that was committed. */
  readonly status: () => WorkerStatus | undefined;
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
  const partitions = createPartitions();
  const sleep = (ms: number) => delay(ms, undefined, { ref: true });
  const sources = createSources({
    config,
    directory,
    boundedOnly: options.once,
    readFrame: base.readFrame,
    progressMs: (id) => partitions.get(id)?.progressMs ?? Number.NEGATIVE_INFINITY,
    logger,
    metrics,
    sleep,
  });
  const references = createReferenceKeeper({
    config,
    registry: base.registry,
    readReference: base.stores.monitor.readReference,
    fromFile: () => referenceOfFile(base),
  });
  const models = createModelRuntime({
    config,
    fields: base.contract.fields,
    registry: base.registry,
    references,
    stores: base.stores,
    readFrame: base.readFrame,
    directory: base.directory,
    workingDirectory: directory,
    awaitJobs: sources.bounded,
    live,
    clock: systemClock,
    logger,
    metrics,
  });
  await models.applyRoutes();
  const monitor = createMonitor({
    config,
    store: base.stores.monitor,
    performance: base.stores.labels,
    references,
    models,
    channels: createAlertChannels(config.alerts),
    consoleUrl: options.consoleUrl,
    live,
    logger,
    metrics,
  });
  await monitor.start();

  let filesRead = !sources.open;
  function noteFilesRead({ partitions: progress }: WorkerStatus): void {
    const files = sources.source.ends().length;
    if (filesRead || files === 0 || progress.filter(({ ended }) => ended).length < files) return;
    filesRead = true;
    options.onFilesRead?.();
  }

  const stopping = new AbortController();
  let status: WorkerStatus | undefined;
  let rounding: Promise<void> | undefined;
  async function onCommitted(next: WorkerStatus): Promise<void> {
    status = next;
    live.publish({ kind: 'committed' });
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
      noteFilesRead(next);
      return;
    }
    noteFilesRead(next);
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

  const worker = createWorker({
    source: sources.source,
    intake: createIntake({
      event: config.event,
      labels: config.labels,
      contract: base.contract,
      paneMs: config.windows.pane,
      latenessMs: config.windows.lateness,
      capacityRows: Math.min(config.flush.rows, 65_536),
      wantsOutcomes: sources.intake !== undefined,
    }),
    partitions,
    store: createWorkerStore(base.store, systemClock.now),
    score: models.score,
    profilePlan: planFrom(base, references),
    onCommitted,
    flushRows: config.flush.rows,
    flushIntervalMs: config.flush.interval,
    duplicateWindow: config.duplicates.window,
    clock: systemClock,
    logger,
    metrics,
    sleep,
    random: Math.random,
  });

  return {
    base,
    worker,
    monitor,
    models,
    live,
    intake: sources.intake,
    status: () => status,
    async run() {
      await models.resume();
      await worker.run();
      await rounding;
    },
    stop() {
      stopping.abort();
      worker.stop();
    },
    async close() {
      await rounding;
      await models.close();
    },
  };
}

/** Made anew only when the reference has changed: a plan keeps look-ups. */
function planFrom(base: Base, references: ReferenceKeeper): () => ProfilePlan {
  let made: { readonly of: Reference | undefined; readonly plan: ProfilePlan } | undefined;
  return () => {
    const reference = references.current();
    if (made === undefined || made.of !== reference) {
      made = { of: reference, plan: profilePlanOf(base.file.config, reference, base.contract.fields) };
    }
    return made.plan;
  };
}

async function referenceOfFile({ file, contract, readFrame: read }: Base): Promise<Reference | undefined> {
  const { reference } = file.config;
  if (reference === undefined) return undefined;
  const path = resolve(file.directory, reference);
  return referenceFromFile({ config: file.config, contract, frame: await read(path), origin: path });
}
