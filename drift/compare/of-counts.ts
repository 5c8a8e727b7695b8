import { countStatistics } from '../statistics/catalogue.ts';
import type { Counts } from '../statistics/counts.ts';
import { type Statistic, statisticOf } from './comparison.ts';

/** Every statistic that needs no more than counts over the same cells. */
export function statisticsOfCounts(reference: Counts, current: Counts): Record<string, Statistic> {
  return Object.fromEntries(
    Object.entries(countStatistics).map(([name, one]) => [name, statisticOf(one, one.of(reference, current))]),
  );
}

/** Statistics of counts where there are none. */
export function withoutCounts(reason: string): Record<string, Statistic> {
  return Object.fromEntries(Object.keys(countStatistics).map((name) => [name, { value: null, reason }]));
}
