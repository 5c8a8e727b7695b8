import { fileURLToPath } from 'node:url';

/** A public data set, and where two parts of it lie that differ as a person would see, such as two months. */
export interface RealSet {
  readonly name: string;
  /** Relative to the directory of prepare.py, or of the package vega-datasets. */
  readonly file: string;
  readonly from: 'prepared' | 'vega-datasets';
  readonly what: string;
  /** Conditions on rows, in the engine's SQL. */
  readonly parts?: { readonly before: string; readonly after: string; readonly what: string };
}

const prepared = (name: string, what: string, parts?: RealSet['parts']): RealSet => ({
  name,
  file: `${name}.parquet`,
  from: 'prepared',
  what,
  ...(parts === undefined ? {} : { parts }),
});
const vega = (name: string, file: string, what: string): RealSet => ({ name, file, from: 'vega-datasets', what });

/** Those of a package that the project has anyway; tests run them too. */
export const vegaSets: readonly RealSet[] = [
  vega('flights-200k', 'flights-200k.arrow', 'US flights, 2001'),
  vega('zipcodes', 'zipcodes.csv', 'post codes of the USA'),
  vega('species', 'species.csv', 'species and counties, with hexadecimal ids'),
  vega('sp500', 'sp500-2000.csv', 'a share index by day'),
  vega('seattle-weather', 'seattle-weather.csv', 'weather by day'),
  vega('birdstrikes-vega', 'birdstrikes.csv', 'birds hit by aircraft'),
  vega('github', 'github.csv', 'commits by hour'),
];

export const realSets: readonly RealSet[] = [
  ...vegaSets,
  prepared('nycflights', 'flights from New York, 2013', {
    before: 'month = 1',
    after: 'month = 7',
    what: 'January, July',
  }),
  prepared('weather', 'weather at the airports of New York, by hour', {
    before: 'month = 1',
    after: 'month = 7',
    what: 'January, July',
  }),
  prepared('diamonds', 'prices of diamonds'),
  prepared('loans', 'loans with 55 columns', {
    before: "issue_month = 'Jan-2018'",
    after: "issue_month = 'Mar-2018'",
    what: 'January, March',
  }),
  prepared('pizzas', 'pizzas sold, with dates and times as text', {
    before: "date < '2015-02-01'",
    after: "date >= '2015-07-01' AND date < '2015-08-01'",
    what: 'January, July',
  }),
  prepared('pets', 'licences of pets: names, numbers, breeds', {
    before: "license_issue_date < '2018-01-01'",
    after: "license_issue_date >= '2018-01-01'",
    what: '2017 and before, 2018',
  }),
  prepared('tweets', 'texts with ids and times', {
    before: "created_at < '2015-01-01'",
    after: "created_at >= '2016-06-01'",
    what: 'before 2015, from June 2016',
  }),
  prepared('stops', 'police stops, with ids, times and places', {
    before: "date < '2017-02-01'",
    after: "date >= '2017-10-01' AND date < '2017-11-01'",
    what: 'January, October',
  }),
  prepared('ratings', 'ratings of films'),
  prepared('birdstrikes', 'birds hit by aircraft, with remarks'),
  prepared('movies', 'films and their votes', {
    before: 'year < 1960',
    after: 'year >= 1990',
    what: 'before 1960, from 1990',
  }),
  prepared('births', 'births by state and day'),
  prepared('follow-up', 'laboratory values of patients'),
  prepared('baseball', 'seasons of players'),
  prepared('breast-cancer', '569 cases, 31 numbers'),
  prepared('digits', '64 pixels, many of them constant'),
];

const vegaDirectory = fileURLToPath(new URL('../../node_modules/vega-datasets/data/', import.meta.url));

export function pathOf(set: RealSet, preparedDirectory: string): string {
  return set.from === 'vega-datasets' ? `${vegaDirectory}${set.file}` : `${preparedDirectory}/${set.file}`;
}

/** Which rows belong to the first half: the first output of Mulberry32 seeded by seed and row; as in evidently_halves.py. */
export function halfOf(seed: number, row: number): 0 | 1 {
  const state = (Math.imul(seed + 1, 0x9e3779b1) + Math.imul(row + 1, 0x6d2b79f5)) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return (((t ^ (t >>> 14)) >>> 0) & 0x80000000) === 0 ? 0 : 1;
}

export const halvings = 20;
