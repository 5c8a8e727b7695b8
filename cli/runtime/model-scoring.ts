import type { FeatureField } from '../../common/feature.ts';
import type { Metrics } from '../../common/ports.ts';
import type { PredictionRows } from '../../common/rows.ts';
import type { PipelineConfig } from '../../config/schema.ts';
import type { Prepared } from '../../consumers/worker/prepared.ts';
import { artifactPath } from '../../serving/model/artifacts.ts';
import { createScorer, type Scorer } from '../../serving/model/scorer.ts';
import { loadModel } from '../../serving/model/session.ts';
import { routesOf, versionOf } from '../../serving/registry/registry.ts';
import type { Registry } from './registry.ts';

export interface ModelScoringOptions {
  readonly config: PipelineConfig;
  readonly fields: readonly FeatureField[];
  readonly registry: Registry;
  /** Artifacts lie below. */
  readonly directory: string;
  readonly metrics: Metrics;
}

/** The worker's side of the models: which versions are loaded, and what they say of a batch. */
export interface ModelScoring {
  score(prepared: Prepared): Promise<readonly PredictionRows[]>;
  /** Loads the versions that the registry routes to. */
  applyRoutes(): Promise<void>;
  close(): Promise<void>;
}

export function artifactsBelow(directory: string): string {
  return `${directory}/models`;
}

export function createModelScoring(options: ModelScoringOptions): ModelScoring {
  const { config, fields, registry, metrics } = options;
  const artifacts = artifactsBelow(options.directory);
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
  return {
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
    async applyRoutes() {
      for (const [model, scorer] of scorers) await scorer.setRoutes(routesOf(registry.state(model)));
    },
    async close() {
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
