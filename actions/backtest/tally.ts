import type { Backtest } from '../../common/backtest.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';

/** Counts judgements, which are too many to be kept. */
export interface Tally {
  add(judgements: readonly Judgement[]): void;
  readonly windows: number;
  readonly judgements: number;
  readonly alarms: number;
  /** What could not be judged, or not wholly, by comparison and feature. */
  notJudged(): Backtest['notJudged'];
}

export function createTally(): Tally {
  const windows = new Set<string>();
  const notJudged = new Map<string, Backtest['notJudged'][number]>();
  let judgements = 0;
  let alarms = 0;
  return {
    add(judged) {
      judgements += judged.length;
      for (const judgement of judged) {
        const { comparison, windowStart, feature, alarm } = judgement;
        windows.add(`${comparison} ${windowStart}`);
        if (alarm) alarms++;
        else if (isUnjudged(judgement)) {
          const key = JSON.stringify([comparison, feature]);
          const known = notJudged.get(key) ?? { comparison, what: feature, judgements: 0, why: reasonIn(judgement) };
          notJudged.set(key, { ...known, judgements: known.judgements + 1 });
        }
      }
    },
    get windows() {
      return windows.size;
    },
    get judgements() {
      return judgements;
    },
    get alarms() {
      return alarms;
    },
    notJudged: () => [...notJudged.values()],
  };
}

/** Of `price is not judged: only 3 events` or `; its distribution is not judged: only 3 values` what follows the name. */
function reasonIn({ feature, why }: Judgement): string {
  const name = `${feature} is not judged: `;
  return why.startsWith(name) ? why.slice(name.length) : why.replace(/^; /, '');
}

/** A brief judgement about data says only what is missing. */
function isUnjudged({ critical, why, detail }: Judgement): boolean {
  return !Number.isFinite(critical) || (detail.kind !== 'performance' && why !== '');
}
