import { fairCost } from './lundberg.ts';
import { normalScore } from './normal-score.ts';
import { leastShare, type ScoreTable } from './score-table.ts';
import { type Bet, type SliceMeasure, type SliceModel, sliceSeason } from './slice-model.ts';

export interface CalibrationOptions {
  readonly sliceMs: number;
  /** Changes of a score's mean smaller than half of this, in standard deviations, are not worth an alarm; 0.1. */
  readonly minShift?: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Evidence that each bet is made for, in nats: what an alarm asks for with some tens of features. */
const targetEvidence = 12;
const scalesMax = 12;
/** Blocks of which there are fewer than this show no variance. */
const minBlocks = 16;
const minSlices = 32;

/**
 * Learns from the slices of a reference, in order of time, how slices behave while nothing changes. Undefined below 32 slices
 * or without a score.
 *
 * 1. The season's mean of each score: hours of the week from three weeks on, hours of the day from three days on; drawn
 *    towards the mean of all as far as the seasons' differences are noise (James and Stein).
 * 2. For stretches of 1, 2, 4, … slices: how much more their sums vary around the season (the stretch itself left out of it)
 *    than those of independent events, D. Autocorrelation, slow levels and the uncertainty of the season are all in D.
 * 3. For each score, direction and stretch length a bet of the size that decides within about that length. It pays D times
 *    what it would pay for independent events (D the largest up to four times the length), and for the uncertainty of the mean.
 */
export function calibrateSlices(
  table: ScoreTable,
  slices: readonly SliceMeasure[],
  options: CalibrationOptions,
): SliceModel | undefined {
  const { sliceMs, minShift = 0.1 } = options;
  const used = slices.filter(({ n }) => n > 0);
  if (used.length < minSlices || table.names.length === 0) return undefined;
  const counts = Float64Array.from(used, ({ n }) => n);
  const total = counts.reduce((sum, n) => sum + n, 0);
  const seasons = seasonsFor(used, sliceMs);
  const means: number[][] = [];
  const bets: Omit<Bet, 'stake'>[] = [];
  table.names.forEach((_, score) => {
    const sums = Float64Array.from(used, (slice) => slice.sums[score] as number);
    const { mean, residuals } = seasonMeans({ used, sums, counts, sliceMs, seasons });
    means.push(mean.map(short));
    const spreads = variances(residuals, counts, reach(table, score));
    const longest = spreads.reduce((most, { inflation }) => Math.max(most, inflation), 1);
    const slack = 2 * Math.sqrt(longest / total);
    for (const direction of directions(table, score))
      for (const { rate, inflation } of ratesOf(spreads, total / used.length, minShift)) {
        const independent = costOf(table, score, direction * rate);
        const fair = fairCost({
          rate: direction * rate,
          residuals,
          counts,
          cost: independent * inflation + 1e-12,
        });
        bets.push({
          score,
          rate: direction * short(rate),
          cost: short(independent + rate * slack),
          extra: short(fair - independent),
        });
      }
  });
  const ascending = counts.slice().sort();
  return {
    sliceMs,
    names: table.names,
    seasons,
    means,
    typical: ascending[Math.floor(0.95 * (ascending.length - 1))] as number,
    bets: withStakes(bets, table.names),
  };
}

/** Levels and spreads change more often than shapes. */
const stakeOf: Readonly<Record<string, number>> = { level: 6, spread: 3 };

function withStakes(bets: readonly Omit<Bet, 'stake'>[], names: readonly string[]): Bet[] {
  const stakes = bets.map(({ score }) => stakeOf[names[score] as string] ?? 1);
  const total = stakes.reduce((sum, stake) => sum + stake, 0);
  return bets.map((bet, at) => ({ ...bet, stake: short((stakes[at] as number) / total) }));
}

function short(value: number): number {
  return Number(value.toPrecision(5));
}

function seasonsFor(slices: readonly SliceMeasure[], sliceMs: number): number {
  const spanMs = (slices.at(-1) as SliceMeasure).startMs - (slices[0] as SliceMeasure).startMs + sliceMs;
  if (sliceMs >= 7 * dayMs || spanMs < 3 * dayMs) return 1;
  if (sliceMs >= dayMs) return spanMs >= 21 * dayMs ? 7 : 1;
  return spanMs >= 21 * dayMs ? 168 : 24;
}

interface Group {
  n: number;
  sum: number;
}

/**
 * The mean score by season, and each slice's sum less what the other occurrences of its season (not this very hour or day)
 * let expect.
 */
function seasonMeans(input: {
  readonly used: readonly SliceMeasure[];
  readonly sums: Float64Array;
  readonly counts: Float64Array;
  readonly sliceMs: number;
  readonly seasons: number;
}): { readonly mean: readonly number[]; readonly residuals: Float64Array } {
  const { used, sums, counts, sliceMs, seasons } = input;
  const occurrenceMs = Math.max(sliceMs, seasons === 168 || seasons === 24 ? hourMs : dayMs);
  const occurrences = new Map<number, Group & { readonly season: number }>();
  const bySeason = Array.from({ length: seasons }, () => ({ n: 0, sum: 0, occurrences: 0 }));
  const all: Group = { n: 0, sum: 0 };
  const groupOf = used.map(({ startMs }, at) => {
    const key = Math.floor(startMs / occurrenceMs);
    const season = sliceSeason(startMs, sliceMs, seasons);
    let group = occurrences.get(key);
    if (group === undefined) {
      group = { n: 0, sum: 0, season };
      occurrences.set(key, group);
      (bySeason[season] as { occurrences: number }).occurrences++;
    }
    for (const one of [group, bySeason[season] as Group, all]) {
      one.n += counts[at] as number;
      one.sum += sums[at] as number;
    }
    return group;
  });
  const weight = shrinkage([...occurrences.values()], bySeason, all);
  const meanOf = (season: Group, whole: Group): number => {
    const towards = whole.n > 0 ? whole.sum / whole.n : 0;
    return season.n + weight > 0 ? (season.sum + weight * towards) / (season.n + weight) : towards;
  };
  const without = (group: Group, part: Group): Group => ({ n: group.n - part.n, sum: group.sum - part.sum });
  const expected = new Map<Group, number>();
  for (const group of occurrences.values())
    expected.set(group, meanOf(without(bySeason[group.season] as Group, group), without(all, group)));
  return {
    mean: bySeason.map((season) => meanOf(season, all)),
    residuals: sums.map((sum, at) => sum - (counts[at] as number) * (expected.get(groupOf[at] as Group) as number)),
  };
}

/** How many events the mean of all is worth when a season's mean is estimated: the more, the less seasons truly differ. */
function shrinkage(
  occurrences: readonly (Group & { readonly season: number })[],
  bySeason: readonly (Group & { readonly occurrences: number })[],
  all: Group,
): number {
  let within = 0;
  let degrees = -bySeason.filter(({ n }) => n > 0).length;
  for (const { n, sum, season } of occurrences) {
    const { n: seasonN, sum: seasonSum } = bySeason[season] as Group;
    within += n * (sum / n - seasonSum / seasonN) ** 2;
    degrees++;
  }
  if (degrees <= 0) return all.n * 1e3;
  const perEvent = within / degrees;
  let between = 0;
  let seasons = 0;
  for (const { n, sum } of bySeason) {
    if (n === 0) continue;
    between += (sum / n - all.sum / all.n) ** 2 - perEvent / n;
    seasons++;
  }
  const variance = between / Math.max(1, seasons - 1);
  return variance > 0 ? Math.min(all.n * 1e3, perEvent / variance) : all.n * 1e3;
}

interface Spread {
  /** Events in a block, on average. */
  readonly events: number;
  /** How many times the variance of independent events; at least 1. */
  readonly inflation: number;
}

/**
 * By block length: the variance of a block's sum per event, with what few blocks leave open (one standard error); and no smaller
 * than what makes the most extreme block an ordinary one of a normal distribution.
 */
function variances(residuals: Float64Array, counts: Float64Array, largest: number): Spread[] {
  const spreads: Spread[] = [];
  for (let length = 1; Math.floor(residuals.length / length) >= minBlocks || length === 1; length *= 2) {
    const blocks = Math.floor(residuals.length / length);
    let squares = 0;
    let events = 0;
    let extreme = 0;
    for (let block = 0; block < blocks; block++) {
      let sum = 0;
      let n = 0;
      for (let at = block * length; at < (block + 1) * length; at++) {
        sum += residuals[at] as number;
        n += counts[at] as number;
      }
      squares += sum * sum;
      events += n;
      extreme = Math.max(extreme, (sum * sum) / n);
    }
    const variance = (squares / events) * (1 + Math.sqrt(2 / blocks));
    // Sums of few bounded scores are no normal ones; what single events can do is in the cost of independent events.
    const normal = events / blocks >= 5 * largest * largest;
    const envelope = normal ? extreme / normalScore(1 - 1 / (20 * blocks)) ** 2 : 0;
    spreads.push({ events: events / blocks, inflation: Math.max(1, variance, envelope) });
  }
  return spreads;
}

/** Sizes of bets from short stretches to long ones, until the shift they are for is the smallest of interest. */
function ratesOf(
  spreads: readonly Spread[],
  eventsPerSlice: number,
  minShift: number,
): { readonly rate: number; readonly inflation: number }[] {
  const rates: { rate: number; inflation: number }[] = [];
  for (let scale = 0; scale < scalesMax; scale++) {
    const events = eventsPerSlice * 2 ** scale;
    let inflation = 1;
    for (const spread of spreads)
      if (spread.events <= 4 * events || spread === spreads[0]) inflation = Math.max(inflation, spread.inflation);
    const shift = Math.sqrt((2 * targetEvidence * inflation) / events);
    rates.push({ rate: Math.max(shift, minShift) / inflation, inflation });
    if (shift <= minShift) break;
  }
  return rates;
}

/** A kind of value that hardly ever occurs cannot become rarer. */
function directions(table: ScoreTable, score: number): readonly number[] {
  return lowest(table, score) > -0.05 ? [1] : [1, -1];
}

/** ln of the mean of `exp(rate · score)` over the reference; a rare kind of value is taken to have the least share. */
function costOf(table: ScoreTable, score: number, rate: number): number {
  const { cells, shares } = table;
  let sum = 0;
  for (let cell = 0; cell < cells; cell++)
    sum += (shares[cell] as number) * Math.exp(rate * (table.scores[score * cells + cell] as number));
  const natural = Math.log(sum);
  if (rate < 0 || lowest(table, score) <= -0.05) return Math.max(0, natural);
  return Math.max(0, natural, Math.log1p(leastShare * Math.expm1(rate * reach(table, score))));
}

function reach(table: ScoreTable, score: number): number {
  let most = 0;
  for (let cell = 0; cell < table.cells; cell++)
    most = Math.max(most, Math.abs(table.scores[score * table.cells + cell] as number));
  return most;
}

/** The smallest score of a cell: nearly 0 for a kind of value that hardly ever occurs. */
function lowest(table: ScoreTable, score: number): number {
  let least = 0;
  for (let cell = 0; cell < table.cells; cell++)
    least = Math.min(least, table.scores[score * table.cells + cell] as number);
  return least;
}
