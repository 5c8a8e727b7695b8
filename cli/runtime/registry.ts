import { decodeEntry, encodeEntry, type RegistryEntry } from '../../serving/registry/entry.ts';
import { applyEntries, deriveRegistry, type RegistryState } from '../../serving/registry/registry.ts';
import type { RegistryStore } from '../../store/registry-store.ts';

/** The registry's logs, with the state of each model derived from them. */
export interface Registry {
  state(model: string): RegistryState;
  /** Writes entries made from the present state, then goes on from them. */
  append(entries: readonly RegistryEntry[]): Promise<void>;
}

export async function openRegistry(store: RegistryStore): Promise<Registry> {
  const entries = (await store.readModelLog()).map(decodeEntry);
  const states = new Map<string, RegistryState>();
  const stateOf = (model: string): RegistryState => {
    const known = states.get(model) ?? deriveRegistry(model, entries);
    states.set(model, known);
    return known;
  };
  return {
    state: stateOf,
    async append(fresh) {
      if (fresh.length === 0) return;
      await store.appendModelLog(fresh.map(encodeEntry));
      for (const model of new Set(fresh.map((entry) => entry.model))) {
        const own = fresh.filter((entry) => entry.model === model);
        states.set(model, applyEntries(stateOf(model), own));
      }
    },
  };
}
