import { mkdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { arrowColumn, encodeArrow } from '../../../store/arrow-encode.ts';
import { openScratchEngine } from '../../../store/scratch-engine.ts';
import { cleanUp, countsOf, type Finished, send, tidemark, up, withStore, writePipeline } from './harness.ts';

afterEach(cleanUp);

const at = '2026-01-01T00:00:00Z';
const line = (id: string) => JSON.stringify({ id, at, amount: 1, country: 'CH', count: 2 });

async function runOver(
  name: string,
  make: (path: string) => Promise<unknown>,
): Promise<Finished & { store: string; file: string }> {
  const pipeline = await writePipeline({ source: `{ file: { path: ${name} } }` });
  const file = join(pipeline.directory, name);
  await make(file);
  return {
    ...(await tidemark(['up', pipeline.path, '--once', '--json', '--no-console']).finished),
    store: pipeline.store,
    file,
  };
}

async function parquet(path: string): Promise<void> {
  const engine = openScratchEngine();
  try {
    await engine.client.command({
      query: `INSERT INTO FUNCTION file('${path}', 'Parquet') SELECT toString(number) AS id, '${at}' AS at, toFloat64(number % 100) AS amount, 'CH' AS country, toInt32(number) AS count FROM numbers(5000)`,
    });
  } finally {
    await engine.close();
  }
}

const arrow = (path: string) =>
  writeFile(
    path,
    encodeArrow(
      [
        arrowColumn.texts('id', ['a', 'b']),
        arrowColumn.texts('at', [at, 'yesterday']),
        arrowColumn.float64('amount', Float64Array.of(1, 2)),
      ],
      2,
    ).bytes,
  );

test.each<[what: string, name: string, make: (path: string) => Promise<unknown>, message: RegExp, code: string]>([
  ['no file', 'absent.ndjson', async () => {}, /cannot be read: ENOENT.*Check the path/, 'FILE_UNREADABLE'],
  ['no file of columns', 'absent.parquet', async () => {}, /no such file.*Check the path/, 'FILE_UNREADABLE'],
  ['a directory', 'folder.ndjson', (path) => mkdir(path), /no regular file.*Name a file/, 'FILE_UNREADABLE'],
  ['a directory of columns', 'folder.csv', (path) => mkdir(path), /is a directory/, 'FILE_UNREADABLE'],
  ['an empty Parquet file', 'empty.parquet', (path) => writeFile(path, ''), /empty \(0 bytes\)/, 'FILE_MALFORMED'],
  ['an empty CSV file', 'empty.csv', (path) => writeFile(path, ''), /empty \(0 bytes\)/, 'FILE_MALFORMED'],
  [
    'a Parquet file cut in half',
    'half.parquet',
    async (path) => {
      await parquet(path);
      await truncate(path, Math.floor((await readFile(path)).length / 2));
    },
    /without its end.*Copy it again/,
    'FILE_MALFORMED',
  ],
  [
    'an Arrow file cut in half',
    'half.arrow',
    async (path) => {
      await arrow(path);
      await truncate(path, Math.floor((await readFile(path)).length / 2));
    },
    /without its end.*Copy it again/,
    'FILE_MALFORMED',
  ],
  [
    'a Parquet file damaged in its middle',
    'damaged.parquet',
    async (path) => {
      await parquet(path);
      const bytes = await readFile(path);
      await writeFile(path, bytes.fill(0x7f, 10, bytes.length - 12));
    },
    /cannot be read as Parquet.*Write it again/,
    'FILE_MALFORMED',
  ],
  [
    'a CSV file with binary in it',
    'binary.csv',
    (path) =>
      writeFile(
        path,
        Buffer.concat([Buffer.from(`id,at,amount\na,${at},1\n`), Buffer.from([0, 255, 0, 7]), Buffer.from('\n')]),
      ),
    /zero bytes.*convert it to UTF-8/,
    'FILE_MALFORMED',
  ],
  [
    'an unknown ending',
    'events.xlsx',
    (path) => writeFile(path, 'x'),
    /ending says no format.*Known endings/,
    'FILE_MALFORMED',
  ],
])('%s ends the run with 2, its place, reason and cure', async (_, name, make, message, code) => {
  const { code: exit, stdout, stderr, file } = await runOver(name, make);
  expect([exit, stderr]).toEqual([2, expect.stringContaining(file)]);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code, place: file } });
});

test('an empty NDJSON file is a stream without events', async () => {
  const { code, stdout } = await runOver('empty.ndjson', (path) => writeFile(path, ''));
  expect([code, JSON.parse(stdout).events.read]).toEqual([0, 0]);
});

test('lines of every kind: CRLF, blank ones, 100 MB, no newline at the end', async () => {
  const huge = Buffer.alloc(100 * 1024 * 1024, 97);
  const { code, stdout, store } = await runOver('events.ndjson', (path) =>
    writeFile(
      path,
      Buffer.concat([
        Buffer.from(`${line('crlf')}\r\n\r\n\n\n${line('after blanks')}\n{"id":"huge","at":"${at}","country":"`),
        huge,
        Buffer.from(`"}\nnot json\n${line('before the end')}\n${line('last')}`),
      ]),
    ),
  );
  expect(code).toBe(0);
  expect(JSON.parse(stdout).events).toMatchObject({ read: 6, valid: 4, rejected: 2, deadLettered: 2 });
  await withStore(store, async (opened) => {
    const ids = await opened.query<{ id: string }>('SELECT id FROM tidemark_orders.events FINAL ORDER BY offset');
    expect(ids.map(({ id }) => id)).toEqual(['crlf', 'after blanks', 'before the end', 'last']);
    const letters = await opened.query<{ reason: string }>(
      'SELECT reason FROM tidemark_orders.dead_letters FINAL ORDER BY offset',
    );
    expect(letters.map(({ reason }) => reason)).toEqual(['event_too_large', 'json_syntax']);
  });
});

test.each<[name: string, make: (path: string) => Promise<unknown>, counts: object]>([
  ['events.parquet', parquet, { read: 5000, valid: 5000 }],
  ['events.arrow', arrow, { read: 2, valid: 1, rejected: 1 }],
  [
    'events.csv',
    (path) => writeFile(path, `id,at,amount,country\r\na,${at},1,"line\nbreak"\r\nb,${at},,CH\r\nc,nowhere,3,CH`),
    { read: 3, valid: 2, rejected: 1 },
  ],
])('%s: rows are events, bad ones dead letters', async (name, make, counts) => {
  const { code, stdout, stderr } = await runOver(name, make);
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout).events).toMatchObject(counts);
});

test('beside an open HTTP source the rest of the file is committed, and it is said once', async () => {
  const pipeline = await writePipeline({ source: '{ file: { path: events.ndjson }, http: {} }' });
  await writeFile(join(pipeline.directory, 'events.ndjson'), `${line('a')}\n${line('b')}\n\r\n\n`);
  const worker = await up(pipeline.path);
  await worker.waitFor(/everything in the files is read; the console stays at http:\S+ until Ctrl-C/);
  expect((await send(worker.url, line('c'))).status).toBe(200);
  expect((await send(worker.url, line('d'))).status).toBe(200);
  const { code, stderr } = await worker.stop('SIGINT');
  expect([code, stderr.match(/everything/g)]).toEqual([0, ['everything']]);
  await withStore(pipeline.store, async (store) =>
    expect(await countsOf(store)).toMatchObject({ read: 4, valid: 4, events: 4 }),
  );
});
