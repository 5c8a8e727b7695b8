import type { BacktestIncident, BacktestPair } from '../../common/backtest.ts';
import { type Incident, isOfValues } from '../incidents/incident.ts';

/**
 * Which incidents are the same: those with one id (a hash of what opened them), then those of one comparison and one cause that share
 * a feature and were open at one time, the earliest first; a drift is one cause, with a story
 * of its values (a unit, a shift) or without. Each is in one pair. Of those that `were`, the ones opened before `fromMs`
 * only find their partner: whether they would have been opened is not known.
 */
export function pairIncidents(
  were: readonly Incident[],
  now: readonly Incident[],
  span: { readonly fromMs: number; readonly toMs: number },
): BacktestPair[] {
  const left = [...were].sort(byBeginning);
  const pairs: { readonly was: Incident | null; readonly now: Incident | null }[] = [];
  const take = (one: Incident, matches: (other: Incident) => boolean): boolean => {
    const at = left.findIndex(matches);
    if (at < 0) return false;
    pairs.push({ was: left.splice(at, 1)[0] as Incident, now: one });
    return true;
  };
  const unlike = [...now].sort(byBeginning).filter((one) => !take(one, ({ id }) => id === one.id));
  for (const one of unlike)
    if (!take(one, (other) => alike(one, other, span.toMs))) pairs.push({ was: null, now: one });
  for (const one of left) if (one.openedAt >= span.fromMs) pairs.push({ was: one, now: null });
  return pairs
    .sort((a, b) => byBeginning((a.now ?? a.was) as Incident, (b.now ?? b.was) as Incident))
    .map(({ was, now: would }) => ({
      verdict: was === null ? 'only-now' : would === null ? 'only-then' : 'same',
      was: was && shownIncident(was),
      now: would && shownIncident(would),
    }));
}

function alike(a: Incident, b: Incident, endMs: number): boolean {
  const ends = ({ closedAt }: Incident): number => closedAt ?? endMs;
  return (
    comparisonsOf(a).some((comparison) => comparisonsOf(b).includes(comparison)) &&
    (a.cause === b.cause || (isDrift(a) && isDrift(b))) &&
    a.features.some((feature) => b.features.includes(feature)) &&
    a.since < ends(b) &&
    b.since < ends(a)
  );
}

/** One fault is one incident, of whichever comparison saw it first. */
function comparisonsOf({ comparison, alsoIn = [] }: Incident): readonly string[] {
  return [comparison, ...alsoIn];
}

function isDrift({ cause }: Incident): boolean {
  return cause === 'drift' || isOfValues(cause);
}

function byBeginning(a: Incident, b: Incident): number {
  return a.openedAt - b.openedAt || a.since - b.since || (a.id < b.id ? -1 : 1);
}

function shownIncident(incident: Incident): BacktestIncident {
  const { id, title, kind, cause, severity, features, segment, comparison, since, openedAt, closedAt } = incident;
  return { id, title, kind, cause, severity, features: [...features], segment, comparison, since, openedAt, closedAt };
}
