import { formatNumber } from '../cause/words.ts';
import { bestOf, minPairs, type PairStory } from './pair-story.ts';

const quarterMs = 900_000;
const hourMs = 3_600_000;
/** Zones of the world are from 12 hours behind UTC to 14 ahead, so two of them are 26 apart at most. */
const furthestMs = 26 * hourMs;

/** How the times of one event differ on the two sides, ms since 1970: by a zone (summer time too), a clock, or lost digits. */
export function timeStory(pairs: readonly (readonly [a: number, b: number])[], of: number): PairStory | undefined {
  if (pairs.length < minPairs) return undefined;
  const differences = pairs.map(([a, b]) => b - a);
  const counts = new Map<number, number>();
  for (const difference of differences) counts.set(difference, (counts.get(difference) ?? 0) + 1);
  const frequent = [...counts].sort((x, y) => y[1] - x[1]).slice(0, 2);
  return bestOf([zoneStory(frequent, of), shiftStory(frequent, of), ...cutStories(pairs, of)]);
}

type Counted = readonly (readonly [differenceMs: number, count: number])[];

function zoneStory(frequent: Counted, of: number): PairStory | undefined {
  const zones = frequent.filter(([ms, count]) => isZone(ms) && count >= 0.02 * of);
  if (zones.length === 0) return undefined;
  const share = zones.reduce((sum, [, count]) => sum + count, 0) / of;
  const hours = zones.map(([ms]) => `${formatNumber(Math.abs(ms) / hourMs)} h ${ms > 0 ? 'later' : 'earlier'}`);
  const [first, second] = zones.map(([ms]) => ms);
  const summer = first !== undefined && second !== undefined && Math.abs(first - second) === hourMs;
  const text = `is ${hours.join(' or ')} than training: ${summer ? 'a time zone with summer time' : 'a time zone'}?`;
  return { kind: 'time-zone', share, offset: first as number, text };
}

function isZone(ms: number): boolean {
  return ms !== 0 && ms % quarterMs === 0 && Math.abs(ms) <= furthestMs;
}

function shiftStory([most]: Counted, of: number): PairStory | undefined {
  if (most === undefined || most[0] === 0) return undefined;
  const [ms, count] = most;
  const text = `is ${formatNumber(Math.abs(ms) / 1000)} s ${ms > 0 ? 'later' : 'earlier'} than training`;
  return { kind: 'shift', share: count / of, offset: ms, text };
}

function* cutStories(pairs: readonly (readonly [number, number])[], of: number): Generator<PairStory> {
  for (const [unitMs, name] of [
    [1000, 'seconds'],
    [60_000, 'minutes'],
    [hourMs, 'hours'],
    [24 * hourMs, 'days'],
  ] as const) {
    const cut = (ms: number): number => Math.floor(ms / unitMs) * unitMs;
    const share = (holds: (a: number, b: number) => boolean): number =>
      pairs.reduce((sum, [a, b]) => sum + Number(holds(a, b)), 0) / of;
    yield { kind: 'rounded', share: share((a, b) => b === cut(a)), text: `is training cut to ${name}` };
    yield { kind: 'rounded', share: share((a, b) => a === cut(b)), text: `is what training has cut to ${name}` };
  }
}
