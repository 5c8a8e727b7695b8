import type { FeatureType } from './feature.ts';

/**
 * How the values of one feature are counted. Fixed when a reference is made and named by `id` (a hash of its content), so
 * that profiles of equal `id` merge by addition and those of different `id` are never added.
 */
export type Binning = NumericBinning | CategoricalBinning;

/**
 * Bins over the real line. Bin `i` holds the values `v` with `edges[i-1] < v <= edges[i]` (edges[-1] = -inf,
 * edges[edges.length] = +inf); a value that is frequent by itself has a bin of its own, which is an ordinary bin between two
 * neighbouring doubles. NaN and the infinities are in no bin: a profile counts them apart.
 */
export interface NumericBinning {
  readonly kind: 'numeric';
  readonly id: string;
  /** Ascending, shape `[bins - 1]`. */
  readonly edges: Float64Array;
  /** Sums are of `z = (v - center) / scale`, so that variance stays stable for 1e12 ± 1. `scale > 0`. */
  readonly center: number;
  readonly scale: number;
}

/** One bin for each known value, in this order. Values beyond them are counted by name up to a bound, then only as a mass. */
export interface CategoricalBinning {
  readonly kind: 'categorical';
  readonly id: string;
  readonly values: readonly string[];
}

/** Mergeable counts that describe one feature over some events. Counts are exact integers below 2^53. */
export interface Profile {
  /** Events seen, whatever the value. `n = missing + invalid + (nan + posInf + negInf) + sum(bins) + unseen`. */
  n: number;
  /** Absent or null. */
  missing: number;
  /** Present, but not of the feature's type or not usable. */
  invalid: number;
  /** Of the values counted in bins: exactly zero (numeric). */
  zero: number;
  nan: number;
  posInf: number;
  negInf: number;
  /** Of finite values; +Infinity and -Infinity where there are none. */
  min: number;
  max: number;
  /** Sums of z and z² over finite values (numeric). */
  sumZ: number;
  sumZ2: number;
  /** Counts a bin, shape `[bins]`. */
  readonly bins: Float64Array;
  /** Categorical: values outside the known ones, all together. */
  unseen: number;
  /** Categorical: the most frequent of the values outside the known ones, by name; at most `unseenNamesMax`. */
  readonly unseenValues: Map<string, number>;
  /**
   * Texts: how many different values are outside the known ones, as the registers of `drift/profile/distinct.ts` that are not
   * zero. Empty in segments.
   */
  readonly distinct: Map<number, number>;
}

/** At most this many unknown values are counted by name in one profile; the rest is in `unseen` only. */
export const unseenNamesMax = 64;

/** What is profiled: a feature of the contract, the event's lag, or a model's prediction. */
export interface ProfiledFeature {
  readonly name: string;
  readonly type: FeatureType;
  readonly binning: Binning;
  /** The coarser bins that segments are counted in. */
  readonly segmentBinning: Binning;
  /** Of a measure, as `review.length`: the feature it measures. Events without a value of it are not counted at all. */
  readonly of?: string;
  /** Of a feature that is known by its measures: whether it has a usable value is counted, but no values. */
  readonly presenceOnly?: boolean;
}
