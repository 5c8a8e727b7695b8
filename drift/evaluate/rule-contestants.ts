import type { Profile } from '../profile/profile.ts';
import { countBetweenOfProfile, decileCutsOfProfile } from '../statistics/cells.ts';
import type { Counts } from '../statistics/counts.ts';
import { jensenShannonDistance } from '../statistics/jensen-shannon.ts';
import { kolmogorovTail } from '../statistics/kolmogorov-smirnov.ts';
import { psi } from '../statistics/psi.ts';
import { type Contestant, geometric } from './contestant.ts';
import { eventsPerHour } from './family.ts';
import { hourlyProfiles, type Prepared, type Run } from './run.ts';

/** A statistic of one window against the reference; an alarm where it is beyond the level. */
export interface Rule {
  readonly name: string;
  /** As people use it. */
  readonly usual: readonly { readonly name: string; readonly limit: number }[];
  /** From the strictest on. */
  readonly levels: readonly number[];
  /** What the levels are compared with; larger is stranger. */
  statistics(run: Run): Float64Array;
}

const rising = geometric(10, 0.96, 180);

export const rules: readonly Rule[] = [
  {
    name: 'PSI > limit',
    usual: [
      { name: 'PSI > 0.1', limit: 0.1 },
      { name: 'PSI > 0.2', limit: 0.2 },
    ],
    levels: rising,
    statistics: (run) => byWindow(run, (cells) => psi(cells.reference, cells.current) ?? 0),
  },
  {
    name: 'KS p < limit',
    usual: [
      { name: 'KS p < 0.05', limit: -Math.log10(0.05) },
      { name: 'KS p < 0.05/20', limit: -Math.log10(0.0025) },
    ],
    levels: geometric(300, 0.96, 180),
    statistics: (run) =>
      byWindow(run, (_, window) => {
        const { difference, n, m } = largestDifference(run.prepared.profile.bins, window.bins);
        return -Math.log10(Math.max(1e-300, kolmogorovTail(difference, n, m)));
      }),
  },
  {
    name: 'Wasserstein / sd ≥ limit',
    usual: [{ name: 'Wasserstein / sd ≥ 0.1', limit: 0.1 }],
    levels: rising,
    statistics: (run) => normalisedWasserstein(run),
  },
  {
    name: 'JS ≥ limit',
    usual: [{ name: 'JS ≥ 0.1', limit: 0.1 / Math.sqrt(Math.LN2) }],
    levels: rising,
    statistics: (run) => byWindow(run, (cells) => jensenShannonDistance(cells.reference, cells.current) ?? 0),
  },
  {
    name: 'JS > mean + k sd',
    usual: [{ name: 'JS: mean ± 3 sd', limit: 3 }],
    levels: geometric(100, 0.96, 120),
    statistics: (run) => {
      const distance = (cells: Cells): number => jensenShannonDistance(cells.reference, cells.current) ?? 0;
      const own = run.prepared.hours.map((window) => distance(cellsOf(run.prepared, window)));
      const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
      const deviation = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / own.length);
      return byWindow(run, (cells) => (distance(cells) - mean) / deviation);
    },
  },
];

/** A rule as a contestant: every window beyond the level is an alarm. */
export const ruleContestants: readonly Contestant[] = rules.map(({ name, levels, statistics }) => ({
  name,
  kind: 'rule',
  levels,
  read: (run) => {
    const measured = statistics(run);
    return (level) => {
      const alarms: number[] = [];
      measured.forEach((value, hour) => {
        if (value > level) alarms.push((hour + 1) * eventsPerHour);
      });
      return alarms;
    };
  },
}));

interface Cells {
  readonly reference: Counts;
  readonly current: Counts;
}

const profilesRead = new WeakMap<Run, readonly Profile[]>();

function byWindow(run: Run, statistic: (cells: Cells, window: Profile) => number): Float64Array {
  const { family, binning } = run.prepared;
  const windows = profilesRead.get(run) ?? hourlyProfiles(family, run.values, binning);
  profilesRead.set(run, windows);
  return Float64Array.from(windows, (window) => statistic(cellsOf(run.prepared, window), window));
}

/** Ten cells at the reference's deciles, or its categories. */
function cellsOf({ binning, profile }: Prepared, window: Profile): Cells {
  if (binning.kind === 'categorical')
    return { reference: [...profile.bins, profile.unseen], current: [...window.bins, window.unseen] };
  const cuts = decileCutsOfProfile(profile, binning);
  return {
    reference: countBetweenOfProfile(profile, binning, cuts),
    current: countBetweenOfProfile(window, binning, cuts),
  };
}

function largestDifference(reference: Counts, current: Counts): { difference: number; n: number; m: number } {
  let n = 0;
  let m = 0;
  for (let bin = 0; bin < reference.length; bin++) {
    n += reference[bin] as number;
    m += current[bin] as number;
  }
  let below = 0;
  let difference = 0;
  for (let bin = 0; bin < reference.length; bin++) {
    below += (reference[bin] as number) / n - (current[bin] as number) / Math.max(1, m);
    difference = Math.max(difference, Math.abs(below));
  }
  return { difference, n, m: Math.max(1, m) };
}

/**
 * Wasserstein's first distance over the reference's standard deviation: the mean difference of the quantiles, a window's
 * values against as many of the reference.
 */
function normalisedWasserstein({ prepared, values }: Run): Float64Array {
  const sorted = prepared.values.slice().sort();
  const quantiles = Float64Array.from(
    { length: eventsPerHour },
    (_, at) => sorted[Math.floor(((at + 0.5) / eventsPerHour) * sorted.length)] as number,
  );
  return Float64Array.from({ length: Math.floor(values.length / eventsPerHour) }, (_, hour) => {
    const window = values.slice(hour * eventsPerHour, (hour + 1) * eventsPerHour).sort();
    let sum = 0;
    for (let at = 0; at < eventsPerHour; at++) sum += Math.abs((window[at] as number) - (quantiles[at] as number));
    return sum / eventsPerHour / prepared.deviation;
  });
}
