import { expect, it } from 'vitest';
import { errorAnswer } from '../../../../store/http-front/front-error.ts';
import { createTurns } from '../../../../store/http-front/turns.ts';

it('work is done one after the other, in the order it came, whether or not the one before failed', async () => {
  const turns = createTurns(10);
  const seen: string[] = [];
  const work = (name: string, fails = false) =>
    turns.take(async () => {
      seen.push(`${name} begins`);
      await Promise.resolve();
      seen.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const all = await Promise.allSettled([work('a'), work('b', true), work('c')]);
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
});

it('what comes while too many wait is refused at once, as something that passes', async () => {
  const turns = createTurns(2);
  let release: () => void = () => {};
  const first = turns.take(() => new Promise<void>((resolve) => (release = resolve)));
  await Promise.resolve();
  const waiting = [turns.take(async () => 1), turns.take(async () => 2)];
  const refused = await turns.take(async () => 3).catch((error: unknown) => errorAnswer(error));
  expect(refused).toMatchObject({ status: 503, number: 202 });
  let idle = false;
  const done = turns.idle().then(() => (idle = true));
  expect(idle).toBe(false);
  release();
  await first;
  expect(await Promise.all(waiting)).toEqual([1, 2]);
  await done;
  expect(await turns.take(async () => 4)).toBe(4);
});
