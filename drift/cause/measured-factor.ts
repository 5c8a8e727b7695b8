import { coarsen } from '../profile/coarsen.ts';
import { coarsenProfile } from '../profile/merge.ts';
import { countedIn, profileMean, profileQuantile, profileVariance } from '../profile/moments.ts';
import type { NumericBinning, Profile } from '../profile/profile.ts';
import { total } from '../statistics/counts.ts';
import { stretched } from './stretched.ts';

/** By what factor the values of a profile have to be multiplied to give those of another, with its error. */
export interface MeasuredFactor {
  readonly factor: number;
  /** More than 95 of 100 such intervals hold the true factor, as its test has it. */
  readonly low: number;
  readonly high: number;
}

const levels = Array.from({ length: 19 }, (_, at) => (at + 1) / 20);
/** Half the interval, in standard errors: 99 %. */
const errors = 2.58;
/** No interval reaches further, as logarithm. */
const furthest = 3;
/** With more bins the reference's own scatter from bin to bin would be taken for its shape. */
const cellsMost = 64;
/** So much of the current values may be anything: a stray value does not rule a factor out. */
const strays = 0.02;
/** The reference is smoothed by so much: its bins say no better where its values lie, and values are rounded. */
const blur = 0.004;
/** Factors are sought so far, as logarithm, from the one of the quantiles. */
const reach = 0.6;
const coarse = 0.01;

/**
 * The factor between two profiles, measured in two ways, of which the more exact one is taken:
 * - the ratio of the means (exact, from sums), with its sampling error;
 * - the factor that makes the current counts most likely: the reference's distribution, uniform within its bins (at most 64), is
 *   stretched and counted in the same bins. The interval holds the factors whose likelihood is not much smaller (twice the log of
 *   the ratio at most 6.66, times what the counts scatter more than chance and the reference's own sampling, 1 + n/m), and 0.4 %
 *   more on both sides, since no bin tells where in it the values lie. Where few values repeat, as distances do, it is the
 *   far more exact one.
 *
 * Undefined where either side has no values or the reference's are all 0. Whether the values are multiplied at all is not tested
 * here. O(bins · factors tried).
 */
export function measureFactor(of: Sides): MeasuredFactor | undefined {
  const byCounts = factorOfCounts(of);
  const byMeans = factorOfMeans(of);
  if (byCounts === undefined || byMeans === undefined) return byCounts ?? byMeans;
  return byCounts.high / byCounts.low <= byMeans.high / byMeans.low ? byCounts : byMeans;
}

interface Sides {
  readonly binning: NumericBinning;
  readonly reference: Profile;
  readonly current: Profile;
}

function factorOfMeans({ binning, reference, current }: Sides): MeasuredFactor | undefined {
  const errorOf = (profile: Profile): number => (profileVariance(profile, binning) ?? Number.NaN) / countedIn(profile);
  const [before, now] = [profileMean(reference, binning), profileMean(current, binning)];
  if (before === undefined || now === undefined) return undefined;
  const factor = now / before;
  const error = Math.sqrt(errorOf(reference) / before ** 2 + errorOf(current) / now ** 2);
  if (!(factor > 0) || !Number.isFinite(error)) return undefined;
  const most = Math.min(errors * error, furthest);
  return { factor, low: factor * Math.exp(-most), high: factor * Math.exp(most) };
}

function factorOfCounts(of: Sides): MeasuredFactor | undefined {
  const binning = coarsen(of.binning, cellsMost) as NumericBinning;
  const reference = coarsenProfile(of.reference, of.binning, binning);
  const current = coarsenProfile(of.current, of.binning, binning);
  const [n, m] = [total(current.bins), total(reference.bins)];
  const size = (profile: Profile): number =>
    levels.reduce((sum, level) => sum + Math.abs(profileQuantile(profile, binning, level) ?? 0), 0);
  const start = Math.log(size(current) / size(reference));
  if (n === 0 || m === 0 || !Number.isFinite(start)) return undefined;
  const stretch = stretched(binning, reference);
  const shares = (factor: number): Float64Array => {
    const [exact, more, less] = [stretch(factor), stretch(factor * (1 + blur)), stretch(factor / (1 + blur))];
    return exact.map((share, bin) => share / 2 + ((more[bin] as number) + (less[bin] as number)) / 4);
  };
  const likelihood = (log: number): number => {
    const expected = shares(Math.exp(log));
    let sum = 0;
    for (let bin = 0; bin < current.bins.length; bin++) {
      const count = current.bins[bin] as number;
      if (count > 0) sum += count * Math.log((1 - strays) * (expected[bin] as number) + (strays * count) / n);
    }
    return sum;
  };
  const best = highest(likelihood, start);
  const scatter = Math.max(1, scatterOf(shares(Math.exp(best.log)), current.bins, n)) * (1 + n / m);
  const least = best.value - (errors ** 2 * scatter) / 2;
  const end = (direction: 1 | -1): number => {
    const by = lastAbove(likelihood, best.log, direction, least) + blur;
    return Math.exp(best.log + direction * by);
  };
  return { factor: Math.exp(best.log), low: end(-1), high: end(1) };
}

function highest(likelihood: (log: number) => number, start: number): { readonly log: number; readonly value: number } {
  let best = { log: start, value: likelihood(start) };
  const around = (log: number, width: number, step: number): void => {
    for (let by = -width; by <= width; by += step) {
      const value = likelihood(log + by);
      if (value > best.value) best = { log: log + by, value };
    }
  };
  around(start, reach, coarse);
  around(best.log, coarse, coarse / 10);
  return best;
}

/** Pearson's chi-square over its degrees of freedom, over runs of bins of which at least five events are to be expected. */
function scatterOf(expected: Float64Array, counts: Float64Array, n: number): number {
  let [chiSquare, cells, share, count] = [0, 0, 0, 0];
  for (let bin = 0; bin < counts.length; bin++) {
    share += expected[bin] as number;
    count += counts[bin] as number;
    if (share * n < 5) continue;
    chiSquare += (count - share * n) ** 2 / (share * n);
    cells++;
    [share, count] = [0, 0];
  }
  return cells < 2 ? 1 : chiSquare / (cells - 1);
}

/** How far from the best, in steps that double and are then halved, the likelihood stays above `least`; at most `furthest`. */
function lastAbove(likelihood: (log: number) => number, best: number, direction: 1 | -1, least: number): number {
  let [inside, outside] = [0, 0.001];
  while (likelihood(best + direction * outside) >= least) {
    [inside, outside] = [outside, outside * 2];
    if (outside > furthest) return furthest;
  }
  for (let halving = 0; halving < 8; halving++) {
    const middle = (inside + outside) / 2;
    if (likelihood(best + direction * middle) >= least) inside = middle;
    else outside = middle;
  }
  return outside;
}
