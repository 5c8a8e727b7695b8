import { createAdwin } from '../detect/adwin.ts';
import { createConformal } from '../detect/conformal.ts';
import type { Detector } from '../detect/detector.ts';
import { createKswin, kolmogorovTails } from '../detect/kswin.ts';
import { createPageHinkley } from '../detect/page-hinkley.ts';
import { type Contestant, geometric } from './contestant.ts';
import type { Run } from './run.ts';

/** Reads every value, standardised by the reference's mean and standard deviation. */
function ofValues(
  name: string,
  kind: Contestant['kind'],
  levels: readonly number[],
  create: (level: number, run: Run, standardise: (value: number) => number) => Detector<unknown>,
): Contestant {
  return {
    name,
    kind,
    levels,
    read:
      (run) =>
      (level, enough = Number.POSITIVE_INFINITY) => {
        const { mean, deviation } = run.prepared;
        const standardise = (value: number): number => (deviation > 0 ? (value - mean) / deviation : value - mean);
        const detector = create(level, run, standardise);
        const alarms: number[] = [];
        for (let at = 0; at < run.values.length && !((alarms.at(-1) ?? 0) > enough); at++)
          if (detector.update(standardise(run.values[at] as number))) alarms.push(at + 1);
        return alarms;
      },
  };
}

/** 10^-from, 10^-(from · ratio), …: from what never alarms to what nearly always does. */
function falling(from: number, ratio: number, count: number): number[] {
  return Array.from({ length: count }, (_, at) => 10 ** (-from * ratio ** at));
}

const statSize = 30;
/** KSWIN's p-values are those of 30 steps: each is one position. */
const kswinLevels = [...kolmogorovTails(statSize)].reverse().slice(3, 22);

export const adwin = ofValues('ADWIN', 'classical', falling(300, 0.93, 120), (delta) => createAdwin({ delta }));

/** In river's settings, and for changes of half a standard deviation. */
export const pageHinkley = ofValues('Page–Hinkley', 'classical', geometric(5000, 0.93, 96), (threshold) =>
  createPageHinkley({ threshold }),
);
export const pageHinkleyQuarter = ofValues('Page–Hinkley δ 0.25', 'classical', geometric(5000, 0.93, 96), (threshold) =>
  createPageHinkley({ threshold, delta: 0.25, keep: 1 }),
);

export const kswin = ofValues('KSWIN', 'classical', kswinLevels, (alpha) => createKswin({ alpha, statSize, seed: 1 }));

export const conformal = ofValues(
  'conformal',
  'anytime',
  falling(240, 0.93, 100).map((level) => 1 / level),
  (level, { prepared }, standardise) =>
    createConformal({ reference: prepared.values.map(standardise), valuesPerFalseAlarm: level, seed: 1 }),
);
