import { describe, expect, it } from 'vitest';
import { sortedFinite } from '../../../../drift/profile/doubles.ts';
import { andersonDarling } from '../../../../drift/statistics/anderson-darling.ts';
import { brownForsythe } from '../../../../drift/statistics/brown-forsythe.ts';
import { countBetween, decileCuts } from '../../../../drift/statistics/cells.ts';
import { chiSquare, cramersV, cramersVCorrected, gTest } from '../../../../drift/statistics/contingency.ts';
import { cramerVonMises } from '../../../../drift/statistics/cramer-von-mises.ts';
import { energyDistance } from '../../../../drift/statistics/energy-distance.ts';
import { fisherExact } from '../../../../drift/statistics/fisher-exact.ts';
import { hellinger } from '../../../../drift/statistics/hellinger.ts';
import { jensenShannonDistance, jensenShannonDivergence } from '../../../../drift/statistics/jensen-shannon.ts';
import { kolmogorovSmirnov } from '../../../../drift/statistics/kolmogorov-smirnov.ts';
import { kullbackLeibler } from '../../../../drift/statistics/kullback-leibler.ts';
import { lInfinity, lInfinityRobust } from '../../../../drift/statistics/l-infinity.ts';
import { meanChange, momentsOf, varianceChange } from '../../../../drift/statistics/moment-change.ts';
import { normalizedAbsoluteDifference } from '../../../../drift/statistics/normalized-absolute-difference.ts';
import { psi } from '../../../../drift/statistics/psi.ts';
import { totalVariation } from '../../../../drift/statistics/total-variation.ts';
import { twoProportions, twoProportionsZ } from '../../../../drift/statistics/two-proportions.ts';
import { wasserstein, wassersteinNormalized } from '../../../../drift/statistics/wasserstein.ts';
import { expectClose, expectProbability, type OfCounts, readFixture } from './fixture.ts';

const fixture = readFixture();

function expectCounts(wanted: OfCounts, a: number[], b: number[]): void {
  expectClose(psi(a, b), wanted.psi);
  expectClose(jensenShannonDistance(a, b), wanted.js_distance);
  expectClose(jensenShannonDistance(a, b, { base: Math.E }), wanted.js_distance_nats);
  expectClose(jensenShannonDivergence(a, b), wanted.js_divergence);
  expectClose(hellinger(a, b), wanted.hellinger);
  expectClose(totalVariation(a, b), wanted.total_variation);
  expectClose(lInfinity(a, b), wanted.linf);
  expectClose(lInfinityRobust(a, b), wanted.linf_robust);
  expectClose(normalizedAbsoluteDifference(a, b), wanted.normalized_absolute_difference);
  expectClose(kullbackLeibler(a, b), wanted.kl);
  const plain = kullbackLeibler(a, b, { pseudoCount: 0 });
  if (wanted.kl_plain === null) expect(plain).toBeUndefined();
  else expectClose(plain, wanted.kl_plain);
}

describe('statistics of samples agree with SciPy', () => {
  it.each(fixture.samples)('$name', (sample) => {
    const reference = sortedFinite(Float64Array.from(sample.reference_values));
    const current = sortedFinite(Float64Array.from(sample.current_values));
    const cuts = decileCuts(reference);
    expect(Array.from(cuts)).toEqual(sample.cuts);
    const a = Array.from(countBetween(reference, cuts));
    const b = Array.from(countBetween(current, cuts));
    expect(a).toEqual(sample.reference_counts);
    expect(b).toEqual(sample.current_counts);
    expectCounts(sample, a, b);

    const ks = kolmogorovSmirnov(reference, current);
    expectClose(ks?.value, sample.ks);
    expectProbability(ks?.pValue, sample.ks_p_exact);
    const limit = kolmogorovSmirnov(reference, current, { pValue: 'asymptotic' });
    expectProbability(limit?.pValue, sample.ks_p_asymptotic);

    expectClose(wasserstein(reference, current), sample.wasserstein);
    expectClose(energyDistance(reference, current), sample.energy);
    const normalized = wassersteinNormalized(reference, current);
    if (sample.wasserstein_normalized === null) expect(normalized).toBeUndefined();
    else expectClose(normalized, sample.wasserstein_normalized);

    const levene = brownForsythe(reference, current);
    if (sample.levene === null) expect(levene).toBeUndefined();
    else {
      expectClose(levene?.value, sample.levene);
      expectProbability(levene?.pValue, sample.levene_p as number);
    }
  });

  it.each(fixture.samples.filter(({ cvm }) => cvm !== null))('Cramér–von Mises: $name', (sample) => {
    const reference = Float64Array.from(sample.reference_values).sort();
    const current = Float64Array.from(sample.current_values).sort();
    const ties = 'ranks';
    const limit = cramerVonMises(reference, current, { pValue: 'asymptotic', ties });
    expectClose(limit?.value, sample.cvm as number);
    expectProbability(limit?.pValue, sample.cvm_p as number);
    // SciPy stops its series early and subtracts from one: good to some 1e-9, absolutely.
    expect(Math.abs((limit?.pValue ?? 1) - (sample.cvm_p_scipy ?? 0))).toBeLessThan(1e-7);
    const chosen = cramerVonMises(reference, current, { ties });
    if (typeof sample.cvm_p_exact === 'number') expectProbability(chosen?.pValue, sample.cvm_p_exact);
    else expect(chosen).toEqual(limit);
    const all = new Set([...reference, ...current]);
    if (all.size < reference.length + current.length) return;
    const byValues = cramerVonMises(reference, current);
    expectClose(byValues?.value, sample.cvm as number);
    expectProbability(byValues?.pValue, chosen?.pValue as number);
  });

  it('Cramér–von Mises of one value that repeats is 0, where mean ranks see a change', () => {
    const [few, many] = [new Float64Array(5).fill(1), new Float64Array(100).fill(1)];
    expect(cramerVonMises(few, many)).toEqual({ value: 0, pValue: 1 });
    expect(cramerVonMises(few, many, { ties: 'ranks' })?.value).toBeCloseTo(157.923, 3);
  });

  it.each(fixture.samples.filter(({ ad }) => ad !== null))('Anderson–Darling: $name', (sample) => {
    const samples = [sample.reference_values, sample.current_values].map((values) => Float64Array.from(values).sort());
    const tested = andersonDarling(samples);
    expectClose(tested?.value, sample.ad as number);
    expectProbability(tested?.pValue, sample.ad_p as number);
    expect(tested?.bound).toBe(sample.ad_p === 0.001 ? 'floor' : sample.ad_p === 0.25 ? 'cap' : undefined);
  });

  it('Anderson–Darling of three samples with ties', () => {
    const { values, ad, ad_p } = fixture.three_samples;
    const tested = andersonDarling(values.map((sample) => Float64Array.from(sample).sort()));
    expectClose(tested?.value, ad);
    expectProbability(tested?.pValue, ad_p);
  });

  it.each(fixture.samples)('moments: $name', (sample) => {
    const before = momentsOf(Float64Array.from(sample.reference_values));
    const now = momentsOf(Float64Array.from(sample.current_values));
    if (before === undefined || now === undefined) throw new Error('moments of two values and more');
    expectClose(Math.sqrt(before.variance), sample.reference_sd);
    const change = meanChange(before, now);
    if (sample.mean_change === null) expect(change).toBeUndefined();
    else {
      expectClose(change?.value, sample.mean_change);
      expectClose(change?.degrees, sample.welch_degrees as number);
      expectProbability(change?.pValue, sample.mean_change_p as number);
    }
    if (sample.log_variance_ratio === null) expect(varianceChange(before, now)).toBeUndefined();
    else expectClose(varianceChange(before, now), sample.log_variance_ratio);
  });
});

describe('statistics of counts agree with SciPy and statsmodels', () => {
  it.each(fixture.tables)('tables of $degrees degrees', (table) => {
    const { reference, current } = table;
    expectCounts(table, reference, current);
    const pearson = chiSquare(reference, current);
    expect(pearson?.degrees).toBe(table.degrees);
    expectClose(pearson?.value, table.chi2);
    expectProbability(pearson?.pValue, table.chi2_p);
    expectClose(gTest(reference, current)?.value, table.g);
    expectProbability(gTest(reference, current)?.pValue, table.g_p);
    expectClose(cramersV(reference, current), table.cramers_v);
    expectClose(cramersVCorrected(reference, current), table.cramers_v_corrected);
  });

  it.each(fixture.proportions)(
    'shares $reference against $current',
    ({ reference, current, value, p, fisher_p, z_p }) => {
      const before = { hits: reference[0], of: reference[1] };
      const now = { hits: current[0], of: current[1] };
      expectClose(twoProportions(before, now)?.value, value);
      expectProbability(twoProportions(before, now)?.pValue, p);
      expectProbability(fisherExact(before, now), fisher_p);
      expectProbability(twoProportionsZ(before, now)?.pValue, z_p);
    },
  );
});
