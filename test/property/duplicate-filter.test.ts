import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDuplicateFilter } from '../../consumers/worker/duplicate-filter.ts';

/** What the filter claims to compute, the slow way: the ids of the last `window` accepted events. */
function exactFilter(window: number) {
  const accepted: string[] = [];
  return (id: string): boolean => {
    if (window > 0 && accepted.slice(-window).includes(id)) return true;
    accepted.push(id);
    return false;
  };
}

const ids = fc.array(
  fc.integer({ min: 0, max: 60 }).map((n) => `id-${n}`),
  { maxLength: 400 },
);

describe('the duplicate filter', () => {
  it('finds exactly the ids of the last accepted events', () => {
    fc.assert(
      fc.property(ids, fc.integer({ min: 0, max: 40 }), (stream, window) => {
        const filter = createDuplicateFilter(window);
        const exact = exactFilter(window);
        for (const id of stream) expect(filter.seen(id)).toBe(exact(id));
      }),
    );
  });

  it('comes to the same answers after a restart that is given the last accepted ids', () => {
    fc.assert(
      fc.property(ids, ids, fc.integer({ min: 1, max: 40 }), (before, after, window) => {
        const running = createDuplicateFilter(window);
        const accepted = before.filter((id) => !running.seen(id));
        const restarted = createDuplicateFilter(window);
        for (const id of accepted.slice(-window)) restarted.seen(id);
        for (const id of after) expect(restarted.seen(id)).toBe(running.seen(id));
      }),
    );
  });
});
