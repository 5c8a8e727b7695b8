import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openStore, type Store } from '../../../store/client.ts';
import { readFrame } from '../../../store/read-file.ts';
import {
  cleanUp,
  countsOf,
  freePort,
  type SentAnswer,
  send,
  startStore,
  temporary,
  tidemark,
  until,
  up,
  writePipeline,
} from './harness.ts';

afterEach(cleanUp);

const country = "it's \\ \t ü";
const event = (id: string) => JSON.stringify({ id, at: '2026-01-01T00:00:00Z', amount: 1, country });
const remote = (port: number): Promise<Store> =>
  openStore({ url: `http://default:@127.0.0.1:${port}`, database: 'tidemark_orders', workingDirectory: '/' });

test('a store that goes away while producers send holds intake, and everything is there once when it is back', async () => {
  const [engine, port] = [await temporary(), await freePort()];
  let front = await startStore(engine, port);
  const pipeline = await writePipeline({ storeUrl: `http://127.0.0.1:${port}` });
  const worker = await up(pipeline.path);
  let stored = 0;
  let more = true;
  // Each event is sent until it is answered with 200.
  const producers = Array.from({ length: 4 }, async (_, producer) => {
    for (let at = 0; more; at++) {
      await until(async () => (await send(worker.url, event(`${producer}-${at}`))).status === 200);
      stored++;
    }
  });
  await until(() => stored > 40);
  expect((await fetch(`${worker.url}/readyz`)).status).toBe(200);

  await front.stop('SIGKILL');
  await worker.waitFor(/trying again; intake is held/);
  const refused = await send(worker.url, event('refused'));
  expect(refused).toMatchObject({ status: 503, body: { error: { code: 'STORE_UNAVAILABLE' } } });
  expect((await fetch(`${worker.url}/healthz`)).status).toBe(200);
  expect((await fetch(`${worker.url}/readyz`)).status).toBe(503);

  front = await startStore(engine, port);
  const before = stored;
  await until(() => stored > before + 40);
  more = false;
  await Promise.all(producers);
  expect((await fetch(`${worker.url}/readyz`)).status).toBe(200);
  const { code, stderr } = await worker.stop('SIGTERM');
  expect([code, stderr.includes('internal error'), stderr.includes('[Connection]')]).toEqual([0, false, false]);

  const store = await remote(port);
  const counts = await countsOf(store);
  // An event whose answer was lost was sent again: it is stored beside the first, known for its duplicate.
  expect(counts.valid).toBe(stored);
  expect(counts.read).toBe(counts.valid + counts.flagged);
  expect(counts.flagged).toBe(counts.duplicates);
  expect(counts.events).toBe(counts.read);
  const [ids] = await store.query<{ n: string; country: string }>(
    'SELECT uniqExact(id) AS n, any(f_country) AS country FROM tidemark_orders.events FINAL WHERE duplicate = 0',
  );
  expect(ids).toEqual({ n: String(stored), country });
  await store.close();
  await front.stop('SIGKILL');
});

test('files are read on where the outage held them, with the same counts', async () => {
  const [engine, port] = [await temporary(), await freePort()];
  let front = await startStore(engine, port);
  const pipeline = await writePipeline({
    storeUrl: `http://127.0.0.1:${port}`,
    source: '{ file: { path: events.ndjson, ratePerSecond: 5000 } }',
    flush: '{ rows: 1000 }',
  });
  const lines = Array.from({ length: 20_000 }, (_, at) => event(`e${at}`));
  await writeFile(join(pipeline.directory, 'events.ndjson'), lines.join('\n'));
  const worker = tidemark(['up', pipeline.path, '--once', '--json', '--log-level', 'info']);
  await worker.waitFor(/partition assigned/);
  const store = await remote(port);
  await until(async () => (await countsOf(store)).read > 2000);
  await front.stop('SIGKILL');
  await worker.waitFor(/trying again; intake is held/);
  front = await startStore(engine, port);
  const { code, stdout } = await worker.finished;
  expect(code).toBe(0);
  expect(JSON.parse(stdout).events).toMatchObject({ read: 20_000, valid: 20_000, rejected: 0, duplicates: 0 });
  expect(await countsOf(store)).toMatchObject({ read: 20_000, events: 20_000, deadLetters: 0 });

  // The way a data set for training takes out of a server.
  const file = join(pipeline.directory, 'export.arrow');
  const select = 'SELECT id, f_amount, f_country FROM tidemark_orders.events WHERE id = {id:String} LIMIT 1';
  await store.exportArrow(select, { id: 'e19999' }, file);
  expect((await readFile(file)).subarray(0, 6).toString()).toBe('ARROW1');
  const frame = await readFrame(file);
  expect([frame.rows, frame.fields.map(({ name }) => name)]).toEqual([1, ['id', 'f_amount', 'f_country']]);
  await store.close();
  await front.stop('SIGKILL');
});

test('a store that does not answer ends a start with 3, and a stop without waiting for it', async () => {
  const [engine, port] = [await temporary(), await freePort()];
  const pipeline = await writePipeline({ storeUrl: `http://user:secret@127.0.0.1:${port}` });
  const refused = await tidemark(['up', pipeline.path]).finished;
  expect(refused.code).toBe(3);
  expect(refused.stderr).toMatch(/127\.0\.0\.1:\d+.*does not answer.*ECONNREFUSED.*Check that.*\[STORE_UNAVAILABLE\]/);
  expect(refused.stderr).not.toContain('secret');

  const front = await startStore(engine, port);
  const worker = await up(pipeline.path);
  expect((await send(worker.url, event('a'))).status).toBe(200);
  // A connection that the process has not taken yet when it ends is reset by the kernel: its producer sends again.
  const reset = (error: Error): undefined => {
    if ((error.cause as NodeJS.ErrnoException | undefined)?.code !== 'ECONNRESET') throw error;
    return undefined;
  };
  const answers: Promise<SentAnswer | undefined>[] = [];
  const load = setInterval(() => answers.push(send(worker.url, event(`b${answers.length}`)).catch(reset)), 5);
  await until(() => answers.length > 20);
  await front.stop('SIGKILL');
  await worker.waitFor(/trying again; intake is held/);
  clearInterval(load);
  const stopped = await worker.stop('SIGTERM');
  expect(stopped.code).toBe(3);
  expect(stopped.stderr).toContain('[STORE_UNAVAILABLE]');
  const statuses = new Set((await Promise.all(answers)).map((answer) => answer?.status));
  expect(statuses).toContain(503);
  expect([...statuses].filter((status) => status !== undefined && status !== 200 && status !== 503)).toEqual([]);
});
