import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { backtest } from '../../../cli/runtime/backtesting.ts';
import { explainJudgement } from '../../../cli/runtime/explain/explaining.ts';
import { openRegistry } from '../../../cli/runtime/registry.ts';
import { createLiveFeed, type LiveFeed } from '../../../common/live.ts';
import { silentLogger, systemClock } from '../../../common/ports.ts';
import type { EventOutcome, Source, SourceMessage } from '../../../common/source.ts';
import { Verdict } from '../../../common/verdict.ts';
import { type Violation, ViolationCode } from '../../../common/violation.ts';
import { pipelineSchema } from '../../../config/schema.ts';
import { createHttpSource } from '../../../consumers/http/http-source.ts';
import { referenceFromJson } from '../../../drift/reference/reference-json.ts';
import type { ConsoleAssets, HttpServerOptions, JudgingDesk, OperatorActions } from '../../../serving/http/options.ts';
import { createServer } from '../../../serving/http/server.ts';
import { openStore, type Store } from '../../../store/client.ts';
import { migrate } from '../../../store/migrations.ts';
import { createReadModel } from '../../../store/read-model.ts';
import { createRegistryStore } from '../../../store/registry-store.ts';

export interface HarnessOptions {
  readonly maxBodyBytes?: number;
  readonly maxPendingEvents?: number;
  /** False: nothing reads the source, so requests wait. */
  readonly worker?: boolean;
  readonly console?: ConsoleAssets;
  readonly fill?: (store: Store) => Promise<void>;
  readonly server?: Partial<HttpServerOptions>;
}

export interface Harness {
  readonly url: string;
  readonly store: Store;
  readonly live: LiveFeed;
  /** What operators asked for, in order. */
  readonly asked: string[];
  /** Payloads the worker has read, in order. */
  readonly read: string[];
  /** A second call does nothing. */
  close(): Promise<void>;
}

const firstOffset = 1000;

/** A real server over a real embedded engine. One at a time in a process. */
export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const directory = mkdtempSync(join(tmpdir(), 'tidemark-http-'));
  const store = await openStore({ url: 'embedded:store', database: 'flights', workingDirectory: directory });
  await migrate(store);
  await options.fill?.(store);
  const source = createHttpSource(
    {
      maxBodyBytes: options.maxBodyBytes ?? 8 * 1024 * 1024,
      maxPendingEvents: options.maxPendingEvents ?? 100_000,
    },
    { logger: silentLogger },
  );
  await source.start({
    assigned: async ([partition]) => (partition === undefined ? [] : [{ partition, offset: firstOffset, epoch: 1 }]),
    revoked() {},
  });
  const read: string[] = [];
  const worker = options.worker === false ? Promise.resolve() : runWorker(source, read);
  const asked: string[] = [];
  const live = createLiveFeed();
  const server = createServer({
    pipeline: 'flights',
    host: '127.0.0.1',
    port: 0,
    console: options.console ?? { html: '<!doctype html><title>console</title>', js: '', css: '' },
    readModel: createReadModel((sql, params) => store.query(sql, params), store.database),
    intakes: new Map([['flights', source]]),
    metrics: { text: async () => '# HELP up\nup 1\n' },
    actions: recordingActions(asked),
    judging: judgingOver(store),
    live,
    logger: silentLogger,
    clock: systemClock,
    ...options.server,
  });
  const { url } = await server.start();
  let closed = false;
  return {
    url,
    store,
    live,
    asked,
    read,
    async close() {
      if (closed) return;
      closed = true;
      await source.close();
      await server.close();
      await worker;
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Reads, validates that an event is a JSON object, and settles after the commit. */
async function runWorker(source: Source, read: string[]): Promise<void> {
  for (let batch = await source.read(); batch !== undefined; batch = await source.read()) {
    const { partition, messages, nextOffset } = batch;
    for (const { value } of messages) if (value !== null && value.length < 10_000) read.push(value.toString());
    const outcomes = messages.map(
      (message): EventOutcome => ({ partition, offset: message.offset, ...judge(message) }),
    );
    const from = messages[0]?.offset ?? nextOffset;
    await source.commit([{ partition, chunkId: `${from}`, from, to: nextOffset, epoch: 1, metadata: '' }]);
    source.settle?.(outcomes);
  }
}

function judge({ value }: SourceMessage): { readonly verdict: Verdict; readonly violations: readonly Violation[] } {
  try {
    const event: unknown = JSON.parse((value ?? Buffer.alloc(0)).toString());
    if (typeof event === 'object' && event !== null) return { verdict: Verdict.VALID, violations: [] };
    return refuse(ViolationCode.NOT_AN_OBJECT, 'expected an object');
  } catch (error) {
    return refuse(ViolationCode.JSON_SYNTAX, String(error));
  }
}

function refuse(code: ViolationCode, message: string) {
  return { verdict: Verdict.REJECTED, violations: [{ code, path: '', message }] };
}

/** Judging of a pipeline without models, against the reference that stands in the table. */
export function judgingOver(store: Store): JudgingDesk {
  const config = pipelineSchema.parse({
    pipeline: 'flights',
    source: { http: {} },
    event: { format: 'json', time: '/scheduled' },
    contract: 'contract.yaml',
    segments: [{ by: ['origin'], top: 10 }],
    windows: { pane: '1d' },
    drift: [{ against: 'training', window: '1d' }],
  });
  const referenceOfFile = async () => {
    const [row] = await store.query<{ document: string }>(`SELECT document FROM ${store.database}.references`);
    return row === undefined ? undefined : referenceFromJson(row.document);
  };
  const base = async () => ({
    store,
    registry: await openRegistry(createRegistryStore(store), { shared: false }),
    referenceOfFile,
  });
  return {
    budget: { ...config.budget, ...config.incidents },
    async backtest({ falseAlarmsPerWeek, minEffect, ...span }) {
      const budget = {
        falseAlarmsPerWeek: falseAlarmsPerWeek ?? config.budget.falseAlarmsPerWeek,
        minEffect: minEffect ?? config.budget.minEffect,
      };
      return backtest(await base(), { config: { ...config, budget }, ...span });
    },
    explain: async (asked) => explainJudgement({ ...(await base()), config }, asked),
  };
}

function recordingActions(asked: string[]): OperatorActions {
  const note = async (...words: readonly (string | number)[]): Promise<void> => {
    asked.push(words.join(' '));
  };
  return {
    acknowledge: (id, why) => note('acknowledge', id, why),
    snooze: (id, durationMs, why) => note('snooze', id, durationMs, why),
    close: (id, why) => note('close', id, why),
    promote: (model, version, why) => note('promote', model, version, why),
    rollback: (model, why) => note('rollback', model, why),
  };
}
