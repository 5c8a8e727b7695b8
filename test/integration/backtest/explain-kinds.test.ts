import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Explained, explain } from '../../../cli/runtime/explain/explaining.ts';
import { withReadOnlyBase } from '../../../cli/runtime/read-only-base.ts';
import { loadPipeline } from '../../../config/load.ts';
import type { Store } from '../../../store/client.ts';
import { hourMs, trips, tripsStartMs, writeTrips } from '../../support/trips/trips.ts';
import { cleanUp, temporary, tidemark } from '../bad-input/harness.ts';

/** Trips no longer take as long as they are far; then one firmware says a third of what batteries have. */
const unpairedFromMs = tripsStartMs + 48 * hourMs;
const faultyFromMs = tripsStartMs + 72 * hourMs;

const hour = (after: number): string => new Date(tripsStartMs + after * hourMs).toISOString();
const joint = ['correlation', 'mutual-information', 'pca', 'classifier'];
const ordinary = `training:6h|${hour(6)}||@joint:correlation`;
const skewed = (feature: string): string => `skew:6h|${hour(78)}||${feature}`;
const unpaired = (test: string): string => `training:6h|${hour(54)}||@joint:${test}`;
const windows = [...joint.map(unpaired), ordinary, skewed('battery'), skewed('firmware')];

/** By what was asked. */
const told = new Map<string, Explained>();
beforeAll(async () => {
  const directory = await temporary();
  const events = trips(0, 114, { unpairedFromMs, faulty: { firmware: 'fw-7', fromMs: faultyFromMs } });
  const pipeline = await writeTrips(directory, events, {
    drift: [
      { against: 'training', window: '6h' },
      { against: 'skew', window: '6h', limits: { default: { linf: 0.02, jsDivergence: 0.01 } } },
    ],
    detectors: { kinds: ['evidence', 'page-hinkley'], slice: '1h' },
    store: { url: `embedded:${join(directory, 'store')}` },
  });
  const ended = await tidemark(['up', pipeline, '--once', '--no-console']).finished;
  expect(ended.code, ended.stderr).toBe(0);
  const file = await loadPipeline(pipeline, {});
  await withReadOnlyBase(file, directory, async (base) => {
    // Made once for all that is asked.
    const reference = base.referenceOfFile();
    const asked = [...windows, ...(await alarmsOverTime(base.store))];
    for (const name of asked)
      told.set(name, await explain({ ...base, config: file.config, referenceOfFile: () => reference }, name));
  });
}, 120_000);
afterAll(cleanUp);

function explained(name: string): Explained {
  const found = told.get(name);
  if (found === undefined) throw new Error(`${name} was not asked`);
  return found;
}

const linesOf = ({ workings }: Explained): string =>
  workings.flatMap(({ title, lines }) => [title, ...lines]).join('\n');
const sumOf = ({ histogram }: Explained, side: 'reference' | 'current'): number =>
  histogram?.bins.reduce((sum, bin) => sum + bin[side], 0) ?? 0;

function expectBothSides(one: Explained): void {
  for (const side of ['reference', 'current'] as const) expect(sumOf(one, side)).toBeCloseTo(1, 6);
}

describe('tidemark drift explain, beyond windows of one feature', () => {
  it.each([
    [
      'correlation',
      /S = max of .* among 3 pairs, at distance and duration: r₀ = 0\.9[78]\d*, r₁ = -?0\.0/,
      'categorical',
    ],
    ['mutual-information', /S = max of .* among 10 pairs, at distance and duration: I₀ = 1\.\d+, I₁ = /, 'categorical'],
    ['pca', /e₀ 0\.\d+, e₁ 1\.\d+ with 1 of 3 components/, 'numeric'],
    ['classifier', /AUC 0\.[78]\d*/, 'numeric'],
  ])('works @joint:%s out again from the samples, with the same numbers', (test, formula, kind) => {
    const found = explained(unpaired(test));
    expect(found.judgement.alarm).toBe(true);
    expect(found.notes).toEqual([]);
    const text = linesOf(found);
    expect(text).toMatch(formula);
    // Where detectors watch, windows have a fifth of the budget.
    expect(text).toMatch(/α = false alarms a week \/ judgements a week \/ tests = 0\.2 \/ 252 \/ [12] = 0\.000/);
    expect(text).toMatch(/null {6}ratios of 40 left-out windows: median/);
    expect(found.histogram?.kind).toBe(kind);
    expectBothSides(found);
  });

  it('says of an ordinary window that it is one', () => {
    const { judgement, notes, workings } = explained(ordinary);
    expect([judgement.alarm, notes, workings.length]).toEqual([false, [], 4]);
  });

  it('works out again what a fixed limit decided, and what chance alone gives', () => {
    const found = explained(skewed('battery'));
    expect(found.judgement).toMatchObject({ alarm: true, statistic: 'js_divergence', critical: 0.01 });
    expect(found.notes).toEqual([]);
    const text = linesOf(found);
    expect(text).toMatch(/JSD = H\(.* = 0\.0\d+ bits, over ten equal buckets/);
    expect(text).toMatch(/by chance so much or more comes with probability \S+ \(chi-square/);
    expectBothSides(found);
    const firmware = linesOf(explained(skewed('firmware')));
    expect(firmware).toMatch(/L∞ = max \|p − q\| = 0\.\d+, at fw-\d+: 2\.\d+ % in training, \d/);
  });

  it('counts the slices since a change began again', () => {
    const nameOf = (comparison: string) => [...told.keys()].find((name) => name.startsWith(`${comparison}|`)) ?? '';
    const found = explained(nameOf('over-time:1h'));
    const text = linesOf(found);
    expect(text).toMatch(/limit {5}patience · watched \/ k = 420 · 5 \/ \d = \d+, k being how many were found at once/);
    const again = Number(/these \d+ slices make ([\d.]+); what there was before them, less than 30/.exec(text)?.[1]);
    expect(again).toBeGreaterThan(0);
    expect(again).toBeLessThanOrEqual(1.001 * (found.judgement.value ?? 0));
    expectBothSides(found);
    expect(linesOf(explained(nameOf('over-time/page-hinkley:1h')))).toMatch(
      /page-hinkley, which decided\n.*\(Page 1954\)\n.*\n.* standard deviations of a slice/,
    );
  });
});

async function alarmsOverTime(store: Store): Promise<string[]> {
  const rows = await store.query<{ comparison: string; start: string }>(
    `SELECT comparison, toString(toUnixTimestamp64Milli(window_start)) AS start FROM \`${store.database}\`.judgements FINAL
     WHERE startsWith(comparison, 'over-time') AND alarm = 1 AND feature = 'battery' AND segment = '' ORDER BY window_start DESC`,
  );
  return rows.map(({ comparison, start }) => `${comparison}|${start}||battery`);
}
