import type { FeatureField, Frame } from '../../common/feature.ts';
import type { PipelineConfig } from '../../config/schema.ts';
import { predictionFeature } from '../../consumers/worker/profile-batch.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import { referenceToJson } from '../../drift/reference/reference-json.ts';
import { storeArtifact } from '../../serving/model/artifacts.ts';
import { loadModel } from '../../serving/model/session.ts';
import { register } from '../../serving/registry/transitions.ts';
import { datasetOf } from './dataset.ts';
import { referenceFrom } from './reference-builder.ts';
import type { Registry } from './registry.ts';

export interface VersionCandidate {
  /** What a training command wrote: model.onnx and model.json. */
  readonly directory: string;
  /** The rows it was trained on. */
  readonly datasetPath: string;
  readonly reason: string;
  /** Event time of the decision, ms since 1970. */
  readonly atMs: number;
  /** See {@link Registry.change}; 0 for a first version. */
  readonly revision?: number;
}

export interface RegisterDeps {
  readonly config: PipelineConfig;
  readonly fields: readonly FeatureField[];
  readonly artifacts: string;
  readonly registry: Registry;
  readonly readFrame: (path: string) => Promise<Frame>;
  readonly writeReference: (reference: { id: string; origin: string; document: string; atMs: number }) => Promise<void>;
  /** The reference whose bins the new one shares. */
  readonly like: () => Reference | undefined;
}

/** Names the reference of a version. */
export function referenceOrigin(model: string, version: string): string {
  return `${model} ${version}`;
}

/**
 * Takes a version in: its graph is checked against the contract and run, its reference is made from the rows it was trained on
 * and from what it says of them, then it stands in the registry. Doing it again changes nothing.
 */
export async function registerVersion(candidate: VersionCandidate, deps: RegisterDeps): Promise<string> {
  const { fields, config } = deps;
  const stored = await storeArtifact({ root: deps.artifacts, candidate: candidate.directory });
  const { model, version } = stored.signature;
  const loaded = await loadModel(stored.directory, { fields, intraOpThreads: 1, artifactId: stored.artifactId });
  try {
    const dataset = datasetOf(await deps.readFrame(candidate.datasetPath), fields, candidate.datasetPath);
    const predictions = new Map([[predictionFeature(model, version), await loaded.score(dataset.features)]]);
    const origin = referenceOrigin(model, version);
    const reference = referenceFrom({ config, dataset, predictions, origin, like: deps.like() });
    await deps.writeReference({ id: reference.id, origin, document: referenceToJson(reference), atMs: candidate.atMs });
  } finally {
    await loaded.release();
  }
  const { atMs, reason } = candidate;
  const { artifactId, signature } = stored;
  const make = (state: ReturnType<Registry['state']>) => register(state, { signature, artifactId, reason, atMs });
  await deps.registry.change(model, make, candidate.revision ?? 0);
  return version;
}
