import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type Base, openBase, openRuntime } from '../../cli/runtime/runtime.ts';
import { noMetrics, silentLogger } from '../../common/ports.ts';
import { createRandom } from '../../common/random.ts';
import { loadPipeline } from '../../config/load.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import { hourMs, type Trip, trips, tripsStartMs, writeTrips } from '../support/trips/trips.ts';

const changedFromMs = tripsStartMs + 48 * hourMs;
let directory: string;
let base: Base;

/** A vector whose components have one thing in common; from the change on they have another. */
function* withVectors(rows: Iterable<Trip>): Generator<Trip & { readonly embedding: readonly number[] }> {
  const random = createRandom(11);
  for (const trip of rows) {
    const common = random.normal();
    const turned = Date.parse(trip.at) >= changedFromMs;
    const embedding = Array.from(
      { length: 8 },
      (_, at) => (turned && at % 2 === 1 ? -common : common) + random.normal(),
    );
    yield { ...trip, embedding };
  }
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidemark-joint-vectors-'));
  const pipeline = await writeTrips(directory, withVectors(trips(0, 96)));
  const lines = (rows: Iterable<Trip>) => `${Array.from(rows, (trip) => JSON.stringify(trip)).join('\n')}\n`;
  await writeFile(join(directory, 'reference.ndjson'), lines(withVectors(trips(-30 * 24, 0))));
  const features = {
    distance: { type: 'number', required: true },
    region: { type: 'string', required: true },
    embedding: { type: 'vector', dimension: 8, required: true },
  };
  const contract = { contract: 'trips', version: 1, unknownFields: 'ignore', features };
  await writeFile(join(directory, 'contract.yaml'), stringify(contract));
  base = await openBase(await loadPipeline(pipeline, process.env), directory);
  const options = { logger: silentLogger, metrics: noMetrics, once: true, consoleUrl: () => undefined };
  const runtime = await openRuntime(base, options);
  await runtime.run();
  await runtime.close();
});
afterAll(async () => {
  await base.store.close();
  await rm(directory, { recursive: true, force: true });
});

describe('a vector', () => {
  it('takes part in joint judgements by its measures', async () => {
    const rows = await base.store.query<{ start: string; why: string; detail: string; alarm: number }>(
      `SELECT toUnixTimestamp64Milli(window_start) AS start, why, detail, alarm FROM \`${base.store.database}\`.judgements FINAL
       WHERE feature = '@joint:classifier' ORDER BY start`,
    );
    expect(rows.map(({ alarm }) => alarm)).toEqual([...Array(8).fill(0), ...Array(8).fill(1)]);
    const { about } = JSON.parse(rows[8]?.detail ?? '{}') as Judgement['detail'];
    expect(about?.length).toBeGreaterThan(0);
    for (const feature of about ?? []) expect(feature).toMatch(/^embedding\.(p[1-8]|norm)$/);
  });
});
