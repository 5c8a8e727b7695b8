import type { CareDesk } from '../../actions/monitor/cause-round.ts';
import { messageOf } from '../../common/error.ts';
import type { FeatureField, Frame } from '../../common/feature.ts';
import type { Logger } from '../../common/ports.ts';
import { artifactPath } from '../../serving/model/artifacts.ts';
import { type LoadedModel, loadModel } from '../../serving/model/session.ts';
import { versionOf } from '../../serving/registry/registry.ts';
import { artifactsBelow } from './model-scoring.ts';
import type { Registry } from './registry.ts';

export interface ModelCareOptions {
  readonly models: readonly string[];
  readonly fields: readonly FeatureField[];
  readonly registry: Registry;
  /** Artifacts lie below. */
  readonly directory: string;
  readonly logger: Logger;
}

/** Asks the champions what a change means to them. A session is opened at the first alarm, and kept while the champion stays. */
export function createModelCare(options: ModelCareOptions): CareDesk & { close(): Promise<void> } {
  const { registry, fields, logger } = options;
  const open = new Map<string, { readonly version: string; readonly loaded: LoadedModel | undefined }>();

  function championOf(model: string) {
    const state = registry.state(model);
    return state.champion === undefined ? undefined : versionOf(state, state.champion);
  }

  async function sessionOf(model: string): Promise<LoadedModel | undefined> {
    const champion = championOf(model);
    if (champion === undefined) return undefined;
    const known = open.get(model);
    if (known?.version === champion.version) return known.loaded;
    await known?.loaded?.release();
    let loaded: LoadedModel | undefined;
    try {
      const directory = artifactPath(artifactsBelow(options.directory), model, champion.version);
      loaded = await loadModel(directory, { fields, intraOpThreads: 1, artifactId: champion.artifactId });
    } catch (error) {
      // A monitor on another machine than the workers may not have the artifact: alarms say a little less then.
      logger.warn(
        { model, version: champion.version, reason: messageOf(error) },
        'the model cannot be asked about alarms',
      );
    }
    open.set(model, { version: champion.version, loaded });
    return loaded;
  }

  return {
    modelsWith: (feature) =>
      options.models.flatMap((model) => {
        const summary = championOf(model)?.summary;
        if (summary === undefined || !summary.features.includes(feature)) return [];
        return [{ model, importance: summary.importance?.[feature] }];
      }),
    async meanPrediction(model, frame) {
      const loaded = await sessionOf(model);
      if (loaded === undefined) return undefined;
      const scores = await loaded.score(contractFrame(frame, fields));
      const finite = scores.filter((score) => Number.isFinite(score));
      return finite.length === 0 ? undefined : finite.reduce((sum, score) => sum + score, 0) / finite.length;
    },
    async close() {
      for (const { loaded } of open.values()) await loaded?.release();
      open.clear();
    },
  };
}

/** The features of the contract in its order, which is what graphs are bound to. */
function contractFrame(frame: Frame, fields: readonly FeatureField[]): Frame {
  const known = fields.flatMap((field) => {
    const at = frame.fields.findIndex(({ name }) => name === field.name);
    const column = frame.columns[at];
    return column === undefined ? [] : [{ field, column }];
  });
  return { rows: frame.rows, fields: known.map(({ field }) => field), columns: known.map(({ column }) => column) };
}
