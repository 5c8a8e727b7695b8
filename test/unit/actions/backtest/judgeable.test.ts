import { describe, expect, it } from 'vitest';
import {
  judgeableComparisons,
  missingFeatures,
  missingSegments,
  withSegmentsOf,
} from '../../../../actions/backtest/judgeable.ts';
import type { StoredPanes } from '../../../../actions/backtest/ports.ts';
import { type PipelineConfig, pipelineSchema } from '../../../../config/schema.ts';
import { shopReference } from '../../drift/judge/stream.ts';

const hourMs = 3_600_000;

function configOf(sections: object): PipelineConfig {
  return pipelineSchema.parse({
    pipeline: 'shop',
    source: { http: {} },
    event: { format: 'json', time: '/time' },
    contract: 'contract.yaml',
    ...sections,
  });
}

const reference = shopReference();
const binningOf = (name: string) => reference.feature(name)?.binning.id ?? '';

function stored(change: Partial<StoredPanes> = {}): StoredPanes {
  return { feature: 'price', binning: binningOf('price'), segments: false, paneMs: hourMs, ...change };
}

describe('judgeableComparisons', () => {
  const drift = [
    { against: 'training', window: '30m' },
    { against: 'training', window: '6h' },
    { against: 'training', window: '1d' },
  ];

  it('leaves out windows that are no sums of stored panes, and says so', () => {
    const { comparisons, notJudged } = judgeableComparisons(configOf({ drift }), [stored()]);
    expect(comparisons.map(({ window }) => window / hourMs)).toEqual([6, 24]);
    expect(notJudged).toEqual([
      {
        comparison: 'training:30m',
        what: 'all features',
        why: 'panes of 1h are stored: windows of 30m are no sums of them',
      },
    ]);
  });

  it('leaves out segments alone where theirs are longer', () => {
    const panes = [stored(), stored({ segments: true, paneMs: 24 * hourMs })];
    const { comparisons, notJudged } = judgeableComparisons(configOf({ drift: drift.slice(1) }), panes);
    expect(comparisons.map(({ segments }) => segments)).toEqual([false, true]);
    expect(notJudged.map(({ comparison, what }) => [comparison, what])).toEqual([['training:6h', 'segments']]);
  });
});

describe('withSegmentsOf', () => {
  it('keeps the segments that the configuration names, the first of each rule', () => {
    const segments = (by: readonly object[]) => withSegmentsOf(configOf({ segments: by }), reference).segments;
    expect(segments([{ by: ['city'] }])).toEqual(reference.segments);
    expect(segments([{ by: ['city'], top: 1 }])).toEqual(reference.segments.slice(0, 1));
    expect(segments([{ by: ['price'] }])).toEqual([]);
    expect(withSegmentsOf(configOf({}), reference).id).toBe(reference.id);
  });
});

describe('missingSegments', () => {
  it('names those the reference was not made with', () => {
    const config = configOf({ segments: [{ by: ['city'] }, { by: ['city', 'price'] }] });
    const all = new Set(reference.segments);
    expect(missingSegments(config, reference, all).map(({ what }) => what)).toEqual(['segments by city, price']);
  });

  it('names those of which no pane is stored, though the reference has them', () => {
    const config = configOf({ segments: [{ by: ['city'] }] });
    const missing = (stored: readonly string[]) =>
      missingSegments(config, reference, new Set(stored)).map(({ what, why }) => `${what}: ${why}`);
    expect(missing([])).toEqual(['segments by city: no pane of them is stored: they were not counted apart']);
    const some = reference.segments.slice(0, 1);
    expect(missing(some)).toEqual([`segments by city: panes of 1 of ${reference.segments.length} are stored`]);
    expect(missing(reference.segments)).toEqual([]);
  });
});

describe('missingFeatures', () => {
  it('tells what is stored and has no reference any more', () => {
    const panes = [stored(), stored({ feature: 'city', binning: binningOf('city') }), stored({ feature: 'colour' })];
    expect(missingFeatures(reference, [...panes, stored({ feature: '@prediction:m:1' })])).toEqual([
      { comparison: '', what: 'colour', why: 'its panes are stored, but the reference shop does not have it' },
    ]);
  });

  it('tells other bins from none at all', () => {
    const panes = [
      stored({ binning: 'other' }),
      stored({ feature: 'city', binning: binningOf('city'), segments: true }),
    ];
    expect(missingFeatures(reference, panes).map(({ what, why }) => [what, why])).toEqual([
      ['price', 'its panes are counted in other bins than those of the reference shop'],
      ['city', 'no pane of it is stored'],
    ]);
    expect(missingFeatures(reference, [stored(), stored({ feature: 'city', binning: binningOf('city') })])).toEqual([]);
  });
});
