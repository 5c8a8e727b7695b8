import { countedIn, profileMean, profileQuantile, profileVariance } from '../profile/moments.ts';
import type { NumericBinning, Profile } from '../profile/profile.ts';
import type { Story } from './story.ts';
import { dimensionsOf, type UnitMistake, unitMistakes } from './units.ts';
import { formatNumber } from './words.ts';

const levels = Array.from({ length: 19 }, (_, at) => (at + 1) / 20);
/** A story has to leave at most this share of the displacement of the quantiles unexplained. */
const maxResidual = 0.25;
/** A displacement below this many standard deviations of the reference is too small to tell stories about. */
const minDisplacement = 0.2;
/** Hours between the zones that lie furthest apart. */
const furthestZone = 26;
/** Room for the bins' coarseness, as a share of the predicted deviation, beside four standard errors. */
const slack = 0.03;

/**
 * Is the current distribution that of the reference, scaled by a factor people mistake, or shifted? Tested on the exact mean
 * and standard deviation, and on 19 quantiles: what remains of their displacement after the story must be below a quarter.
 * The story with the least remainder wins; undefined where none fits.
 * A unit is named only where the mean excludes the other factors that a feature of this name may have: `amount` is never a
 * length, and 60 values that may be 1.6 or 1.85 times as large are neither.
 */
export function numericStory(input: {
  readonly feature: string;
  readonly binning: NumericBinning;
  readonly reference: Profile;
  readonly current: Profile;
}): Story | undefined {
  const { feature, binning, reference, current } = input;
  const before = momentsOf(reference, binning);
  const now = momentsOf(current, binning);
  if (before === undefined || now === undefined || before.deviation === 0) return undefined;
  if (current.min === current.max) return { kind: 'constant', text: `is always ${formatNumber(current.min)}` };
  const from = levels.map((level) => profileQuantile(reference, binning, level) ?? 0);
  const to = levels.map((level) => profileQuantile(current, binning, level) ?? 0);
  const displacement = meanDistance(from, to);
  if (displacement < minDisplacement * before.deviation) return undefined;
  let best: { readonly residual: number; readonly story: Story } | undefined;
  const offer = (factor: number, offset: number, story: Story): void => {
    const residual = meanDistance(
      from.map((value) => factor * value + offset).sort((a, b) => a - b),
      to,
    );
    if (residual > maxResidual * displacement || (best !== undefined && residual >= best.residual)) return;
    best = { residual, story };
  };
  const dimensions = dimensionsOf(feature);
  const possible = unitMistakes.filter(({ dimension }) => dimensions?.includes(dimension) ?? true);
  for (const mistake of possible) {
    const { factor, offset, unit } = mistake;
    if (!momentsAgree(before, now, factor, offset)) continue;
    if (possible.some((rival) => rivals(rival, mistake) && mayBe(before, now, rival))) continue;
    const times = factor === -1 ? 'minus' : `${formatNumber(factor)} times`;
    const plus = offset === 0 ? '' : offset > 0 ? ` plus ${formatNumber(offset)}` : ` less ${formatNumber(-offset)}`;
    offer(factor, offset, { kind: 'unit', factor, offset, unit, text: `is ${times} the reference${plus}: ${unit}?` });
  }
  const by = now.mean - before.mean;
  if (momentsAgree(before, now, 1, by))
    offer(1, by, { kind: 'shift', by, text: shiftText(feature, by, before.deviation) });
  return best?.story;
}

interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly deviation: number;
}

function momentsOf(profile: Profile, binning: NumericBinning): Moments | undefined {
  const mean = profileMean(profile, binning);
  const variance = profileVariance(profile, binning);
  if (mean === undefined || variance === undefined) return undefined;
  return { count: countedIn(profile), mean, deviation: Math.sqrt(variance) };
}

function meanDistance(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += Math.abs((a[at] as number) - (b[at] as number));
  return sum / Math.max(1, a.length);
}

function momentsAgree(before: Moments, now: Moments, factor: number, offset: number): boolean {
  const deviation = Math.abs(factor) * before.deviation;
  const standardError = deviation * Math.sqrt(1 / now.count + 1 / before.count);
  if (Math.abs(now.mean - (factor * before.mean + offset)) > 4 * standardError + slack * deviation) return false;
  // The deviation's own error depends on the tails; a factor of 1.25 either way tells units apart well enough.
  return Math.abs(Math.log(now.deviation / deviation)) < Math.log(1.25) + 3 / Math.sqrt(2 * now.count);
}

/** Scales that are told apart by their factor alone; an offset moves the mean in a way of its own. */
function rivals(one: UnitMistake, other: UnitMistake): boolean {
  return one !== other && one.offset === 0 && other.offset === 0;
}

/** Whether chance leaves this factor possible: the current mean is within 2.5 standard errors of what it would give. */
function mayBe(before: Moments, now: Moments, { factor }: UnitMistake): boolean {
  const deviation = Math.abs(factor) * before.deviation;
  const standardError = deviation * Math.sqrt(1 / now.count + 1 / before.count);
  return Math.abs(now.mean - factor * before.mean) <= 2.5 * standardError;
}

/** `@lag` is in seconds: there a shift by whole half hours is a clock or a time zone. */
function shiftText(feature: string, by: number, deviation: number): string {
  const direction = by > 0 ? 'above' : 'below';
  const size = formatNumber(Math.abs(by));
  if (feature !== '@lag') return `is ${size} ${direction} the reference throughout`;
  const text = `is ${size} s ${direction} the reference throughout`;
  const halfHours = Math.round(by / 1800);
  const hours = Math.abs(halfHours) / 2;
  if (halfHours !== 0 && hours <= furthestZone && Math.abs(by - halfHours * 1800) < Math.max(60, deviation)) {
    if (hours === 1) return `${text}: a clock one hour off?`;
    return `${text}: a clock ${hours} hours off${hours === 0.5 ? '' : ', as in another time zone'}?`;
  }
  // Event time less arrival: what comes later has the smaller lag, and only a clock is ahead of the arrival.
  return by > 0 ? `${text}: a clock that runs ahead?` : `${text}: late delivery, or a clock that runs behind?`;
}
