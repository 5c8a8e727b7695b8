import { describe, expect, it } from 'vitest';
import { noMetrics } from '../../../../common/ports.ts';
import type { AssignmentListener, PartitionId, Source, SourceBatch } from '../../../../common/source.ts';
import type { Decoder } from '../../../../consumers/decoders/decoder.ts';
import { holdUntilPrepared } from '../../../../consumers/decoders/holding-source.ts';

const id = (partition: number): PartitionId => ({ source: 't', partition, role: 'events' });
/** A batch of one message that needs `schema`; the empty text needs nothing. */
const batch = (partition: number, offset: number, schema = ''): SourceBatch => ({
  partition: id(partition),
  messages: [{ offset, key: null, value: Buffer.from(schema) }],
  nextOffset: offset + 1,
});

/** A source that gives what is put in, and a decoder that knows the schemas it is told. */
function setUp(bounds: { readonly maxMessages?: number } = {}) {
  const queue: SourceBatch[] = [];
  const known = new Set(['']);
  const waiting = new Map<string, (() => void)[]>();
  let wake = (): void => undefined;
  let listener: AssignmentListener | undefined;
  let reads = 0;
  let closed = false;
  const inner: Source = {
    shared: true,
    ends: () => [],
    commit: async () => undefined,
    async start(given) {
      listener = given;
    },
    async read() {
      reads++;
      while (queue.length === 0 && !closed) await new Promise<void>((resolve) => (wake = resolve));
      return queue.shift();
    },
    async close() {
      closed = true;
      wake();
    },
  };
  const decoder: Decoder = {
    waits: true,
    decode: () => ({ ok: true, value: {} }),
    prepare({ messages }, signal) {
      const schema = String(messages[0]?.value);
      if (known.has(schema)) return undefined;
      return new Promise((resolve, reject) => {
        waiting.set(schema, [...(waiting.get(schema) ?? []), resolve]);
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    },
  };
  const source = holdUntilPrepared(inner, { decoder, metrics: noMetrics, role: 'events', ...bounds });
  return {
    source,
    reads: () => reads,
    put(...batches: SourceBatch[]) {
      queue.push(...batches);
      wake();
    },
    learn(schema: string) {
      known.add(schema);
      for (const resolve of waiting.get(schema) ?? []) resolve();
    },
    async start() {
      const revoked: PartitionId[] = [];
      await source.start({ assigned: async () => [], revoked: (gone) => void revoked.push(...gone) });
      return { revoked, revoke: (partition: number) => listener?.revoked([id(partition)]) };
    },
  };
}

const offsetOf = async (read: Promise<SourceBatch | undefined>) => {
  const found = await read;
  return found === undefined ? undefined : [found.partition.partition, found.nextOffset - 1];
};

describe('a source that holds what is not prepared', () => {
  it('holds a partition in its order, while others go on', async () => {
    const { source, put, learn } = setUp();
    put(batch(0, 0), batch(0, 1, 'new'), batch(0, 2), batch(1, 0), batch(1, 1));
    expect(await offsetOf(source.read())).toEqual([0, 0]);
    expect(await offsetOf(source.read())).toEqual([1, 0]);
    expect(await offsetOf(source.read())).toEqual([1, 1]);
    const next = source.read();
    learn('new');
    expect(await offsetOf(next)).toEqual([0, 1]);
    expect(await offsetOf(source.read())).toEqual([0, 2]);
  });

  it('waits anew for what a later batch of the partition needs', async () => {
    const { source, put, learn } = setUp();
    put(batch(0, 0, 'a'), batch(0, 1, 'b'));
    const first = source.read();
    learn('a');
    expect(await offsetOf(first)).toEqual([0, 0]);
    const second = source.read();
    put(batch(1, 0));
    expect(await offsetOf(second)).toEqual([1, 0]);
    const third = source.read();
    learn('b');
    expect(await offsetOf(third)).toEqual([0, 1]);
  });

  it('reads no further than its bound', async () => {
    const { source, put, learn, reads } = setUp({ maxMessages: 2 });
    put(batch(0, 0, 'a'), batch(0, 1), batch(1, 0));
    const next = source.read();
    await new Promise((resolve) => setImmediate(resolve));
    expect(reads()).toBe(2);
    learn('a');
    expect(await offsetOf(next)).toEqual([0, 0]);
    expect(await offsetOf(source.read())).toEqual([0, 1]);
    expect(await offsetOf(source.read())).toEqual([1, 0]);
  });

  it('forgets what it holds of a partition that is taken away', async () => {
    const { source, put, learn, start } = setUp();
    const { revoke, revoked } = await start();
    put(batch(0, 0, 'a'), batch(0, 1), batch(1, 0));
    expect(await offsetOf(source.read())).toEqual([1, 0]);
    const next = source.read();
    revoke(0);
    expect(revoked).toEqual([id(0)]);
    learn('a');
    put(batch(1, 1));
    expect(await offsetOf(next)).toEqual([1, 1]);
  });

  it('ends when it is closed, whatever it holds', async () => {
    const { source, put } = setUp();
    put(batch(0, 0, 'a'));
    const next = source.read();
    await source.close();
    expect(await next).toBeUndefined();
  });
});
