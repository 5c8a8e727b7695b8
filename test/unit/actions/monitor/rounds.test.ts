import { expect, it } from 'vitest';
import { featuresOf } from '../../../../actions/monitor/rounds.ts';
import type { ComparisonConfig } from '../../../../config/schema.ts';
import { genericBinning } from '../../../../drift/profile/binning.ts';
import { emptyProfile } from '../../../../drift/profile/merge.ts';
import type { Reference } from '../../../../drift/reference/reference.ts';
import { contentOf, referenceOf } from '../../../../drift/reference/reference.ts';

const binning = genericBinning('number');
const feature = (name: string, of?: string) => ({
  name,
  type: 'number' as const,
  binning,
  segmentBinning: binning,
  ...(of === undefined ? {} : { of }),
});

const reference: Reference = referenceOf({
  id: 'r',
  origin: 'file',
  spanMs: 0,
  rows: 0,
  features: [
    feature('amount'),
    feature('embedding'),
    feature('embedding.norm', 'embedding'),
    feature('embedding.centroid', 'embedding'),
    feature('@prediction:late:v1'),
    feature('@prediction:late:v2'),
  ],
  segments: [],
  measures: [],
  profiles: new Map(),
  nulls: [],
});

const asked = (features?: readonly string[]): string[] =>
  featuresOf(
    reference,
    {
      against: 'training',
      window: 3_600_000,
      segments: false,
      ...(features === undefined ? {} : { features }),
    } as ComparisonConfig,
    new Set(['@prediction:late:v2']),
  );

it('judges all features, but predictions of the champion alone', () => {
  expect(asked()).toEqual(['amount', 'embedding', 'embedding.norm', 'embedding.centroid', '@prediction:late:v2']);
});

it('does not judge the lag where no event of the reference has one', () => {
  const judgedWith = (counts: { readonly n: number; readonly missing: number }) =>
    featuresOf(
      referenceOf({
        ...contentOf(reference),
        features: [feature('amount'), feature('@lag')],
        profiles: new Map([['', new Map([['@lag', { ...emptyProfile(binning), ...counts }]])]]),
      }),
      { against: 'training', window: 3_600_000, segments: false } as ComparisonConfig,
      new Set(),
    );
  expect(judgedWith({ n: 100, missing: 100 })).toEqual(['amount']);
  expect(judgedWith({ n: 100, missing: 99 })).toEqual(['amount', '@lag']);
});

it('judges the measures of a feature that is named, or only those that are', () => {
  expect(asked(['embedding'])).toEqual(['embedding', 'embedding.norm', 'embedding.centroid']);
  expect(asked(['embedding.norm', 'amount'])).toEqual(['amount', 'embedding.norm']);
  expect(asked(['@prediction:late:v1'])).toEqual([]);
});
