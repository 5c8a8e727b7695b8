import type { Job } from '../../actions/jobs/job.ts';
import { retrain } from '../../actions/jobs/retraining.ts';
import type { ModelDesk, RetrainRequest, ReviewWindow, TrialNews } from '../../actions/monitor/ports.ts';
import { formatDuration } from '../../common/duration.ts';
import { messageOf } from '../../common/error.ts';
import type { FeatureField, Frame } from '../../common/feature.ts';
import type { LiveFeed } from '../../common/live.ts';
import type { Clock, Logger, Metrics } from '../../common/ports.ts';
import type { PredictionRows } from '../../common/rows.ts';
import type { ModelConfig, PipelineConfig } from '../../config/schema.ts';
import type { Prepared } from '../../consumers/worker/prepared.ts';
import { artifactPath } from '../../serving/model/artifacts.ts';
import { createScorer, type Scorer } from '../../serving/model/scorer.ts';
import { loadModel } from '../../serving/model/session.ts';
import { decidePromotion } from '../../serving/promotion.ts';
import { routesOf, versionOf } from '../../serving/registry/registry.ts';
import { promote, recordWait, refuse } from '../../serving/registry/transitions.ts';
import { arrowRows } from '../../store/arrow-rows.ts';
import type { LabelStore } from '../../store/label-store.ts';
import { featureColumn } from '../../store/migrations.ts';
import type { MonitorStore } from '../../store/monitor-store.ts';
import type { RegistryStore } from '../../store/registry-store.ts';
import type { ReferenceKeeper } from './reference-keeper.ts';
import { registerVersion } from './register-version.ts';
import type { Registry } from './registry.ts';

export interface ModelDeskOptions {
  readonly config: PipelineConfig;
  readonly fields: readonly FeatureField[];
  readonly registry: Registry;
  readonly references: ReferenceKeeper;
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

export interface ModelRuntime extends ModelDesk {
  score(prepared: Prepared): Promise<readonly PredictionRows[]>;
  /** Loads the versions that the registry routes to. */
  applyRoutes(): Promise<void>;
  /** Runs that a crash interrupted are started anew. */
  resume(): Promise<void>;
  close(): Promise<void>;
}

export function createModelRuntime(options: ModelDeskOptions): ModelRuntime {
  const { config, fields, registry, references, stores, logger, metrics } = options;
  const artifacts = `${options.directory}/models`;
  const scorers = new Map<string, Scorer>(
    config.models.map(({ name }) => [
      name,
      createScorer({
        load: (version) =>
          loadModel(artifactPath(artifacts, name, version), {
            fields,
            intraOpThreads: 1,
            ...artifactIdOf(registry, name, version),
          }),
      }),
    ]),
  );
  const background = new Set<Promise<void>>();

  const configOf = (model: string): ModelConfig => config.models.find(({ name }) => name === model) as ModelConfig;

  async function applyRoutes(): Promise<void> {
    for (const [model, scorer] of scorers) await scorer.setRoutes(routesOf(registry.state(model)));
    await references.reload();
  }

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
    if (decision.kind === 'wait') {
      await registry.append(recordWait(state, comparison));
      return undefined;
    }
    await registry.append(decision.kind === 'promote' ? promote(state, comparison) : refuse(state, comparison));
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
          await stores.monitor.writeJobEntries(entries);
          options.live.publish({ kind: 'job', subject: request.jobId });
        },
        exportDataset: async ({ startMs, endMs, knownByMs, path }) => {
          const features = fields.map(({ name }) => featureColumn(name));
          await stores.labels.exportDataset({ startMs, endMs, knownByMs, path, features });
          return arrowRows(path);
        },
        register: ({ directory, datasetPath, job: made, atMs }) =>
          registerVersion(
            { directory, datasetPath, reason: `retrained because: ${made.why}`, atMs },
            {
              config,
              fields,
              artifacts,
              registry,
              readFrame: options.readFrame,
              writeReference: stores.monitor.writeReference,
              like: references.current,
            },
          ),
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
    importance() {
      const merged: Record<string, number> = {};
      for (const { name } of config.models) {
        const state = registry.state(name);
        const summary = state.champion === undefined ? undefined : versionOf(state, state.champion)?.summary;
        for (const [feature, share] of Object.entries(summary?.importance ?? {})) {
          merged[feature] = Math.max(merged[feature] ?? 0, share);
        }
      }
      return merged;
    },
    holdout(model) {
      const state = registry.state(model);
      return state.champion === undefined ? [] : (versionOf(state, state.champion)?.summary.holdoutWindows ?? []);
    },
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
          .catch((error) => logger.error({ job: request.jobId, reason: messageOf(error) }, 'a retraining run was lost'))
          .finally(() => background.delete(running));
        background.add(running);
        return `retraining of ${request.model} started (job ${request.jobId})`;
      }
      const job = await run(request);
      if (job.state === 'failed') return `retraining of ${request.model} failed (job ${job.id}): ${job.error}`;
      return `retraining of ${request.model} (job ${job.id}) made version ${job.version} from ${job.datasetRows} labelled events; it scores in shadow`;
    },
    async score(prepared) {
      const rows = rowsToScore(prepared);
      const out: PredictionRows[] = [];
      if (rows.length === 0) return out;
      for (const [model, scorer] of scorers) {
        const started = performance.now();
        for (const { version, slot, values } of await scorer.scoreBatch(prepared.frame, rows)) {
          out.push({ model, version, slot, rowOf: rows, values });
          metrics.count('tidemark_predictions_total', values.length, { model, slot: slot.split(':')[0] as string });
        }
        metrics.time('tidemark_score_seconds', (performance.now() - started) / 1000, { model });
      }
      return out;
    },
    applyRoutes,
    async resume() {
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
        });
      }
    },
    async close() {
      await Promise.all(background);
      for (const scorer of scorers.values()) await scorer.close();
    },
  };
}

function artifactIdOf(registry: Registry, model: string, version: string): { artifactId?: string } {
  const known = versionOf(registry.state(model), version);
  return known === undefined ? {} : { artifactId: known.artifactId };
}

/** Duplicates were scored when they came first. */
function rowsToScore({ events }: Prepared): Int32Array {
  const rows = new Int32Array(events.rows);
  let count = 0;
  for (let row = 0; row < events.rows; row++) if (events.duplicate[row] === 0) rows[count++] = row;
  return rows.subarray(0, count);
}
