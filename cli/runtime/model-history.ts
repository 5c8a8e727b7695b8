import type { ModelHistory, ModelsAt } from '../../actions/backtest/ports.ts';
import type { PipelineConfig } from '../../config/schema.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import { referenceFromJson } from '../../drift/reference/reference-json.ts';
import { deriveRegistry, type RegistryState } from '../../serving/registry/registry.ts';
import { holdoutOf, importanceOf } from './champions.ts';
import { referenceOrigin } from './register-version.ts';
import type { Registry } from './registry.ts';

export interface ModelHistoryOptions {
  readonly config: PipelineConfig;
  readonly registry: Pick<Registry, 'state'>;
  readonly readReference: (origin: string) => Promise<string | undefined>;
  /** The reference of the file that the pipeline names, where it names one. */
  readonly fromFile: () => Promise<Reference | undefined>;
}

/** The models of a pipeline at any time of its past. Before the first champion was there, it counts as champion. */
export function createModelHistory({ config, registry, readReference, fromFile }: ModelHistoryOptions): ModelHistory {
  const known = new Map<string, Promise<Reference | undefined>>();
  const names = config.models.map(({ name }) => name);
  const logs = new Map(names.map((name) => [name, registry.state(name).history]));

  function stateAt(model: string, timeMs: number): RegistryState {
    const log = logs.get(model) ?? [];
    const upTo = (limitMs: number) =>
      deriveRegistry(
        model,
        log.filter(({ atMs }) => atMs <= limitMs),
      );
    const state = upTo(timeMs);
    if (state.champion !== undefined) return state;
    const first = log.find(({ body }) => body.kind === 'role' && body.role === 'champion');
    return first === undefined || first.atMs <= timeMs ? state : upTo(first.atMs);
  }

  /** As {@link createReferenceKeeper} has it. */
  async function referenceAt(first: RegistryState | undefined): Promise<Reference | undefined> {
    const origin = first?.champion === undefined ? undefined : referenceOrigin(first.model, first.champion);
    const key = origin ?? 'file';
    const reading =
      known.get(key) ??
      (origin === undefined
        ? fromFile()
        : readReference(origin).then((document) => (document === undefined ? undefined : referenceFromJson(document))));
    known.set(key, reading);
    return reading;
  }

  return {
    changesMs: [
      ...new Set(
        [...logs.values()].flatMap((log) => log.filter(({ body }) => body.kind === 'role').map(({ atMs }) => atMs)),
      ),
    ].sort((a, b) => a - b),
    async at(timeMs): Promise<ModelsAt> {
      const states = new Map(names.map((name) => [name, stateAt(name, timeMs)]));
      return {
        models: names,
        champion: (model) => states.get(model)?.champion,
        importance: () => importanceOf([...states.values()]),
        holdout: (model) => holdoutOf(states.get(model)),
        reference: await referenceAt(states.get(names[0] ?? '')),
      };
    },
  };
}
