import type { Profile } from '../common/profile.ts';

/** Counts as the engine sums them; `bins` and `unseen` are the results of sumMap. 64-bit numbers come as text. */
export interface ProfileRecord {
  readonly segment: string;
  readonly feature: string;
  readonly binning: string;
  readonly n: string;
  readonly missing: string;
  readonly invalid: string;
  readonly zero: string;
  readonly nan: string;
  readonly pos_inf: string;
  readonly neg_inf: string;
  readonly min: number | 'inf';
  readonly max: number | '-inf';
  readonly sum_z: number;
  readonly sum_z2: number;
  readonly bins: readonly [readonly number[], readonly string[]];
  readonly unseen: string;
  readonly unseen_names: readonly [readonly string[], readonly string[]];
  readonly registers: readonly [readonly number[], readonly number[]];
}

/** The sums a {@link ProfileRecord} is made of, over rows of `profiles` or `sealed_profiles`. */
export const profileSums = `
  sum(n) AS n, sum(missing) AS missing, sum(invalid) AS invalid, sum(zero) AS zero, sum("nan") AS "nan",
  sum(pos_inf) AS pos_inf, sum(neg_inf) AS neg_inf, min(min) AS min, max(max) AS max,
  sum(sum_z) AS sum_z, sum(sum_z2) AS sum_z2, sumMap(bin_index, bin_count) AS bins,
  sum(unseen) AS unseen, sumMap(unseen_value, unseen_count) AS unseen_names,
  maxMap(distinct_index, distinct_rank) AS registers`;

export function profileFromRecord(record: ProfileRecord, binCount: number): Profile {
  const bins = new Float64Array(binCount);
  const [indices, counts] = record.bins;
  indices.forEach((index, at) => {
    bins[index] = Number(counts[at]);
  });
  const [names, occurrences] = record.unseen_names;
  const [registers, ranks] = record.registers;
  return {
    n: Number(record.n),
    missing: Number(record.missing),
    invalid: Number(record.invalid),
    zero: Number(record.zero),
    nan: Number(record.nan),
    posInf: Number(record.pos_inf),
    negInf: Number(record.neg_inf),
    min: record.min === 'inf' ? Number.POSITIVE_INFINITY : Number(record.min),
    max: record.max === '-inf' ? Number.NEGATIVE_INFINITY : Number(record.max),
    sumZ: record.sum_z,
    sumZ2: record.sum_z2,
    bins,
    unseen: Number(record.unseen),
    unseenValues: new Map(names.map((name, at) => [name, Number(occurrences[at])])),
    distinct: new Map(registers.map((index, at) => [Number(index), Number(ranks[at])])),
  };
}
