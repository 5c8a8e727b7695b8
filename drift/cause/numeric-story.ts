import { binSpan, countedIn, profileMean, profileQuantile, profileVariance } from '../profile/moments.ts';
import type { NumericBinning, Profile } from '../profile/profile.ts';
import { type MeasuredFactor, measureFactor } from './measured-factor.ts';
import type { Story } from './story.ts';
import { stretched } from './stretched.ts';
import { namedUnit } from './unit-found.ts';
import { dimensionsOf, mayMeasure, type UnitMistake, unitMistakes } from './units.ts';
import { formatExact, formatMeasured, formatNumber } from './words.ts';

const levels = Array.from({ length: 19 }, (_, at) => (at + 1) / 20);
/** A story has to leave at most this share of the displacement of the quantiles unexplained. */
const maxResidual = 0.25;
/** Of a factor without a name, or a shift: nothing but the numbers speaks for it. */
const maxResidualOfNoUnit = 0.2;
/** A displacement below this many standard deviations of the reference is too small to tell stories about. */
const minDisplacement = 0.2;
/** Hours between the zones that lie furthest apart. */
const furthestZone = 26;
/** Room for the bins' coarseness, as a share of the predicted deviation, beside four standard errors. */
const slack = 0.03;
/** The deviation may be off by so much, as logarithm, beside three of its standard errors. */
const slackOfDeviation = 0.1;

/**
 * Is the current distribution that of the reference, multiplied or shifted? Tested on the exact mean and standard deviation, and on
 * 19 quantiles: what remains of their displacement after the story must be below a quarter (a fifth where no unit is named).
 * A multiplication by a measured factor (`measureFactor`) is called a unit where one is meant (`namedUnit`), else a scale; units
 * that move the zero, such as Fahrenheit, have to agree as they are. A unit goes before a factor or a shift without a name, of
 * these the one with the least remainder wins. Undefined where none fits.
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
  const to = quantilesOf(current, binning);
  const displacement = meanDistance(quantilesOf(reference, binning), to);
  if (displacement < minDisplacement * before.deviation) return undefined;
  const stretch = stretched(binning, reference);
  const counted = countedIn(current);
  /** What is left of the displacement; infinite where mean or deviation speak against it. */
  const residualOf = (factor: number, offset: number): number => {
    if (!momentsAgree(before, now, factor, offset)) return Number.POSITIVE_INFINITY;
    // In the bins of the current values, which may be few and wide: both sides are blurred alike.
    const told = { ...current, bins: stretch(factor, offset).map((share) => share * counted) };
    return meanDistance(quantilesOf(told, binning), to) / displacement;
  };
  const offers: { readonly residual: number; readonly story: Story }[] = [];
  const offer = (residual: number, most: number, story: Story): void => {
    if (residual <= most) offers.push({ residual, story });
  };
  const measured = measureFactor({ binning, reference, current });
  const scaled = measured === undefined ? undefined : residualOf(measured.factor, 0);
  const unit = measured === undefined ? undefined : namedUnit(feature, measured);
  if (unit !== undefined && measured !== undefined && scaled !== undefined)
    offer(scaled, maxResidual, unitStory(unit, measured));
  const dimensions = dimensionsOf(feature);
  for (const mistake of unitMistakes) {
    const { factor, offset, dimension } = mistake;
    if ((offset === 0 && factor > 0) || !mayMeasure(dimensions, dimension)) continue;
    if (factor < 0 && !isTurned(before, now)) continue;
    offer(residualOf(factor, offset), maxResidual, unitStory(mistake));
  }
  if (offers.length === 0) {
    if (measured !== undefined && scaled !== undefined)
      offer(scaled, maxResidualOfNoUnit, {
        kind: 'scale',
        ...measured,
        text: `is ${formatMeasured(measured.factor)} times the reference throughout`,
      });
    const by = now.mean - before.mean;
    offer(residualOf(1, by), maxResidualOfNoUnit, {
      kind: 'shift',
      by,
      text: shiftText(feature, by, before.deviation),
    });
  }
  return offers.sort((a, b) => a.residual - b.residual)[0]?.story;
}

function unitStory({ factor, offset, unit }: UnitMistake, measured?: MeasuredFactor): Story {
  const plus = offset === 0 ? '' : offset > 0 ? ` plus ${formatExact(offset)}` : ` less ${formatExact(-offset)}`;
  const text = (times: string, exactly = ''): string => `is ${times} the reference${plus}: ${unit}${exactly}?`;
  if (measured === undefined) {
    const times = factor === -1 ? 'minus' : factor === 1 ? '' : `${formatNumber(factor)} times`;
    return { kind: 'unit', factor, offset, unit, text: text(times).replace('  ', ' ') };
  }
  const found = formatMeasured(measured.factor);
  const exactly = found === formatMeasured(factor) ? '' : ` (${formatNumber(factor)})`;
  return { kind: 'unit', factor, offset, unit, measured: measured.factor, text: text(`${found} times`, exactly) };
}

interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly deviation: number;
  /** Of a normal distribution 3; heavy tails make the deviation of a sample so much less certain. */
  readonly kurtosis: number;
}

function momentsOf(profile: Profile, binning: NumericBinning): Moments | undefined {
  const mean = profileMean(profile, binning);
  const variance = profileVariance(profile, binning);
  if (mean === undefined || variance === undefined) return undefined;
  const deviation = Math.sqrt(variance);
  const kurtosis = deviation === 0 ? 3 : kurtosisOf(profile, binning, { mean, deviation });
  return { count: countedIn(profile), mean, deviation, kurtosis };
}

/** As the bins have it, their values put in the middle; at least that of a normal distribution. */
function kurtosisOf(
  profile: Profile,
  binning: NumericBinning,
  { mean, deviation }: Pick<Moments, 'mean' | 'deviation'>,
): number {
  let sum = 0;
  profile.bins.forEach((inside, bin) => {
    if (inside === 0) return;
    const { low, high } = binSpan(profile, binning, bin);
    sum += inside * (((low + high) / 2 - mean) / deviation) ** 4;
  });
  return Math.max(3, sum / countedIn(profile));
}

function quantilesOf(profile: Profile, binning: NumericBinning): readonly number[] {
  return levels.map((level) => profileQuantile(profile, binning, level) ?? 0);
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
  const error = Math.sqrt((before.kurtosis - 1) / 4 / now.count);
  return Math.abs(Math.log(now.deviation / deviation)) < slackOfDeviation + 3 * error;
}

/** The mean is minus what it was, known well enough to tell it from any other fall: to a fifth of the fall. */
function isTurned(before: Moments, now: Moments): boolean {
  const standardError = before.deviation * Math.sqrt(1 / now.count + 1 / before.count);
  return (
    Math.abs(now.mean + before.mean) <= 2.5 * standardError && 5 * standardError <= 0.2 * 2 * Math.abs(before.mean)
  );
}

/** `@lag` is in seconds: there a shift by whole half hours is a clock or a time zone. */
function shiftText(feature: string, by: number, deviation: number): string {
  const direction = by > 0 ? 'above' : 'below';
  const size = formatMeasured(Math.abs(by));
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
