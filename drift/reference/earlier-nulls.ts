import type { Binning, Profile } from '../profile/profile.ts';
import { type Cells, intoCells } from './cells.ts';
import { divergence, type MassKind, massKinds, massOf } from './divergence.ts';
import { type EarlierRule, occasionsNeeded } from './earlier.ts';
import type { ComparisonNull, MassVariation } from './reference.ts';
import { type Excess, type NullDistance, scaleBySeason, shareZ, variationOf, type WindowProfile } from './scaling.ts';
import { seasonCount, seasonOf } from './season.ts';

export interface EarlierInput {
  /** In order of time. */
  readonly windows: readonly WindowProfile[];
  /** Windows that are large enough to say something. */
  readonly usable: readonly boolean[];
  readonly binning: Binning;
  readonly rule: EarlierRule;
  readonly cellsOf: (window: number) => Cells;
}

/**
 * How far windows of a reference lie from those before them under one rule. A window that has too few before it, since the
 * reference begins there, is compared with those after it: the same comparison with time running backwards. A window that has
 * enough on neither side shows nothing.
 */
export function measureEarlier(input: EarlierInput): {
  readonly learned: ComparisonNull;
  readonly distances: readonly NullDistance[];
} {
  const { windows, rule } = input;
  const found = new Map<number, { readonly excess: Excess; readonly z: Readonly<Record<MassKind, number>> }>();
  for (const forwards of [true, false]) {
    const sides = runningSides(input, forwards);
    const order = windows.map((_, at) => (forwards ? at : windows.length - 1 - at));
    for (const at of order) {
      const side = sides.before(at);
      if (side === undefined || found.has(at) || !input.usable[at]) continue;
      const { startMs, profile } = windows[at] as WindowProfile;
      const cells = input.cellsOf(at);
      const measured = divergence(intoCells(side.bins, cells), intoCells(profile.bins, cells));
      if (measured.nReference === 0) continue;
      const window = Math.round(startMs / rule.windowMs);
      const excess = { window, season: seasonOf(startMs, rule.windowMs), measured };
      const z = Object.fromEntries(
        massKinds.map((kind) => [kind, shareZ(side.masses[kind], side.n, massOf(profile, kind), profile.n)]),
      ) as Record<MassKind, number>;
      found.set(at, { excess, z });
    }
  }
  const all = [...found].sort(([a], [b]) => a - b).map(([, one]) => one);
  const { habit, distances } = scaleBySeason(
    all.map(({ excess }) => excess),
    seasonCount(rule.windowMs),
  );
  const masses = Object.fromEntries(
    massKinds.map((kind) => [kind, variationOf(all.map(({ z }) => z[kind]))]),
  ) as Record<MassKind, MassVariation>;
  return { learned: { windows: all.length, habit, masses }, distances };
}

interface Side {
  readonly bins: Float64Array;
  n: number;
  readonly masses: Record<MassKind, number>;
}

/** The windows of one group that are within reach, as a sum that windows enter and leave. */
interface Group extends Side {
  readonly inside: { readonly at: number; readonly occasion: number }[];
  head: number;
  /** Of the occasion that goes on. */
  waiting: { readonly at: number; readonly occasion: number }[];
}

/** `before(at)` is to be asked once for each window, in order: its answer is the sum of what lies before, until the next. */
function runningSides(
  { windows, rule, binning }: EarlierInput,
  forwards: boolean,
): { before(at: number): Side | undefined } {
  const { spec } = rule;
  const groups = new Map<number, Group>();
  const bins = binning.kind === 'numeric' ? binning.edges.length + 1 : binning.values.length;
  const profileAt = (at: number): Profile => (windows[at] as WindowProfile).profile;
  const startAt = (at: number): number => (windows[at] as WindowProfile).startMs;
  const edgeMs = windows.length === 0 ? 0 : startAt(forwards ? 0 : windows.length - 1);
  return {
    before(at) {
      const startMs = startAt(at);
      const place = rule.placeOf(startMs);
      if (place === undefined) return undefined;
      let group = groups.get(place.group);
      if (group === undefined) {
        group = { inside: [], head: 0, waiting: [], bins: new Float64Array(bins), n: 0, masses: noMasses() };
        groups.set(place.group, group);
      }
      for (const one of group.waiting) if (one.occasion !== place.occasion) enter(group, one, profileAt(one.at));
      group.waiting = group.waiting.filter(({ occasion }) => occasion === place.occasion);
      for (let one = group.inside[group.head]; one !== undefined; one = group.inside[group.head]) {
        if (Math.abs(startMs - startAt(one.at)) <= spec.overMs) break;
        addTo(group, profileAt(one.at), -1);
        group.head++;
      }
      group.waiting.push({ at, occasion: place.occasion });
      if (group.inside.length === group.head) return undefined;
      if (spec.kind === 'rolling') return Math.abs(startMs - edgeMs) >= spec.overMs / 2 ? group : undefined;
      const occasions = new Set(group.inside.slice(group.head).map(({ occasion }) => occasion));
      return occasions.size >= occasionsNeeded ? group : undefined;
    },
  };
}

function enter(group: Group, one: { readonly at: number; readonly occasion: number }, profile: Profile): void {
  group.inside.push(one);
  addTo(group, profile, 1);
}

function addTo(side: Side, profile: Profile, sign: 1 | -1): void {
  side.n += sign * profile.n;
  for (const kind of massKinds) side.masses[kind] += sign * massOf(profile, kind);
  for (let bin = 0; bin < side.bins.length; bin++)
    side.bins[bin] = (side.bins[bin] as number) + sign * (profile.bins[bin] as number);
}

function noMasses(): Record<MassKind, number> {
  return { missing: 0, invalid: 0, unseen: 0 };
}
