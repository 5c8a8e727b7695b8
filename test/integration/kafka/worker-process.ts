import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '../../../cli/runtime/logger.ts';
import { openBase } from '../../../cli/runtime/runtime.ts';
import { loadPipeline } from '../../../config/load.ts';
import { startKafkaWorker } from './workers.ts';

/**
 * A worker in a process of its own, without monitor and server, until SIGTERM.
 *
 * usage: worker-process.ts PIPELINE HOLD_MS; says `flush N is written` when its rows are in the store, and commits it HOLD_MS later.
 */
const [pipeline = '', holdMs = '0'] = process.argv.slice(2);
const file = await loadPipeline(pipeline, process.env);
const base = await openBase(file, file.directory);
let flushes = 0;
const { worker, ended } = startKafkaWorker(base, {
  flushRows: 100,
  readAhead: { maxMessages: 200, maxBytes: 10_000_000 },
  logger: createLogger({ level: 'info', pretty: false }),
  store: (store) => ({
    ...store,
    async writeRows(rows) {
      await store.writeRows(rows);
      process.stdout.write(`flush ${++flushes} is written\n`);
      await delay(Number(holdMs));
    },
  }),
});
process.on('SIGTERM', () => worker.stop());
await ended;
await base.store.close();
