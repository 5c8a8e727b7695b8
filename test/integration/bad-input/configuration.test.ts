import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openRegistry } from '../../../cli/runtime/registry.ts';
import { storeArtifact } from '../../../serving/model/artifacts.ts';
import { register } from '../../../serving/registry/transitions.ts';
import { createRegistryStore } from '../../../store/registry-store.ts';
import { writeModel } from '../models/graphs.ts';
import { cleanUp, temporary, tidemark, withStore, writePipeline } from './harness.ts';

afterEach(cleanUp);

async function refusal(pipeline: string, env: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await tidemark(['up', pipeline, '--json', '--no-console'], env).finished;
  expect(code).toBe(2);
  expect(stderr).not.toContain('internal error');
  return { stderr, error: (JSON.parse(stdout) as { error: { code: string; message: string; cure: string } }).error };
}

test('a contract that contradicts itself is refused with every contradiction and its line', async () => {
  const { path, directory } = await writePipeline({
    contract: `contract: orders
features:
  amount: { type: number, min: 10, max: 1 }
  country: { type: string, minLength: 5, domain: { values: [CH] } }
  count: { type: integer, pattern: "x" }
  again: { type: number, path: /amount }
  hour: { type: integer, derive: { hourOf: nothing } }
rules:
  - { name: r, require: "nowhere > 5" }
  - { name: s, require: "amount >" }
`,
  });
  const { error, stderr } = await refusal(path);
  expect(error.code).toBe('CONTRACT_INVALID');
  const found = [...error.message.matchAll(/contract\.yaml:(\d+):\d+: (\S+):/g)].map(([, row, key]) => `${row} ${key}`);
  expect(found).toEqual([
    '3 features.amount.min',
    '4 features.country.domain.values[0]',
    '5 features.count.pattern',
    '6 features.again',
    '7 features.hour.derive',
    '9 rules[0].require',
    '10 rules[1].require',
  ]);
  expect(stderr).toContain(join(directory, 'contract.yaml'));
});

test.each<[what: string, change: (text: string) => string, expected: RegExp[]]>([
  ['unknown keys', (text) => `${text}modells: []\n`, [/pipeline\.yaml:8:1: modells: .*models/]],
  [
    'wrong types',
    (text) => text.replace('interval: 50ms', 'rows: many, interval: 5 parsecs').replace('port: 0', 'port: 99999'),
    [/:5:\d+: flush\.rows: expected number/, /:5:\d+: flush\.interval: expected a duration/, /:6:\d+: server\.port: /],
  ],
  [
    'a variable that is not set',
    (text) => text.replace('pipeline: orders', `pipeline: "\${TIDEMARK_TEST_UNSET}"`),
    [/:1:\d+: the environment variable TIDEMARK_TEST_UNSET is not set/],
  ],
  [
    'an action for a model that is not there',
    (text) => `${text}actions: [{ when: severity >= high, retrain: lste }]\nmodels: [{ name: late }]\n`,
    [/:8:\d+: actions\[0\]\.retrain: there is no model lste.*late/],
  ],
  [
    'a condition that cannot be read',
    (text) =>
      `${text}alerts: [{ name: team, webhook: { url: "http://localhost:1" } }]\nactions: [{ when: severity >= terrible, alert: [team] }]\n`,
    [/:9:\d+: actions\[0\]\.when: /],
  ],
  ['a file that is not YAML', () => 'a: [1\n b', [/pipeline\.yaml:2:3: /]],
  ['an empty file', () => '', [/the file is empty/]],
])('%s: refused with 2, line and reason', async (_, change, expected) => {
  const { path } = await writePipeline({});
  const text = await readFile(path, 'utf8');
  await writeFile(path, change(text));
  const { error } = await refusal(path);
  expect(error.code).toBe('CONFIG_INVALID');
  const { place } = error as unknown as { place: string };
  for (const pattern of expected) expect(`${place}: ${error.message}`).toMatch(pattern);
  expect(error.cure).toBeTruthy();
});

test('a pipeline of sources without an end has nothing to do once', async () => {
  const { path } = await writePipeline({});
  const { code, stderr } = await tidemark(['up', path, '--once']).finished;
  expect(code).toBe(2);
  expect(stderr).toMatch(/--once: nothing that the pipeline reads has an end.*add a source\.file.*\[CONFIG_INVALID\]/);
});

test('a registered model whose inputs the contract does not have is refused at the start with 2, not in a loop', async () => {
  const { path, store } = await writePipeline({ more: 'models: [{ name: late }]\n' });
  const candidate = await writeModel(join(await temporary(), 'candidate'));
  const stored = await storeArtifact({ root: join(store, 'artifacts', 'models'), candidate });
  // The tables are made by a first command.
  expect((await tidemark(['models', 'list', path]).finished).code).toBe(0);
  await withStore(store, async (opened) => {
    const registry = await openRegistry(createRegistryStore(opened), { shared: false });
    const { artifactId } = stored;
    const made = { signature: stored.signature, artifactId, reason: 'by hand', atMs: 1 };
    await registry.change('late', (state) => register(state, made), 0);
  });
  const { error, stderr } = await refusal(path);
  expect(error.code).toBe('MODEL_INVALID');
  expect(error.message).toMatch(/input origin needs feature origin, which the contract does not have/);
  expect(stderr).toContain('Add the feature to the contract');
});
