import { type BacktestOptions, runBacktest } from '../../actions/backtest/backtest.ts';
import type { BacktestStore } from '../../actions/backtest/ports.ts';
import type { Incident } from '../../actions/incidents/incident.ts';
import type { Backtest } from '../../common/backtest.ts';
import { contractKey, contractMarkSchema } from '../../common/contract-mark.ts';
import type { PipelineConfig } from '../../config/schema.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import { createBacktestStore } from '../../store/backtest-store.ts';
import type { Store } from '../../store/client.ts';
import { createMonitorStore } from '../../store/monitor-store.ts';
import { createModelHistory } from './model-history.ts';
import type { Registry } from './registry.ts';

export interface BacktestRequest extends Omit<BacktestOptions, 'store' | 'models'> {
  /** What is tried. */
  readonly config: PipelineConfig;
}

/** What a backtest is made on: a pipeline's store, its registry, and the reference of its file where it names one. */
export interface BacktestBase {
  readonly store: Store;
  readonly registry: Pick<Registry, 'state'>;
  referenceOfFile(): Promise<Reference | undefined>;
}

export function backtest(
  { store, registry, referenceOfFile }: BacktestBase,
  request: BacktestRequest,
): Promise<Backtest> {
  return runBacktest({
    ...request,
    store: storeFrom(store),
    models: createModelHistory({
      config: request.config,
      registry,
      readReference: createMonitorStore(store).readReference,
      fromFile: referenceOfFile,
    }),
  });
}

function storeFrom(store: Store): BacktestStore {
  const reading = createBacktestStore(store);
  return {
    ...reading,
    reads: createMonitorStore(store),
    async contract() {
      const document = (await createMonitorStore(store).readStates([contractKey])).get(contractKey);
      return document === undefined ? undefined : contractMarkSchema.parse(JSON.parse(document));
    },
    async incidentsAt(atMs, sinceMs) {
      const documents = await reading.incidentsAt(atMs);
      return documents
        .map((document) => JSON.parse(document) as Incident)
        .filter(({ kind, closedAt }) => kind !== 'operational' && (closedAt === null || closedAt > sinceMs));
    },
  };
}
