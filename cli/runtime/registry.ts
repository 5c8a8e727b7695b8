import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { decodeEntry, encodeEntry, type RegistryEntry } from '../../serving/registry/entry.ts';
import { applyEntries, deriveRegistry, type RegistryState } from '../../serving/registry/registry.ts';
import type { RegistryStore } from '../../store/registry-store.ts';

/** The registry's logs, with the state of each model derived from them. */
export interface Registry {
  state(model: string): RegistryState;
  /** Reads what other processes have written; true where that changed something. */
  refresh(): Promise<boolean>;
  /**
   * Writes the entries that `make` makes from the present state, then goes on from them. Where another process changed the model at
   * the same moment, they are made anew from its state; so `make` looks at what it is given and at nothing else.
   * @param revision of two entries under one number the one of the greater revision counts
   */
  change(model: string, make: (state: RegistryState) => readonly RegistryEntry[], revision: number): Promise<void>;
}

/** What a person decides counts before what a leader decides at the same moment. */
export const byHand = Number.MAX_SAFE_INTEGER;

const attempts = 5;

/** @param shared whether other processes may write to the same log */
export async function openRegistry(store: RegistryStore, { shared }: { readonly shared: boolean }): Promise<Registry> {
  let states = new Map<string, RegistryState>();
  let entries: readonly RegistryEntry[] = [];
  let digest: string | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  async function read(): Promise<boolean> {
    // In this order: what is written in between is read again the next time.
    const next = await store.modelLogDigest();
    if (next === digest) return false;
    entries = (await store.readModelLog()).map(decodeEntry);
    states = new Map();
    digest = next;
    return true;
  }

  function stateOf(model: string): RegistryState {
    const known = states.get(model) ?? deriveRegistry(model, entries);
    states.set(model, known);
    return known;
  }

  /** Changes of one process do not come between each other. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    return turn;
  }

  async function change(
    model: string,
    make: (state: RegistryState) => readonly RegistryEntry[],
    revision: number,
  ): Promise<void> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      if (shared) await read();
      const fresh = make(stateOf(model));
      if (fresh.length === 0) return;
      await store.appendModelLog(fresh.map(encodeEntry), revision);
      if (!shared) {
        states.set(model, applyEntries(stateOf(model), fresh));
        return;
      }
      await read();
      const kept = new Map(stateOf(model).history.map((entry) => [entry.seq, JSON.stringify(encodeEntry(entry))]));
      if (fresh.every((entry) => kept.get(entry.seq) === JSON.stringify(encodeEntry(entry)))) return;
    }
    throw new TidemarkError(ErrorCode.STORE_UNAVAILABLE, `others keep changing the versions of ${model}`, {
      place: 'model_log',
      cure: 'Do it again',
      retriable: true,
    });
  }

  await read();
  return {
    state: stateOf,
    refresh: () => (shared ? inTurn(read) : Promise.resolve(false)),
    change: (model, make, revision) => inTurn(() => change(model, make, revision)),
  };
}
