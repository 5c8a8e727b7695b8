import { expect, test } from 'vitest';
import { silentLogger } from '../../../../common/ports.ts';
import type { EventOutcome, SourceBatch } from '../../../../common/source.ts';
import { Verdict } from '../../../../common/verdict.ts';
import { createHttpSource } from '../../../../consumers/http/http-source.ts';

async function open(maxPendingEvents = 10, offset = 500) {
  const source = createHttpSource({ maxBodyBytes: 1000, maxPendingEvents }, { logger: silentLogger });
  await source.start({
    assigned: async ([partition]) => (partition === undefined ? [] : [{ partition, offset, epoch: 3 }]),
    revoked() {},
  });
  return source;
}

const events = (...texts: string[]) => texts.map((text) => Buffer.from(text));

function outcomesOf({ partition, messages }: SourceBatch): EventOutcome[] {
  return messages.map(({ offset }) => ({ partition, offset, verdict: Verdict.VALID, violations: [] }));
}

test('offsets go on after the last chunk and stay with their events', async () => {
  const source = await open();
  const first = source.submit(events('a', 'b'), 7);
  const second = source.submit(events('c'), 8);
  const batch = (await source.read()) as SourceBatch;
  expect(batch.messages.map(({ offset, value, arrivalTimeMs }) => [offset, String(value), arrivalTimeMs])).toEqual([
    [500, 'a', 7],
    [501, 'b', 7],
    [502, 'c', 8],
  ]);
  expect(batch.nextOffset).toBe(503);
  // In any order, and not all at once.
  source.settle?.(outcomesOf(batch).slice(1).reverse());
  expect(await second).toMatchObject({ kind: 'stored', outcomes: [{ offset: 502 }] });
  source.settle?.(outcomesOf(batch).slice(0, 1));
  expect(await first).toMatchObject({ kind: 'stored', outcomes: [{ offset: 500 }, { offset: 501 }] });
});

test('a reader waits for events and is told of the end', async () => {
  const source = await open();
  const reading = source.read();
  const answer = source.submit(events('a'), 0);
  expect((await reading)?.messages).toHaveLength(1);
  const last = source.read();
  await source.close();
  expect(await last).toBeUndefined();
  expect(await answer).toEqual({ kind: 'closed' });
  expect(await source.submit(events('b'), 0)).toEqual({ kind: 'closed' });
});

test('requests are queued whole or not at all, and room is made by settling alone', async () => {
  const source = await open(3);
  const first = source.submit(events('a', 'b'), 0);
  expect(await source.submit(events('c', 'd'), 0)).toEqual({ kind: 'full', pendingEvents: 2 });
  const batch = (await source.read()) as SourceBatch;
  expect(await source.submit(events('c', 'd'), 0)).toMatchObject({ kind: 'full' });
  source.settle?.(outcomesOf(batch));
  await first;
  const again = source.submit(events('c', 'd'), 0);
  source.settle?.(outcomesOf((await source.read()) as SourceBatch));
  expect(await again).toMatchObject({ kind: 'stored', outcomes: [{ offset: 502 }, { offset: 503 }] });
});

test('outcomes of other sources and outcomes told twice change nothing', async () => {
  const source = await open(2);
  const waiting = source.submit(events('a', 'b'), 0);
  const outcomes = outcomesOf((await source.read()) as SourceBatch);
  const [one] = outcomes;
  if (one === undefined) throw new Error('no outcome');
  source.settle?.([{ ...one, partition: { ...one.partition, source: 'kafka' } }, one, one]);
  expect(await source.submit(events('c', 'd'), 0)).toEqual({ kind: 'full', pendingEvents: 1 });
  source.settle?.(outcomes);
  expect(await waiting).toMatchObject({ kind: 'stored' });
});

test('what comes before the start waits for it, within the bound', async () => {
  const source = createHttpSource({ maxBodyBytes: 1, maxPendingEvents: 2 }, { logger: silentLogger });
  const early = source.submit(events('a', 'b'), 0);
  expect(await source.submit(events('c'), 0)).toEqual({ kind: 'full', pendingEvents: 2 });
  await source.start({
    assigned: async ([partition]) => (partition === undefined ? [] : [{ partition, offset: 7, epoch: 1 }]),
    revoked() {},
  });
  const batch = (await source.read()) as SourceBatch;
  expect(batch.messages.map(({ offset }) => offset)).toEqual([7, 8]);
  source.settle?.(outcomesOf(batch));
  expect(await early).toMatchObject({ kind: 'stored' });
});

test('what waits for a start that never comes is told so', async () => {
  const source = createHttpSource({ maxBodyBytes: 1, maxPendingEvents: 2 }, { logger: silentLogger });
  const early = source.submit(events('a'), 0);
  await source.close();
  expect(await early).toEqual({ kind: 'closed' });
  expect(await source.submit(events('a'), 0)).toEqual({ kind: 'closed' });
});
