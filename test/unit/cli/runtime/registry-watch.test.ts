import { expect, it } from 'vitest';
import type { Registry } from '../../../../cli/runtime/registry.ts';
import { createRegistryWatch } from '../../../../cli/runtime/registry-watch.ts';
import { ErrorCode, TidemarkError } from '../../../../common/error.ts';
import { silentLogger } from '../../../../common/ports.ts';

function watched() {
  const seen = { nowMs: 0, changed: false, fails: false, refreshed: 0, applied: 0 };
  const registry: Registry = {
    state: () => {
      throw new Error('not asked');
    },
    async refresh() {
      seen.refreshed++;
      const { changed } = seen;
      seen.changed = false;
      return changed;
    },
    change: async () => {},
  };
  const watch = createRegistryWatch({
    registry,
    async apply() {
      if (seen.fails) throw new TidemarkError(ErrorCode.FILE_UNREADABLE, 'the artifact is not here yet');
      seen.applied++;
    },
    intervalMs: 2000,
    clock: { now: () => seen.nowMs },
    logger: silentLogger,
  });
  return { seen, watch };
}

it('the registry is read once an interval, and applied where it has changed', async () => {
  const { seen, watch } = watched();
  await watch.look();
  expect(seen.refreshed).toBe(0);
  seen.nowMs = 2000;
  await watch.look();
  await watch.look();
  expect([seen.refreshed, seen.applied]).toEqual([1, 0]);
  Object.assign(seen, { nowMs: 4000, changed: true });
  await watch.look();
  expect([seen.refreshed, seen.applied]).toEqual([2, 1]);
});

it('a change that cannot be applied yet is tried again, and events go on meanwhile', async () => {
  const { seen, watch } = watched();
  Object.assign(seen, { nowMs: 2000, changed: true, fails: true });
  await watch.look();
  Object.assign(seen, { nowMs: 4000, fails: false });
  await watch.look();
  Object.assign(seen, { nowMs: 6000 });
  await watch.look();
  expect(seen.applied).toBe(1);
});
