import { expect, test } from 'vitest';
import { createMemo } from '../../../../serving/http/memo.ts';

/** A clock that is set by hand, and a question that takes `costMs` of it. */
function setUp(costMs: number) {
  const time = { nowMs: 0 };
  let asked = 0;
  const memo = createMemo({ now: () => time.nowMs });
  const load = async (): Promise<number> => {
    time.nowMs += costMs;
    asked += 1;
    return asked;
  };
  return { time, ask: () => memo.ask('question', load), memo };
}

test('many who wait cost one question', async () => {
  const { ask } = setUp(10);
  expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
});

test.each([
  { costMs: 1, keptMs: 500 },
  { costMs: 100, keptMs: 2000 },
  { costMs: 3000, keptMs: 5000 },
])('an answer of $costMs ms is kept for $keptMs ms', async ({ costMs, keptMs }) => {
  const { time, ask } = setUp(costMs);
  await ask();
  time.nowMs += keptMs - 1;
  expect(await ask()).toBe(1);
  time.nowMs += 1;
  expect(await ask()).toBe(2);
});

test('after something happened the question is asked anew', async () => {
  const { ask, memo } = setUp(1);
  await ask();
  memo.clear();
  expect(await ask()).toBe(2);
});

test('a failure is not kept', async () => {
  const memo = createMemo({ now: () => 0 });
  await expect(memo.ask('question', async () => Promise.reject(new Error('down')))).rejects.toThrow('down');
  expect(await memo.ask('question', async () => 'up')).toBe('up');
});
