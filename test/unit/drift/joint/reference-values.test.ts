import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { numberColumn } from '../../../../common/columns.ts';
import { areaUnderCurve } from '../../../../drift/joint/auc.ts';
import { fitTrees, scoreTrees } from '../../../../drift/joint/boosted-trees.ts';
import { mutualInformation } from '../../../../drift/joint/mutual-information.ts';
import { fitComponents, reconstructionErrors } from '../../../../drift/joint/principal-components.ts';
import { rankAssociation } from '../../../../drift/joint/rank-correlation.ts';
import { rankColumn } from '../../../../drift/joint/ranks.ts';

/** What test/fixtures/joint/make.py writes. */
interface Fixture {
  readonly correlations: readonly { name: string; x: number[]; y: number[]; r: number }[];
  readonly informations: readonly { name: string; counts: number[]; columns: number; plain_bits: number }[];
  readonly areas: readonly { scores: number[]; classes: number[]; auc: number }[];
  readonly components: {
    readonly reference: number[][];
    readonly current: number[][];
    readonly fits: readonly { share: number; kept: number; explained: number; errors: number[] }[];
  };
  readonly trees: {
    readonly bins: number[][];
    readonly classes: number[];
    readonly fits: readonly {
      trees: number;
      depth: number;
      rate: number;
      reg: number;
      weight: number;
      margins: number[];
    }[];
  };
}

const fixture = JSON.parse(
  readFileSync(new URL('../../../fixtures/joint/reference.json', import.meta.url), 'utf8'),
) as Fixture;

function expectNear(actual: number | undefined, wanted: number, tolerance: number): void {
  expect(actual).toBeDefined();
  expect(Math.abs((actual as number) - wanted), `${actual} for ${wanted}`).toBeLessThanOrEqual(tolerance);
}

describe('rank correlation agrees with SciPy', () => {
  it.each(fixture.correlations)('$name', ({ x, y, r }) => {
    const scores = (values: number[]) => rankColumn(numberColumn(values), values.length).scores;
    expectNear(rankAssociation(scores(x), scores(y))?.r, r, 1e-12);
    // Ranks alone matter.
    expectNear(rankAssociation(scores(x.map((value) => Math.exp(3 * value))), scores(y))?.r, r, 1e-12);
  });
});

describe('mutual information agrees with scikit-learn', () => {
  it.each(fixture.informations)('$name', ({ counts, columns, plain_bits }) => {
    const found = mutualInformation(Float64Array.from(counts), columns);
    const n = counts.reduce((sum, count) => sum + count, 0);
    const degrees = (counts.length / columns - 1) * (columns - 1);
    expectNear(found?.bits, plain_bits - degrees / (2 * n * Math.LN2), 1e-12);
  });
});

describe('the area under the curve agrees with scikit-learn', () => {
  it.each(fixture.areas)('$auc', ({ scores, classes, auc }) => {
    expectNear(areaUnderCurve(Float64Array.from(scores), Uint8Array.from(classes)), auc, 1e-12);
  });
});

describe('principal components agree with scikit-learn', () => {
  const { reference, current, fits } = fixture.components;
  it.each(fits)('holding $share of the variance', ({ share, kept, explained, errors }) => {
    const fitted = fitComponents(
      reference.map((column) => Float64Array.from(column)),
      share,
    );
    expect(fitted.kept).toBe(kept);
    expectNear(fitted.explained, explained, 1e-10);
    const found = reconstructionErrors(
      fitted,
      current.map((column) => Float64Array.from(column)),
    );
    errors.forEach((error, row) => {
      expectNear(found[row], error, 1e-9);
    });
  });
});

describe('boosted trees agree with XGBoost', () => {
  const { bins, classes, fits } = fixture.trees;
  const features = bins.map((column) => ({
    bins: Uint8Array.from(column),
    binCount: Math.max(...column) + 1,
    ordered: true,
    hasMissing: false,
  }));
  const rows = Int32Array.from(classes.keys());
  it.each(fits)('$trees of depth $depth', ({ trees, depth, rate, reg, weight, margins }) => {
    const options = { trees, depth, learningRate: rate, lambda: reg, minWeight: weight };
    const model = fitTrees(features, Uint8Array.from(classes), rows, options);
    const scores = scoreTrees(model, features, rows);
    // XGBoost sums in single precision.
    margins.forEach((margin, row) => {
      expectNear(scores[row], margin, 2e-4);
    });
  });
});
