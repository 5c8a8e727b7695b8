import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { createRandom } from '../../../common/random.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export const dayMs = 86_400_000;
/** A Monday; the reference is the four weeks before. */
export const streamStartMs = Date.UTC(2026, 1, 2);
const referenceDays = 28;
export const streamDays = 24;
const eventsADay = 300;
const cities = ['Bonn', 'Ulm', 'Hof'];

export interface Shop {
  readonly directory: string;
  /** The pipeline as it ran. */
  readonly pipeline: string;
  /** Another pipeline file beside it: top-level sections in place of the pipeline's own. */
  changed(name: string, sections: object): Promise<string>;
  run(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string; readonly err: string }>;
  remove(): Promise<void>;
}

/** Prices are a third higher from day 8 to 13; from day 16 to 20 every tenth is missing. */
function orders(fromMs: number, days: number, seed: number) {
  const random = createRandom(seed);
  return Array.from({ length: days * eventsADay }, (_, at) => {
    const day = Math.floor(at / eventsADay);
    const inStream = fromMs === streamStartMs;
    const factor = inStream && day >= 8 && day < 14 ? 1.33 : 1;
    const missing = inStream && day >= 16 && day < 21 && random.next() < 0.1;
    const price = Math.round(2000 * factor * Math.exp(0.4 * random.normal())) / 100;
    const city = cities[Math.floor(cities.length * random.next() ** 1.5)];
    return {
      id: `${seed}-${at}`,
      time: new Date(fromMs + (at / eventsADay) * dayMs).toISOString(),
      price: missing ? null : price,
      city,
    };
  });
}

/** A small pipeline that has run to the end of its files, by the command a user runs. */
export async function createShop(): Promise<Shop> {
  const directory = await mkdtemp(join(tmpdir(), 'tidemark-backtest-'));
  const pipeline = join(directory, 'pipeline.yaml');
  const reference = orders(streamStartMs - referenceDays * dayMs, referenceDays, 1);
  await writeFile(
    join(directory, 'reference.csv'),
    ['time,price,city', ...reference.map(({ time, price, city }) => `${time},${price},${city}`)].join('\n'),
  );
  const stream = orders(streamStartMs, streamDays, 2);
  await writeFile(join(directory, 'events.ndjson'), stream.map((event) => `${JSON.stringify(event)}\n`).join(''));
  await writeFile(
    join(directory, 'contract.yaml'),
    stringify({
      contract: 'shop',
      version: 1,
      unknownFields: 'ignore',
      features: { price: { type: 'number' }, city: { type: 'string', required: true } },
    }),
  );
  await writeFile(
    pipeline,
    stringify({
      pipeline: 'shop',
      source: { file: { path: 'events.ndjson' } },
      event: { format: 'json', id: '/id', time: '/time' },
      contract: 'contract.yaml',
      reference: 'reference.csv',
      segments: [{ by: ['city'], top: 2 }],
      windows: { pane: '6h' },
      drift: [{ against: 'training', window: '1d' }],
      server: { port: 0 },
      store: { url: `embedded:${join(directory, 'store')}` },
    }),
  );
  const shop: Shop = {
    directory,
    pipeline,
    async changed(name, sections) {
      const path = join(directory, name);
      await writeFile(path, stringify({ ...parse(await readFile(pipeline, 'utf8')), ...sections }));
      return path;
    },
    run: (...args) =>
      new Promise((done) => {
        const child = execFile(
          process.execPath,
          ['--import', 'tsx', join(root, 'cli/main.ts'), ...args],
          { cwd: root, maxBuffer: 64 * 1024 * 1024 },
          (_error, out, err) => done({ code: child.exitCode ?? -1, out, err }),
        );
      }),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
  const ended = await shop.run('up', pipeline, '--once', '--json', '--no-console');
  if (ended.code !== 0) throw new Error(`the pipeline ended with ${ended.code}: ${ended.err}`);
  return shop;
}
