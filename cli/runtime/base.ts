import { join, resolve } from 'node:path';
import { systemClock } from '../../common/ports.ts';
import type { PipelineFile } from '../../config/load.ts';
import { openStore, type Store } from '../../store/client.ts';
import { createLabelStore } from '../../store/label-store.ts';
import { addFeatureColumns, migrate } from '../../store/migrations.ts';
import { createMonitorStore } from '../../store/monitor-store.ts';
import { createOperatorRequests } from '../../store/operator-requests.ts';
import { readFrame } from '../../store/read-file.ts';
import { createRegistryStore } from '../../store/registry-store.ts';
import { createTroubleStore, type TroubleStore } from '../../store/trouble-store.ts';
import type { CompiledContract } from '../../validators/compile.ts';
import { loadContract } from './load-contract.ts';
import { openRegistry, type Registry } from './registry.ts';
import { watchStore } from './store-health.ts';

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
    readonly requests: ReturnType<typeof createOperatorRequests>;
    readonly troubles: TroubleStore;
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
      requests: createOperatorRequests(store, systemClock.now),
      troubles: createTroubleStore(store),
    };
    return {
      file,
      store,
      storeUp,
      contract,
      registry: await openRegistry(stores.registry, { shared: store.directory === undefined }),
      stores,
      directory: join(store.directory ?? resolve(workingDirectory, '.tidemark', config.pipeline), 'artifacts'),
      readFrame: (path) => readFrame(path, store.directory === undefined ? {} : { client: store.client }),
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}
