import { resolve } from 'node:path';
import type { PipelineFile } from '../../config/load.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import { openStore, type Store } from '../../store/client.ts';
import { requireNewest } from '../../store/migrations.ts';
import { readFrame } from '../../store/read-file.ts';
import { createRegistryStore } from '../../store/registry-store.ts';
import { databaseOf } from './base.ts';
import { loadContract } from './load-contract.ts';
import { referenceFromFile } from './reference-builder.ts';
import { openRegistry, type Registry } from './registry.ts';

/** A pipeline of which nothing can be changed: no table is made, no row is written. */
export interface ReadOnlyBase {
  readonly file: PipelineFile;
  readonly store: Store;
  readonly registry: Pick<Registry, 'state'>;
  /** The reference of the file that the pipeline names, made anew; undefined where it names none. */
  referenceOfFile(): Promise<Reference | undefined>;
}

/** Opens what a pipeline has stored, for one command, and closes it whatever happens. */
export async function withReadOnlyBase<T>(
  file: PipelineFile,
  workingDirectory: string,
  work: (base: ReadOnlyBase) => Promise<T>,
): Promise<T> {
  const { config } = file;
  const database = databaseOf(config.pipeline);
  const store = await openStore({ url: config.store.url, database, workingDirectory, readOnly: true });
  try {
    await requireNewest(store, config.pipeline);
    return await work({
      file,
      store,
      registry: await openRegistry(createRegistryStore(store), { shared: false }),
      async referenceOfFile() {
        if (config.reference === undefined) return undefined;
        const path = resolve(file.directory, config.reference);
        const frame = await readFrame(path, store.directory === undefined ? {} : { client: store.client });
        return referenceFromFile({ config, contract: await loadContract(file), frame, origin: path });
      },
    });
  } finally {
    await store.close();
  }
}
