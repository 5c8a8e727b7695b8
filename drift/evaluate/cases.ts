import {
  bimodal,
  type Course,
  changed,
  correlated,
  courses,
  drifting,
  type Effect,
  recoded,
  scaled,
  shifted,
  skewed,
  swapped,
  tailed,
} from './change.ts';

/** One known change of a stream of one family. */
export interface Case {
  readonly family: string;
  readonly name: string;
  /** A changed copy, from the event `from` on. */
  apply(values: Float64Array, from: number, seed: number): Float64Array;
}

const of = (family: string, course: keyof typeof courses, what: string, effect: Effect): Case => ({
  family,
  name: `${course}: ${what}`,
  apply: (values, from, seed) => changed(values, from, { effect, course: courses[course] as Course }, seed),
});

const incremental = (family: string, by: number): Case => ({
  family,
  name: `incremental: mean +${by} sd`,
  apply: (values, from) => drifting(values, from, by),
});

/** Minutes stay whole ones: halves alone would give the change away. */
const rounded =
  (effect: Effect): Effect =>
  (value, random) =>
    Math.round(effect(value, random));

const normal = (family: string): Case[] => [
  of(family, 'sudden', 'mean +0.5 sd', shifted(0.5)),
  of(family, 'sudden', 'mean -1 sd', shifted(-1)),
  of(family, 'sudden', 'scale × 1.5', scaled(1.5)),
  of(family, 'sudden', 'scale × 0.7', scaled(0.7)),
  of(family, 'sudden', 'shape: two humps', bimodal),
  of(family, 'sudden', 'shape: skewed', skewed),
  of(family, 'sudden', 'tail: 5 % × 4', tailed(0.05, 4)),
  of(family, 'gradual', 'mean +0.5 sd', shifted(0.5)),
  of(family, 'gradual', 'scale × 1.5', scaled(1.5)),
  incremental(family, 0.5),
  of(family, 'recurring', 'mean +0.5 sd', shifted(0.5)),
  of(family, 'recurring', 'scale × 1.5', scaled(1.5)),
];

/** Everything that is measured; families by name. */
export const cases: readonly Case[] = [
  of('plain', 'sudden', 'mean +0.25 sd', shifted(0.25)),
  ...normal('plain'),
  ...normal('seasonal'),
  ...normal('autocorrelated'),
  of('product', 'sudden', 'correlation 0.3', correlated(0.3)),
  of('product', 'sudden', 'correlation -0.5', correlated(-0.5)),
  of('product', 'gradual', 'correlation 0.5', correlated(0.5)),
  of('categories', 'sudden', '10 % become the most frequent', recoded(0.1, 0)),
  of('categories', 'sudden', 'second and fifth swapped', swapped(1, 4)),
  of('categories', 'sudden', '2 % of a new one', recoded(0.02, 12)),
  of('categories', 'gradual', 'second and fifth swapped', swapped(1, 4)),
  of('categories', 'recurring', '10 % become the third', recoded(0.1, 2)),
  of('flight delays', 'sudden', '10 minutes more', shifted(10)),
  of('flight delays', 'sudden', 'scale × 1.5', rounded(scaled(1.5))),
  of('flight delays', 'sudden', 'tail: 5 % × 4', tailed(0.05, 4)),
  of('flight delays', 'gradual', '10 minutes more', shifted(10)),
  {
    family: 'flight delays',
    name: 'incremental: 10 minutes more',
    apply: (values, from) => drifting(values, from, 10).map(Math.round),
  },
  of('flight delays', 'recurring', '10 minutes more', shifted(10)),
  of('flight distances', 'sudden', 'kilometres', scaled(1.609344)),
  of('flight distances', 'sudden', 'kilometres in 20 %', (value, random) =>
    random.next() < 0.2 ? value * 1.609344 : value,
  ),
  of('flight distances', 'gradual', 'kilometres', scaled(1.609344)),
  of('airports', 'sudden', 'first and eighth swapped', swapped(0, 7)),
  of('airports', 'sudden', '5 % become the first', recoded(0.05, 0)),
  of('airports', 'gradual', '10 % become the third', recoded(0.1, 2)),
];
