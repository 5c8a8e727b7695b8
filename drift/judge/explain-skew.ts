import type { Working } from '../../common/explained.ts';
import { everything, type SegmentKey } from '../../common/segment.ts';
import { formatShare } from '../cause/words.ts';
import { binCount } from '../profile/merge.ts';
import type { Binning, Profile } from '../profile/profile.ts';
import { divergence } from '../reference/divergence.ts';
import { largestChange, type SkewStatistic, skewStatistics } from '../skew/serving-distance.ts';
import type { ComparedProfiles } from './explain.ts';
import { formulaOf } from './formulas.ts';
import { judgeSkew, type SkewInput, skewNames } from './judge-skew.ts';
import type { Judgement } from './judgement.ts';
import { chiSquareRatioTail } from './normal.ts';
import { number, sidesWorking, whole } from './working-lines.ts';

/** A judgement by fixed limits, worked out again; undefined where there is nothing to compare. */
export function explainSkew(
  input: SkewInput,
  segment: SegmentKey,
  feature: string,
): { readonly judgement: Judgement; readonly workings: Working[]; readonly compared: ComparedProfiles } | undefined {
  const [judgement] = judgeSkew({ ...input, segments: [segment], features: [feature] });
  const profiled = input.reference.features.find(({ name }) => name === feature);
  const reference = input.reference.profile(segment, feature);
  const current = input.profile(segment, feature);
  if (judgement === undefined || profiled === undefined || reference === undefined || current === undefined)
    return undefined;
  const binning = segment === everything ? profiled.binning : profiled.segmentBinning;
  const { origin, id, rows } = input.reference;
  const measured = skewStatistics.filter((statistic) => judgement.detail.statistics[statistic] !== undefined);
  const ordered = measured.toSorted((a, b) => Number(b === judgement.statistic) - Number(a === judgement.statistic));
  const workings = [
    sidesWorking(['training', 'serving '], reference, current, `training: ${origin} (${id}), ${whole(rows)} rows`),
    {
      title: 'share of the budget',
      lines: ['none: a limit that somebody has set decides. It is not calibrated, and takes nothing of the budget'],
    },
    ...ordered.map((statistic) => workingOf(statistic, { judgement, binning, reference, current })),
    { title: 'what sampling alone gives', lines: chanceLines(binning, reference, current) },
  ];
  return { judgement, workings, compared: { binning, reference, current } };
}

function workingOf(statistic: SkewStatistic, of: { readonly judgement: Judgement } & ComparedProfiles): Working {
  const { judgement, binning, reference, current } = of;
  const { value, critical } = judgement.detail.statistics[statistic] ?? { value: 0 };
  const decided = statistic === judgement.statistic && Number.isFinite(judgement.critical);
  return {
    title: `${skewNames[statistic]}${decided ? ', which decided' : ''}`,
    lines: [
      `${formulaOf(statistic)?.formula} = ${number(value)}${aboutOf(statistic, binning, reference, current)}`,
      critical === undefined
        ? 'no limit is set for it'
        : `limit  ${number(critical)}, fixed: ${value > critical ? 'exceeded' : 'kept'}`,
    ],
  };
}

function aboutOf(statistic: SkewStatistic, binning: Binning, reference: Profile, current: Profile): string {
  if (statistic === 'js_divergence')
    return binning.kind === 'numeric'
      ? " bits, over ten equal buckets of each side cut at each other's edges"
      : ' bits, over all values';
  if (statistic !== 'linf') return '';
  const most = largestChange(binning, reference, current);
  return most === undefined
    ? ''
    : `, at ${most.value}: ${formatShare(most.training)} in training, ${formatShare(most.serving)} in serving`;
}

/** What a fixed limit does not know: how far two samples of these sizes are from each other where nothing changed. */
function chanceLines(binning: Binning, reference: Profile, current: Profile): string[] {
  const { bits, expected, degrees } = divergence(reference.bins, current.bins);
  if (expected === 0) return ['one side has no values in bins'];
  return [
    `${number(expected)} bits on average over the ${whole(binCount(binning))} bins of the reference, where these sides differ by ${number(bits)} bits`,
    `by chance so much or more comes with probability ${number(chiSquareRatioTail(bits / expected, degrees))} (chi-square, ${number(degrees)} degrees of freedom)`,
  ];
}
