import { execFileSync } from 'node:child_process';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import {
  cleanUp,
  countsOf,
  type SentAnswer,
  send,
  temporary,
  tidemark,
  until,
  up,
  withStore,
  writePipeline,
} from './harness.ts';

const mounts: string[] = [];

afterEach(async () => {
  for (const mount of mounts.splice(0)) execFileSync('umount', ['--lazy', mount]);
  await cleanUp();
});

const at = '2026-01-01T00:00:00Z';
const event = (id: string) => JSON.stringify({ id, at, amount: 1, country: 'CH' });

/** A small file system of its own; undefined, said loudly, where this user may not mount. */
async function smallDisk(megabytes: number): Promise<string | undefined> {
  const directory = join(await temporary(), 'disk');
  await mkdir(directory);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', directory], { stdio: 'pipe' });
  } catch {
    process.stderr.write(
      '\n*** NOT TESTED: a full and a read-only disk; this user may not mount a tmpfs (run as root) ***\n\n',
    );
    return undefined;
  }
  mounts.push(directory);
  return directory;
}

test('a data directory that is in use is refused with 3, naming the process, to every command', async () => {
  const pipeline = await writePipeline({});
  const first = await up(pipeline.path);
  const commands = [['up'], ['models', 'list']];
  const refused = await Promise.all(commands.map((words) => tidemark([...words, pipeline.path, '--json']).finished));
  for (const { code, stdout, stderr } of refused) {
    expect(code).toBe(3);
    expect(stderr).toContain(`${pipeline.store}: the data directory is in use by process ${first.pid}`);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'STORE_DIRECTORY', place: pipeline.store } });
  }
  // The first is not disturbed.
  expect((await send(first.url, event('a'))).status).toBe(200);
  expect((await first.stop('SIGTERM')).code).toBe(0);
});

test('a port that is in use ends with 3 and another cure', async () => {
  const first = await up((await writePipeline({})).path);
  const { port } = new URL(first.url);
  const pipeline = await writePipeline({ port: Number(port) });
  const { code, stderr } = await tidemark(['up', pipeline.path]).finished;
  expect([code, stderr.includes('internal error')]).toEqual([3, false]);
  expect(stderr).toMatch(new RegExp(`127.0.0.1:${port}: port ${port} is in use.*server.port.*\\[LISTEN_FAILED\\]`));
  await first.stop('SIGTERM');
});

test('a file in place of the data directory, and one that is read-only, end with 3', async () => {
  const file = join(await temporary(), 'file');
  await writeFile(file, '');
  const places = [file, join(file, 'below')];
  const disk = await smallDisk(60);
  if (disk !== undefined) {
    const pipeline = await writePipeline({ storeUrl: `embedded:${disk}/store` });
    const started = await up(pipeline.path);
    await started.stop('SIGTERM');
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    // One with a store in it, one where it would have to be made.
    places.push(`${disk}/store`, `${disk}/new`);
  }
  const refused = await Promise.all(
    places.map(async (place) => {
      const { path } = await writePipeline({ storeUrl: `embedded:${place}` });
      return { place, ...(await tidemark(['up', path]).finished) };
    }),
  );
  for (const { place, code, stderr } of refused) {
    expect([place, code]).toEqual([place, 3]);
    expect(stderr).toMatch(
      /the data directory cannot be used: .*Check that it is a directory and writable.*\[STORE_DIRECTORY\]/,
    );
    expect(stderr).toContain(`tidemark: ${place}: `);
  }
});

test('a disk that gets full holds intake; with room again everything goes on and nothing is lost', async (context) => {
  const disk = await smallDisk(40);
  if (disk === undefined) return context.skip();
  const pipeline = await writePipeline({ storeUrl: `embedded:${disk}/store`, flush: '{ interval: 20ms }' });
  const worker = await up(pipeline.path);
  expect((await send(worker.url, event('first'))).status).toBe(200);
  const ballast = join(disk, 'ballast');
  const { bavail, bsize } = await statfs(disk);
  await writeFile(ballast, Buffer.alloc(bavail * bsize - 200_000));

  const stored: string[] = ['first'];
  const request = async (n: number): Promise<SentAnswer> => {
    const ids = Array.from({ length: 500 }, (_, k) => `${n}-${k}-${Math.random()}`);
    const answer = await send(worker.url, ids.map(event).join('\n'));
    if (answer.status === 200) stored.push(...ids);
    return answer;
  };
  const waiting: Promise<SentAnswer>[] = [];
  await until(async () => {
    waiting.push(request(waiting.length));
    return /trying again; intake is held/.test(worker.output.stderr);
  });
  expect(worker.output.stderr).toMatch(/the disk of the data directory is full/);
  expect((await send(worker.url, event('refused'))).status).toBe(503);
  expect((await fetch(`${worker.url}/healthz`)).status).toBe(200);

  await rm(ballast);
  const answers = await Promise.all(waiting);
  expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
  await until(async () => (await send(worker.url, event('after'))).status === 200);
  expect((await worker.stop('SIGTERM')).code).toBe(0);
  await withStore(`${disk}/store`, async (store) => {
    const rows = await store.query<{ id: string }>('SELECT id FROM tidemark_orders.events FINAL WHERE duplicate = 0');
    const ids = new Set(rows.map(({ id }) => id));
    expect(stored.filter((id) => !ids.has(id))).toEqual([]);
    const counts = await countsOf(store);
    expect([counts.events, counts.valid]).toEqual([counts.read, ids.size]);
  });
});

test('a producer that goes away in the middle of a request leaves nothing behind', async () => {
  const pipeline = await writePipeline({});
  const worker = await up(pipeline.path);
  const { port } = new URL(worker.url);
  for (let at = 0; at < 20; at++) {
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write(
          `POST /v1/pipelines/orders/events HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-ndjson\r\ncontent-length: 5000\r\n\r\n${event('half')}\n`,
        );
        socket.destroy();
        resolve();
      });
    });
  }
  expect((await send(worker.url, event('whole'))).status).toBe(200);
  expect((await worker.stop('SIGTERM')).code).toBe(0);
  await withStore(pipeline.store, async (store) => expect(await countsOf(store)).toMatchObject({ read: 1, valid: 1 }));
});
