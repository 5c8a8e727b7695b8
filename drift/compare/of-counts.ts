import { chiSquare, cramersV, gTest } from '../statistics/contingency.ts';
import type { Counts } from '../statistics/counts.ts';
import { hellinger } from '../statistics/hellinger.ts';
import { jensenShannonDistance, jensenShannonDivergence } from '../statistics/jensen-shannon.ts';
import { kullbackLeibler } from '../statistics/kullback-leibler.ts';
import { lInfinity } from '../statistics/l-infinity.ts';
import { psi } from '../statistics/psi.ts';
import { totalVariation } from '../statistics/total-variation.ts';
import { type Statistic, statistic } from './comparison.ts';

/** Every statistic that needs no more than counts over the same cells. */
export function statisticsOfCounts(reference: Counts, current: Counts): Record<string, Statistic> {
  const empty = 'a side has no values';
  const few = 'fewer than two cells with five expected events';
  const pearson = chiSquare(reference, current);
  const likelihood = gTest(reference, current);
  return {
    psi: statistic(psi(reference, current), empty),
    js_distance: statistic(jensenShannonDistance(reference, current), empty, { base: 2 }),
    js_divergence: statistic(jensenShannonDivergence(reference, current), empty, { base: 2 }),
    hellinger: statistic(hellinger(reference, current), empty),
    total_variation: statistic(totalVariation(reference, current), empty),
    linf: statistic(lInfinity(reference, current), empty),
    kl: statistic(kullbackLeibler(reference, current), empty, { base: Math.E }),
    chi2: statistic(pearson?.value, few, pearson === undefined ? {} : { p_value: pearson.pValue }),
    g: statistic(likelihood?.value, few, likelihood === undefined ? {} : { p_value: likelihood.pValue }),
    cramers_v: statistic(cramersV(reference, current), few),
  };
}
