import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Backtest, backtestSchema } from '../../../common/backtest.ts';
import { explainedSchema } from '../../../common/explained.ts';
import type { JudgingDesk } from '../../../serving/http/options.ts';
import { fillConsole } from '../console/fixture.ts';
import { type Harness, judgingOver, startHarness } from './harness.ts';

let harness: Harness;
/** Held back until a test lets them go. */
let holding: Promise<void> = Promise.resolve();

beforeAll(async () => {
  const desk = (): JudgingDesk => judgingOver(harness.store);
  harness = await startHarness({
    fill: (store) => fillConsole(store, { days: 48 }),
    server: {
      judging: {
        budget: { falseAlarmsPerWeek: 1, minEffect: 0.05, open: { alarms: 2, of: 3 }, closeAfterQuiet: 3 },
        async backtest(asked) {
          await holding;
          return desk().backtest(asked);
        },
        explain: (asked) => desk().explain(asked),
      },
    },
  });
});
afterAll(() => harness.close());

const at = (path: string) => `${harness.url}/v1/pipelines/flights${path}`;
const ask = (body?: object) =>
  fetch(at('/backtest'), {
    method: 'POST',
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });

test('the budget in force can be read', async () => {
  const answer = await fetch(at('/budget'));
  expect(await answer.json()).toEqual({
    falseAlarmsPerWeek: 1,
    minEffect: 0.05,
    open: { alarms: 2, of: 3 },
    closeAfterQuiet: 3,
  });
});

test('a backtest answers as its schema says, over a part of what is stored', async () => {
  const answer = await ask({ budget: { minEffect: 0.3 }, from: '2001-02-20', to: Date.UTC(2001, 2, 20) });
  expect(answer.status).toBe(200);
  const result = backtestSchema.parse(await answer.json());
  expect(result).toMatchObject({
    pipeline: 'flights',
    from: Date.UTC(2001, 1, 20),
    to: Date.UTC(2001, 2, 20),
    budget: { falseAlarmsPerWeek: 1, minEffect: 0.3 },
    windows: 28,
  });
  expect(result.incidents.map(({ verdict, now }) => [verdict, now?.cause])).toEqual([['same', 'drift']]);
});

test('without a body everything is judged again under the budget in force', async () => {
  const result = (await (await ask()).json()) as Backtest;
  expect(result).toMatchObject({ windows: 48, budget: { falseAlarmsPerWeek: 1, minEffect: 0.05 } });
});

test('one is made at a time', async () => {
  let letGo = (): void => {};
  holding = new Promise((resolve) => {
    letGo = resolve;
  });
  const first = ask({ from: '2001-03-01' });
  // Whichever of the two comes first waits; the other is told to.
  const second = ask({ from: '2001-03-01' });
  const refused = await Promise.race([first, second]);
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('5');
  expect(await refused.json()).toMatchObject({ error: { code: 'BACKTEST_RUNNING' } });
  letGo();
  expect((await Promise.all([first, second])).map(({ status }) => status).sort()).toEqual([200, 429]);
  expect((await ask({ from: '2001-03-10' })).status).toBe(200);
});

test.each([
  [{ from: '2001-03-02', to: '2001-03-01' }, 400, 'CONFIG_INVALID'],
  [{ from: 'soon' }, 400, 'CONFIG_INVALID'],
  [{ from: 1e300 }, 400, 'CONFIG_INVALID'],
  [{ from: '2002-01-01' }, 404, 'NOT_FOUND'],
  [{ budget: { falseAlarmsPerWeek: 0 } }, 400, 'FST_ERR_VALIDATION'],
  [{ budget: { minEffect: 2 } }, 400, 'FST_ERR_VALIDATION'],
  [{ budget: { minEfect: 0.2 } }, 400, 'FST_ERR_VALIDATION'],
  [{ config: {} }, 400, 'FST_ERR_VALIDATION'],
])('%j is refused with %i', async (body, status, code) => {
  const answer = await ask(body);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ error: { code } });
});

test('another pipeline is not there', async () => {
  const answer = await fetch(`${harness.url}/v1/pipelines/other/backtest`, { method: 'POST' });
  expect(answer.status).toBe(404);
});

test('a judgement is explained, as its schema says', async () => {
  const asked = new URLSearchParams({
    comparison: 'training:1d',
    feature: 'distance',
    segment: 'origin=DEN',
    windowStart: String(Date.UTC(2001, 2, 9)),
  });
  const answer = await fetch(at(`/explain?${asked}`));
  expect(answer.status).toBe(200);
  const { judgement, workings, histogram } = explainedSchema.parse(await answer.json());
  expect(judgement).toMatchObject({ feature: 'distance', segment: 'origin=DEN', alarm: true });
  expect(workings[0]?.lines[0]).toMatch(/^α = false alarms a week/);
  expect(histogram?.bins.length).toBeGreaterThan(5);
});

test.each([
  ['comparison=training%3A1d&feature=distance&windowStart=1', 404, 'NOT_FOUND'],
  ['comparison=training%3A1d&feature=distance', 400, 'FST_ERR_VALIDATION'],
])('explain?%s is refused with %i', async (query, status, code) => {
  const answer = await fetch(at(`/explain?${query}`));
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ error: { code } });
});
