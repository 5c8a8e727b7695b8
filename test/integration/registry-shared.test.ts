import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { byHand, openRegistry } from '../../cli/runtime/registry.ts';
import type { RegistryEntry } from '../../serving/registry/entry.ts';
import type { RegistryState } from '../../serving/registry/registry.ts';
import { openStore, type Store } from '../../store/client.ts';
import { migrate } from '../../store/migrations.ts';
import { createRegistryStore, type RegistryStore } from '../../store/registry-store.ts';
import { cleanUp, temporary } from './bad-input/harness.ts';

/** Two processes over one log, as far as the log can tell. */
let store: Store;
let log: RegistryStore;
const model = 'late';

beforeAll(async () => {
  store = await openStore({
    url: `embedded:${join(await temporary(), 'store')}`,
    database: 'tidemark_shared',
    workingDirectory: '/',
  });
  await migrate(store);
  log = createRegistryStore(store);
});
beforeEach(() => store.command('TRUNCATE TABLE tidemark_shared.model_log'));
afterAll(async () => {
  await store.close();
  await cleanUp();
});

/** One more entry that says who wrote it. */
const note =
  (version: string) =>
  (state: RegistryState): RegistryEntry[] => [
    {
      model,
      seq: state.seq + 1,
      atMs: 1000,
      version,
      body: { kind: 'role', role: 'retired', cause: 'operator', reason: version },
    },
  ];
const versions = (state: RegistryState) => state.history.map(({ version }) => version);

it('a change of one process is seen by the other when it looks, and only then is anything new', async () => {
  const [here, there] = [await openRegistry(log, { shared: true }), await openRegistry(log, { shared: true })];
  await here.change(model, note('a'), 1);
  expect(versions(there.state(model))).toEqual([]);
  expect(await there.refresh()).toBe(true);
  expect(versions(there.state(model))).toEqual(['a']);
  expect(await there.refresh()).toBe(false);
});

it('changes of two processes at the same moment are both kept, one after the other', async () => {
  const [here, there] = [await openRegistry(log, { shared: true }), await openRegistry(log, { shared: true })];
  await here.change(model, note('first'), 1);
  // Between its looking and its writing the other writes under the same number.
  let overtaken = false;
  const slow: RegistryStore = {
    ...log,
    async appendModelLog(rows, revision) {
      await log.appendModelLog(rows, revision);
      if (overtaken) return;
      overtaken = true;
      await log.appendModelLog(
        rows.map((row) => ({ ...row, version: 'by hand' })),
        byHand,
      );
    },
  };
  const overtakenOne = await openRegistry(slow, { shared: true });
  await overtakenOne.change(model, note('leader'), 2);
  await there.refresh();
  expect(versions(there.state(model))).toEqual(['first', 'by hand', 'leader']);
  await Promise.all(['x', 'y', 'z'].map((version) => there.change(model, note(version), 3)));
  expect(versions(there.state(model))).toEqual(['first', 'by hand', 'leader', 'x', 'y', 'z']);
});
