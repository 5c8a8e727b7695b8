import { createRandom, type Random } from '../../../../common/random.ts';

/** Kinds of numbers that histograms get wrong: each makes one value. */
export const distributions: Readonly<Record<string, (random: Random) => number>> = {
  normal: (random) => random.normal(),
  lognormal: (random) => Math.exp(random.normal()),
  cauchy: (random) => Math.tan(Math.PI * (random.next() - 0.5)),
  'two spikes 1000 apart': (random) => (random.next() < 0.5 ? 0 : 1000) + 0.1 * random.next(),
  'zero-inflated': (random) => (random.next() < 0.6 ? 0 : Math.exp(random.normal())),
  'small integers': (random) => random.below(12),
  '1e12 plus or minus 1': (random) => 1e12 + 2 * random.next() - 1,
  constant: () => 5,
};

export function draw(name: string, count: number, seed: number): Float64Array {
  const random = createRandom(seed);
  const one = distributions[name];
  if (one === undefined) throw new Error(`no distribution ${name}`);
  return Float64Array.from({ length: count }, () => one(random));
}
