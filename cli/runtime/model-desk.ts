import type { Job } from '../../actions/jobs/job.ts';
import { retrain } from '../../actions/jobs/retraining.ts';
import type { ModelDesk, RetrainRequest, ReviewWindow, TrialNews } from '../../actions/monitor/ports.ts';
import { formatDuration } from '../../common/duration.ts';
import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';
import type { FeatureField, Frame } from '../../common/feature.ts';
import { type Leadership, revisionOf } from '../../common/leadership.ts';
import type { LiveFeed } from '../../common/live.ts';
import type { Clock, Logger, Metrics } from '../../common/ports.ts';
import type { ModelConfig, PipelineConfig } from '../../config/schema.ts';
import { decidePromotion } from '../../serving/promotion.ts';
import { routesOf, versionOf } from '../../serving/registry/registry.ts';
import { promote, recordWait, refuse } from '../../serving/registry/transitions.ts';
import { arrowRows } from '../../store/arrow-rows.ts';
import type { LabelStore } from '../../store/label-store.ts';
import { featureColumn } from '../../store/migrations.ts';
import type { MonitorStore } from '../../store/monitor-store.ts';
import type { RegistryStore } from '../../store/registry-store.ts';
import { holdoutOf, importanceOf } from './champions.ts';
import { artifactsBelow } from './model-scoring.ts';
import type { ReferenceKeeper } from './reference-keeper.ts';
import { registerVersion } from './register-version.ts';
import type { Registry } from './registry.ts';

export interface ModelDeskOptions {
  readonly config: PipelineConfig;
  readonly fields: readonly FeatureField[];
  readonly registry: Registry;
  readonly references: ReferenceKeeper;
  /** Makes a change of roles take effect in this process. */
  readonly applyRoutes: () => Promise<void>;
  readonly stores: { readonly labels: LabelStore; readonly monitor: MonitorStore; readonly registry: RegistryStore };
  readonly readFrame: (path: string) => Promise<Frame>;
  /** Artifacts, data sets and runs lie below. */
  readonly directory: string;
  /** Where training commands run. */
  readonly workingDirectory: string;
  /** Wait for a retraining run before anything else is decided, so that a replay decides the same. */
  readonly awaitJobs: boolean;
  readonly live: LiveFeed;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The monitor's side of the models, with the retraining runs that go on beside its rounds. */
export interface RetrainingDesk extends ModelDesk {
  /** Runs that a crash, or the end of another leadership, interrupted are started anew. */
  resume(leadership: Leadership): Promise<void>;
  close(): Promise<void>;
}

export function createModelDesk(options: ModelDeskOptions): RetrainingDesk {
  const { config, fields, registry, references, applyRoutes, stores, logger, metrics } = options;
  const artifacts = artifactsBelow(options.directory);
  const background = new Set<Promise<void>>();

  const configOf = (model: string): ModelConfig => config.models.find(({ name }) => name === model) as ModelConfig;

  async function reviewChallenger(challenger: string, window: ReviewWindow): Promise<TrialNews | undefined> {
    const { model, atMs, endMs } = window;
    const state = registry.state(model);
    const { champion } = state;
    const version = versionOf(state, challenger);
    if (champion === undefined || version === undefined) return undefined;
    const sinceMs = version.roleSinceMs;
    if (endMs <= sinceMs) return undefined;
    await stores.labels.measurePair(window, champion, challenger, window.revision);
    const paired = await stores.labels.paired(model, champion, challenger);
    const { promotion } = configOf(model);
    const decision = decidePromotion({
      blocks: paired.blocks,
      champion: { version: champion, ...paired.champion },
      challenger: { version: challenger, ...paired.challenger },
      minLabels: promotion.minLabels,
      confidence: promotion.confidence,
      waitedMs: atMs - sinceMs,
      maxWaitMs: promotion.maxWait,
    });
    const comparison = { version: challenger, evidence: { ...decision.evidence }, reason: decision.reason, atMs };
    const transition = { wait: recordWait, promote, refuse }[decision.kind];
    await window.leadership.confirm();
    let changed = false;
    await registry.change(
      model,
      (now) => {
        // A person may have changed the roles meanwhile: then this comparison is of the past.
        changed = now.champion === champion && versionOf(now, challenger)?.role === 'challenger';
        return changed ? transition(now, comparison) : [];
      },
      window.revision,
    );
    if (!changed || decision.kind === 'wait') return undefined;
    await applyRoutes();
    const outcome = decision.kind === 'promote' ? 'promoted' : 'refused';
    return {
      model,
      outcome,
      sentence: decision.reason,
      incidentId: await stores.registry.incidentBehind(model, challenger),
    };
  }

  async function run(request: RetrainRequest): Promise<Job> {
    const { leadership } = request;
    const modelConfig = configOf(request.model);
    const job = await retrain(
      {
        jobId: request.jobId,
        config: modelConfig,
        incidentId: request.incidentId,
        why: request.why,
        atMs: request.atMs,
      },
      {
        readJob: async (id) => {
          const row = await stores.registry.readJob(id);
          return row && { seq: row.seq, job: JSON.parse(row.entry) as Job };
        },
        writeEntries: async (entries) => {
          await leadership.confirm();
          await stores.monitor.writeJobEntries(entries, revisionOf(leadership.term, 0));
          options.live.publish({ kind: 'job', subject: request.jobId });
        },
        exportDataset: async ({ startMs, endMs, knownByMs, path }) => {
          const features = fields.map(({ name, type }) => ({ column: featureColumn(name), isText: type === 'string' }));
          await stores.labels.exportDataset({ startMs, endMs, knownByMs, path, features });
          return arrowRows(path);
        },
        register: async ({ directory, datasetPath, job: made, atMs }) => {
          await leadership.confirm();
          return registerVersion(
            {
              directory,
              datasetPath,
              reason: `retrained because: ${made.why}`,
              atMs,
              revision: revisionOf(leadership.term, 0),
            },
            {
              config,
              fields,
              artifacts,
              registry,
              readFrame: options.readFrame,
              writeReference: stores.monitor.writeReference,
              like: references.current,
            },
          );
        },
        signal: leadership.signal,
        directory: options.directory,
        workingDirectory: options.workingDirectory,
        elapsedMs: () => options.clock.now(),
        logger,
      },
    );
    metrics.count('tidemark_jobs_total', 1, { model: request.model, state: job.state });
    await applyRoutes();
    options.live.publish({ kind: 'model', subject: request.model });
    return job;
  }

  return {
    models: config.models.map(({ name }) => name),
    champion: (model) => registry.state(model).champion,
    importance: () => importanceOf(config.models.map(({ name }) => registry.state(name))),
    holdout: (model) => holdoutOf(registry.state(model)),
    async review(window) {
      const news: TrialNews[] = [];
      for (const challenger of routesOf(registry.state(window.model)).challengers) {
        const one = await reviewChallenger(challenger, window);
        if (one !== undefined) news.push(one);
      }
      return news;
    },
    async retrain(request) {
      const [challenger] = routesOf(registry.state(request.model)).challengers;
      if (challenger !== undefined) return `${request.model} was not trained anew: ${challenger} is on trial already`;
      if (!options.awaitJobs) {
        const running = run(request)
          .then((job) => logger.info({ job: job.id, state: job.state }, 'a retraining run has ended'))
          .catch((error) => {
            const fields = { job: request.jobId, reason: messageOf(error) };
            if (error instanceof TidemarkError && error.code === ErrorCode.LEADERSHIP_LOST)
              logger.warn(fields, 'a retraining run is left to the new leader, who starts it anew');
            else logger.error(fields, 'a retraining run was lost');
          })
          .finally(() => background.delete(running));
        background.add(running);
        return `retraining of ${request.model} started (job ${request.jobId})`;
      }
      const job = await run(request);
      if (job.state === 'failed') return `retraining of ${request.model} failed (job ${job.id}): ${job.error}`;
      return `retraining of ${request.model} (job ${job.id}) made version ${job.version} from ${job.datasetRows} labelled events; it scores in shadow`;
    },
    async resume(leadership) {
      if (options.awaitJobs) return;
      for (const { entry } of await stores.registry.interruptedJobs()) {
        const job = JSON.parse(entry) as Job;
        logger.warn(
          { job: job.id, since: formatDuration(options.clock.now() - job.requestedAtMs) },
          'a retraining run was interrupted; it starts anew',
        );
        await this.retrain({
          model: job.model,
          jobId: job.id,
          incidentId: job.incidentId,
          why: job.why,
          atMs: job.requestedAtMs,
          leadership,
        });
      }
    },
    async close() {
      await Promise.all(background);
    },
  };
}
