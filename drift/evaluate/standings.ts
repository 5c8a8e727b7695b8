import { gammaUpper } from '../statistics/gamma.ts';
import type { Score } from './benchmark.ts';

export interface FieldScores {
  readonly name: string;
  readonly description: string;
  readonly scores: readonly Score[];
}

/** One case, with the delay of everybody who is fit for it. */
export interface CaseStanding {
  readonly family: string;
  readonly name: string;
  readonly tidemark: number;
  /** Of the best classical detector over all cases; undefined where it is unfit. */
  readonly bestSingle: number | undefined;
  /** Of the others, whoever it is. */
  readonly best: { readonly contestant: string; readonly delay: number };
}

export interface Standings {
  /** Mean rank over all cases among the classical detectors, best first; an unfit one is last in its cases. */
  readonly classical: readonly { readonly contestant: string; readonly rank: number }[];
  readonly cases: readonly CaseStanding[];
}

/** Who is how fast, for the two bars: against the best single classical detector, and against the best one of each case. */
export function standingsOf(fields: readonly FieldScores[]): Standings {
  const delaysOf = (score: Score): readonly number[] =>
    score.cases.map(({ delay }) => (score.unfit ? Number.POSITIVE_INFINITY : delay));
  const ranks = new Map<string, number[]>();
  for (const { scores } of fields) {
    const classical = scores.filter(({ kind }) => kind === 'classical');
    const delays = classical.map(delaysOf);
    for (let one = 0; one < (classical[0]?.cases.length ?? 0); one++)
      classical.forEach(({ contestant }, which) => {
        const own = (delays[which] as readonly number[])[one] as number;
        const faster = delays.filter((other) => (other[one] as number) < own).length;
        const equal = delays.filter((other) => other[one] === own).length;
        ranks.set(contestant, [...(ranks.get(contestant) ?? []), faster + (equal + 1) / 2]);
      });
  }
  const classical = [...ranks]
    .map(([contestant, all]) => ({ contestant, rank: all.reduce((sum, rank) => sum + rank, 0) / all.length }))
    .sort((a, b) => a.rank - b.rank);
  const single = classical[0]?.contestant;
  const cases = fields.flatMap(({ name: family, scores }) => {
    const fit = scores.filter(({ unfit }) => !unfit);
    const tidemark = scores.find(({ contestant }) => contestant === 'Tidemark') as Score;
    return tidemark.cases.map(({ name, delay }, at): CaseStanding => {
      const delayOf = (score: Score): number => (score.cases[at] as { delay: number }).delay;
      const others = fit.filter(({ kind }) => kind !== 'tidemark');
      const best = others.reduce(
        (least, score) => (delayOf(score) < delayOf(least) ? score : least),
        others[0] as Score,
      );
      const bestSingle = fit.find(({ contestant }) => contestant === single);
      return {
        family,
        name,
        tidemark: delay,
        bestSingle: bestSingle === undefined ? undefined : delayOf(bestSingle),
        best: { contestant: best.contestant, delay: delayOf(best) },
      };
    });
  });
  return { classical, cases };
}

/** The exact 95 % interval of a Poisson mean of which `count` was seen (Garwood 1936). */
export function poissonInterval(count: number): { readonly low: number; readonly high: number } {
  const solve = (holds: (mean: number) => boolean): number => {
    let low = 0;
    let high = count + 10 * Math.sqrt(count + 1) + 10;
    for (let step = 0; step < 60; step++) {
      const middle = (low + high) / 2;
      if (holds(middle)) low = middle;
      else high = middle;
    }
    return low;
  };
  // P(X >= count) = 1 - Q(count, mean); P(X <= count) = Q(count + 1, mean).
  return {
    low: count === 0 ? 0 : solve((mean) => 1 - gammaUpper(count, mean) < 0.025),
    high: solve((mean) => gammaUpper(count + 1, mean) > 0.025),
  };
}
