import { adwin, conformal, kswin, pageHinkley, pageHinkleyQuarter } from './classical-contestants.ts';
import type { Contestant } from './contestant.ts';
import { categoryFamily, type Family, normalFamily, productFamily } from './family.ts';
import { ruleContestants } from './rule-contestants.ts';
import { judging, sequential, tidemark } from './tidemark-contestants.ts';

/** Who competes. */
export const contestants: readonly Contestant[] = [
  tidemark,
  judging,
  sequential,
  conformal,
  adwin,
  pageHinkley,
  pageHinkleyQuarter,
  kswin,
  ...ruleContestants,
];

/** Streams made from a seed. */
export const seededFamilies: readonly Family[] = [
  normalFamily({ name: 'plain', description: 'independent standard normals', season: 0, level: 0, correlation: 0 }),
  normalFamily({
    name: 'seasonal',
    description:
      'normals around a weekly season (0.5 sd) and a level that moves from hour to hour (0.1 sd, autocorrelation 0.8)',
    season: 0.5,
    level: 0.1,
    correlation: 0,
  }),
  normalFamily({
    name: 'autocorrelated',
    description: 'normals, each correlated by 0.8 with the one before',
    season: 0,
    level: 0,
    correlation: 0.8,
  }),
  productFamily,
  categoryFamily('categories', 12, 0.75),
];

/** Twenty features with a weekly season and a level of autocorrelation 0.8, each at its own point of the season. */
export const seasonalFeatures: readonly Family[] = Array.from({ length: 20 }, (_, at) =>
  normalFamily({ name: `f${at}`, description: '', season: 0.5, level: 0.1, correlation: 0, phase: at / 20 }),
);
