import type { FeatureQuery, FeatureView, Histogram, Judgement } from '../../common/read-model.ts';
import { everything } from '../../common/segment.ts';
import { binCount, emptyProfile, mergeInto } from '../../drift/profile/merge.ts';
import type { Binning, Profile } from '../../drift/profile/profile.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import { referenceFromJson } from '../../drift/reference/reference-json.ts';
import { displayHistogram } from './display-histogram.ts';
import { newestComparison, readJudgement, readSeries } from './judgements.ts';
import { type Query, text } from './rows.ts';
import { readSealedProfile } from './sealed-profile.ts';

/** References are never changed: each is read and decoded once. At most so many are kept. */
const referencesMax = 4;

export interface FeatureReader {
  read(asked: FeatureQuery): Promise<FeatureView | undefined>;
}

export function createFeatureReader(query: Query): FeatureReader {
  const references = new Map<string, Reference>();

  const referenceOf = async (id: string): Promise<Reference | undefined> => {
    const known = references.get(id);
    if (known !== undefined) return known;
    const [row] = await query(
      'SELECT document FROM {database:Identifier}.references FINAL WHERE reference_id = {id:String}',
      { id },
    );
    if (row === undefined) return undefined;
    const reference = referenceFromJson(text(row, 'document'));
    if (references.size >= referencesMax) references.delete(references.keys().next().value as string);
    references.set(id, reference);
    return reference;
  };

  const histogramOf = async (judgement: Judgement): Promise<Histogram | null> => {
    const { feature, segment, windowStart, windowEnd } = judgement;
    const reference = await referenceOf(judgement.referenceId);
    const profiled = reference?.features.find(({ name }) => name === feature);
    if (reference === undefined || profiled === undefined) return null;
    const binning = segment === everything ? profiled.binning : profiled.segmentBinning;
    const bins = binCount(binning);
    const sealed = (fromMs: number, toMs: number) =>
      readSealedProfile(query, { feature, segment, binning: binning.id, bins, fromMs, toMs });
    // What a detector found is shown as it has been since it began.
    const since = judgement.detail['overTime'] as { readonly sinceMs: number } | undefined;
    const current = await sealed(since?.sinceMs ?? windowStart, windowEnd);
    const spans = comparedSpans(judgement);
    const before =
      spans !== undefined
        ? await sumOver(spans, binning, sealed)
        : judgement.comparison.startsWith('previous')
          ? await previousProfile(judgement, sealed)
          : reference.profile(segment, feature);
    if (current === undefined || before === undefined) return null;
    return displayHistogram(binning, before, current);
  };

  return {
    async read({ feature, segment = everything, comparison: asked, windowStart }) {
      const comparison = asked ?? (await newestComparison(query, feature));
      if (comparison === undefined) return undefined;
      const key = { feature, segment, comparison };
      const series = await readSeries(query, key);
      if (series.length === 0) return undefined;
      const judgement = (await readJudgement(query, key, windowStart)) ?? null;
      const histogram = judgement === null ? null : await histogramOf(judgement);
      return { feature, segment, comparison, series, judgement, histogram };
    },
  };
}

/** The earlier windows a judgement names; undefined where it compared with something else. */
function comparedSpans({ detail }: Judgement): readonly (readonly [number, number])[] | undefined {
  const compared = detail['compared'] as { readonly spans?: readonly (readonly [number, number])[] } | undefined;
  return compared?.spans;
}

async function sumOver(
  spans: readonly (readonly [number, number])[],
  binning: Binning,
  sealed: (fromMs: number, toMs: number) => Promise<Profile | undefined>,
): Promise<Profile | undefined> {
  const sum = emptyProfile(binning);
  for (const [fromMs, toMs] of spans) {
    const profile = await sealed(fromMs, toMs);
    if (profile !== undefined) mergeInto(sum, profile);
  }
  return sum.n > 0 ? sum : undefined;
}

/** The windows just before, as many as give the number of events that the judgement names. */
async function previousProfile(
  { windowStart, windowEnd, nReference }: Judgement,
  sealed: (fromMs: number, toMs: number) => Promise<Profile | undefined>,
): Promise<Profile | undefined> {
  const lengthMs = windowEnd - windowStart;
  let profile: Profile | undefined;
  for (const windows of [1, 2, 3, 4, 8]) {
    profile = await sealed(windowStart - windows * lengthMs, windowStart);
    if (profile !== undefined && profile.n >= nReference) return profile;
  }
  return profile;
}
