import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

/** What test/fixtures/statistics/make.py writes; null where SciPy has no answer. */
export interface OfCounts {
  readonly psi: number;
  readonly js_distance: number;
  readonly js_divergence: number;
  readonly js_distance_nats: number;
  readonly hellinger: number;
  readonly total_variation: number;
  readonly linf: number;
  readonly linf_robust: number;
  readonly normalized_absolute_difference: number;
  readonly kl: number;
  readonly kl_plain: number | null;
}
export interface Sample extends OfCounts {
  readonly name: string;
  readonly reference_values: number[];
  readonly current_values: number[];
  readonly cuts: number[];
  readonly reference_counts: number[];
  readonly current_counts: number[];
  readonly ks: number;
  readonly ks_p_asymptotic: number;
  readonly ks_p_exact: number;
  readonly cvm: number | null;
  readonly cvm_p?: number;
  readonly cvm_p_scipy?: number;
  readonly cvm_p_exact?: number | null;
  readonly ad: number | null;
  readonly ad_p?: number;
  readonly wasserstein: number;
  readonly wasserstein_normalized: number | null;
  readonly energy: number;
  readonly reference_sd: number;
  readonly levene: number | null;
  readonly levene_p?: number;
  readonly mean_change: number | null;
  readonly mean_change_p?: number;
  readonly welch_degrees?: number;
  readonly log_variance_ratio: number | null;
}
export interface Table extends OfCounts {
  readonly reference: number[];
  readonly current: number[];
  readonly chi2: number;
  readonly chi2_p: number;
  readonly degrees: number;
  readonly g: number;
  readonly g_p: number;
  readonly cramers_v: number;
  readonly cramers_v_corrected: number;
}
export interface Fixture {
  readonly samples: Sample[];
  readonly tables: Table[];
  readonly proportions: {
    readonly reference: [number, number];
    readonly current: [number, number];
    readonly value: number;
    readonly p: number;
    readonly fisher_p: number;
    readonly z_p: number;
  }[];
  readonly distributions: { readonly f: string; readonly a: number[]; readonly p: number }[];
  readonly three_samples: { readonly values: number[][]; readonly ad: number; readonly ad_p: number };
}

export function readFixture<T = Fixture>(name = 'reference'): T {
  return JSON.parse(readFileSync(new URL(`../../../fixtures/statistics/${name}.json`, import.meta.url), 'utf8')) as T;
}

export function expectClose(actual: number | undefined, wanted: number, relative = 1e-9): void {
  expect(actual).toBeDefined();
  expect(Math.abs((actual as number) - wanted), `${actual} for ${wanted}`).toBeLessThanOrEqual(
    relative * Math.abs(wanted) + 1e-15,
  );
}

/** Above 1e-12 within 1e-6 relative; below, both are that small. */
export function expectProbability(actual: number | undefined, wanted: number): void {
  if (wanted > 1e-12) expectClose(actual, wanted, 1e-6);
  else expect(actual).toBeLessThan(1.1e-12);
}
