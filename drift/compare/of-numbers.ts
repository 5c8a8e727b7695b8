import { numberAnswers, numberStatistics } from '../statistics/catalogue.ts';
import { type Statistic, statisticOf } from './comparison.ts';

/** Every statistic of two samples of numbers, ascending. */
export function statisticsOfNumbers(reference: Float64Array, current: Float64Array): Record<string, Statistic> {
  const answers = numberAnswers(reference, current);
  return Object.fromEntries(
    Object.entries(numberStatistics).map(([name, one]) => [name, statisticOf(one, answers[name])]),
  );
}

/** Statistics of numbers where there are none. */
export function withoutNumbers(reason: string): Record<string, Statistic> {
  return Object.fromEntries(Object.keys(numberStatistics).map((name) => [name, { value: null, reason }]));
}
