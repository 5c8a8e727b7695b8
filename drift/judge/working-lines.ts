import type { Working } from '../../common/explained.ts';
import { formatNumber } from '../cause/words.ts';
import type { Profile } from '../profile/profile.ts';
import type { Tail } from '../reference/tail.ts';
import type { Level } from './explain.ts';
import { sideCounts } from './side-counts.ts';

/** Pieces that the workings of several kinds of judgements have in common. */

export const number = formatNumber;
export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

export function budgetWorking({
  falseAlarmsPerWeek,
  judgementsPerWeek,
  tests,
  ofTest,
  ofJudgement,
  minEffect,
}: Level): Working {
  const exact = falseAlarmsPerWeek / Math.max(1, judgementsPerWeek);
  const kept = exact !== ofJudgement;
  return {
    title: 'share of the budget',
    lines: [
      `α = false alarms a week / judgements a week / tests = ${number(falseAlarmsPerWeek)} / ${whole(judgementsPerWeek)} / ${tests} = ${number(kept ? exact / tests : ofTest)}`,
      ...(kept
        ? [
            `a judgement's share is kept within 1e-12 and 0.05: α = ${number(ofJudgement)} / ${tests} = ${number(ofTest)}`,
          ]
        : []),
      `an alarm also takes an effect of at least ${number(minEffect)}`,
    ],
  };
}

/** The tail of a null, and the ratio in it that is exceeded with probability `alpha`. @param what `31 left-out windows` */
export function tailLines(
  tail: Tail,
  { alpha, ratio, what }: { alpha: number; ratio: number; what: string },
): string[] {
  const quantile = (share: number): string => number(tail.body[Math.round(share * (tail.body.length - 1))] as number);
  const seen = `null      ratios of ${what}: median ${quantile(0.5)}, 90 % ${quantile(0.9)}, 95 % ${quantile(0.95)}, largest ${quantile(1)}`;
  const { threshold, scale, shape, share } = tail;
  if (alpha >= share) return [seen, `          q = ${number(ratio)}: the quantile of these at 1 − α`];
  return [
    seen,
    `          q = u + σ/ξ · ((s/α)^ξ − 1) = ${number(threshold)} + ${number(scale)}/${number(shape)} · ((${number(share)}/${number(alpha)})^${number(shape)} − 1) = ${number(ratio)}, by the tail fitted to the largest ${whole(share * tail.count)}`,
  ];
}

/** What either side holds; `names` of the same length. */
export function sidesWorking(
  names: readonly [reference: string, current: string],
  reference: Profile,
  current: Profile,
  about: string,
): Working {
  const line = (name: string, profile: Profile): string => {
    const { n, values, missing, invalid, unseen } = sideCounts(profile);
    return `${name} ${whole(n)} events: ${whole(values)} usable, ${whole(missing)} missing, ${whole(invalid)} invalid, ${whole(unseen)} unseen`;
  };
  return { title: 'events', lines: [line(names[0], reference), line(names[1], current), about] };
}
