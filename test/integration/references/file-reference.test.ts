import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Base, openBase, openRuntime } from '../../../cli/runtime/runtime.ts';
import { noMetrics, silentLogger } from '../../../common/ports.ts';
import { loadPipeline } from '../../../config/load.ts';
import { createReadModel } from '../../../store/read-model.ts';

/** A pipeline whose reference is a file: what others than its monitor, such as the console, know of that reference. */

const example = (name: string) => fileURLToPath(new URL(`../../../examples/compose/${name}`, import.meta.url));
let directory: string;
const at = (name: string): string => join(directory, name);

async function use<T>(work: (base: Base) => Promise<T>): Promise<T> {
  const base = await openBase(await loadPipeline(at('pipeline.yaml'), {}), directory);
  try {
    return await work(base);
  } finally {
    await base.store.close();
  }
}

async function run(base: Base): Promise<void> {
  const options = { logger: silentLogger, metrics: noMetrics, once: true, consoleUrl: () => undefined };
  const runtime = await openRuntime(base, options);
  await runtime.run();
  await runtime.close();
}

const stored = ({ store }: Base) =>
  store.query<{ reference_id: string; origin: string; windows: string }>(
    `SELECT reference_id, origin, JSONExtractRaw(document, 'nulls') AS windows FROM \`${store.database}\`.references`,
  );

const pipeline = (drift: string, source: string): string => `pipeline: orders
source: { file: { path: ${source} } }
event: { id: /id, time: /time }
contract: contract.yaml
reference: reference.csv
windows: { pane: 1m, lateness: 30s }
drift: [${drift}]
store: { url: "embedded:./store" }
`;
const hourly = '{ against: training, window: 1h }';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidemark-file-reference-'));
  await copyFile(example('contract.yaml'), at('contract.yaml'));
  await copyFile(example('reference.csv'), at('reference.csv'));
  const [head, ...rows] = (await readFile(example('reference.csv'), 'utf8')).split('\n');
  await writeFile(at('first.csv'), [head, ...rows.slice(0, 1500)].join('\n'));
  await writeFile(at('second.csv'), [head, ...rows.slice(1500, 3000)].join('\n'));
  await writeFile(at('pipeline.yaml'), pipeline(hourly, 'first.csv'));
  await use(run);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

it('stands in the store once, so the console shows what a judgement was compared with', async () => {
  await use(async (base) => {
    const references = await stored(base);
    expect(references).toMatchObject([{ origin: at('reference.csv') }]);
    await rm(at('reference.csv'));
    const model = createReadModel((sql, parameters) => base.store.query(sql, parameters), base.store.database);
    const view = await model.feature({ feature: 'amount', comparison: 'training:1h' });
    expect(view?.judgement?.referenceId).toBe(references[0]?.reference_id);
    expect(view?.histogram).toMatchObject({ kind: 'numeric', nReference: 4320 });
    await copyFile(example('reference.csv'), at('reference.csv'));
  });
});

it('is not written again by the next start, but anew where windows have other lengths', async () => {
  await writeFile(at('pipeline.yaml'), pipeline(hourly, 'second.csv'));
  await use(async (base) => {
    await run(base);
    expect(await stored(base)).toHaveLength(1);
  });
  await copyFile(at('first.csv'), at('third.csv'));
  await writeFile(at('pipeline.yaml'), pipeline(`${hourly}, { against: training, window: 2h }`, 'third.csv'));
  await use(async (base) => {
    await run(base);
    const document = await base.stores.monitor.readReference(at('reference.csv'));
    const { nulls } = JSON.parse(document ?? '{}') as { nulls: readonly { readonly windowMs: number }[] };
    expect(nulls.map(({ windowMs }) => windowMs)).toEqual([3_600_000, 7_200_000]);
    expect(new Set((await stored(base)).map(({ reference_id }) => reference_id)).size).toBe(1);
  });
});
