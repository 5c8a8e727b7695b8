import { describe, expect, it } from 'vitest';
import type { SourceBatch } from '../../../../common/source.ts';
import { createHandOff } from '../../../../consumers/kafka/hand-off.ts';

const batch = (offset: number, count = 1): SourceBatch => ({
  partition: { source: 'events', partition: 0, role: 'events' },
  messages: Array.from({ length: count }, (_, at) => ({ offset: offset + at, key: null, value: null })),
  nextOffset: offset + count,
});

/** Whether a promise has settled after every other task had its turn. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const turn = new Promise((resolve) => setImmediate(resolve, 'pending'));
  return (await Promise.race([promise, turn])) === 'pending';
}

describe('the hand-off', () => {
  it('gives batches in order', async () => {
    const handOff = createHandOff({ maxMessages: 10, maxBytes: 100 });
    handOff.put(batch(0), 1);
    handOff.put(batch(1), 1);
    expect(await handOff.take()).toEqual(batch(0));
    expect(await handOff.take()).toEqual(batch(1));
    expect([handOff.messages, handOff.bytes]).toEqual([0, 0]);
  });

  it('gives a batch to the one who waits', async () => {
    const handOff = createHandOff({ maxMessages: 10, maxBytes: 100 });
    const first = handOff.take();
    const second = handOff.take();
    handOff.put(batch(0), 1);
    handOff.put(batch(1), 1);
    expect(await Promise.all([first, second])).toEqual([batch(0), batch(1)]);
  });

  it.each([[{ maxMessages: 2, maxBytes: 1000 }], [{ maxMessages: 1000, maxBytes: 20 }]])(
    'has no space at its bound and has some after a batch was taken: %j',
    async (bounds) => {
      const handOff = createHandOff(bounds);
      handOff.put(batch(0), 10);
      expect(handOff.hasSpace()).toBe(true);
      handOff.put(batch(1), 10);
      expect(handOff.hasSpace()).toBe(false);
      const space = handOff.whenSpace();
      expect(await isPending(space)).toBe(true);
      await handOff.take();
      expect(await isPending(space)).toBe(false);
    },
  );

  it('accepts a batch above the bound when it is empty', () => {
    expect(createHandOff({ maxMessages: 0, maxBytes: 0 }).hasSpace()).toBe(true);
  });

  it('forgets what was not taken when it is cleared, and wakes who waits for space', async () => {
    const handOff = createHandOff({ maxMessages: 1, maxBytes: 1 });
    handOff.put(batch(0), 1);
    const space = handOff.whenSpace();
    handOff.clear();
    await space;
    const next = handOff.take();
    handOff.put(batch(7), 1);
    expect(await next).toEqual(batch(7));
  });

  it('ends everybody who waits when it is closed or fails', async () => {
    const closed = createHandOff({ maxMessages: 1, maxBytes: 1 });
    const waiting = closed.take();
    closed.close();
    expect(await waiting).toBeUndefined();
    expect(await closed.take()).toBeUndefined();

    const failed = createHandOff({ maxMessages: 1, maxBytes: 1 });
    const refused = failed.take();
    failed.fail(new Error('over'));
    await expect(refused).rejects.toThrow('over');
    await expect(failed.take()).rejects.toThrow('over');
    await failed.whenSpace();
  });
});
