import type { Holidays } from '../../common/calendar.ts';
import { everything } from '../../common/segment.ts';
import { kindOf, readableMs, rollUpLengthsMs } from '../../config/comparison.ts';
import type { ComparisonConfig, PipelineConfig } from '../../config/schema.ts';
import type { OrdinarySide, Pair } from '../../drift/judge/judge-again.ts';
import type { AgainstEarlier } from '../../drift/judge/judge-window.ts';
import type { Compared, Judgement } from '../../drift/judge/judgement.ts';
import { minNullWindows } from '../../drift/judge/known-null.ts';
import { type EarlierRule, type EarlierWindows, earlierRule, keepWindows } from '../../drift/reference/earlier.ts';
import { type LearnedNulls, learnedNeeded, learnNulls } from '../../drift/reference/learned-nulls.ts';
import { nullUnder, type Reference } from '../../drift/reference/reference.ts';
import { sideOf } from './earlier-side.ts';
import { createOrdinaryWindows } from './ordinary-windows.ts';
import type { EarlierStore, SpanProfile } from './ports.ts';
import type { ProfileCuts } from './profiles-kept.ts';
import { readableFrom } from './profiles-kept.ts';

const dayMs = 86_400_000;
/** As many windows as a null is learned from, and a day more: that of the day under way begins before. */
const learnedWindowsMax = 2000;

/** Windows whose other sides are read in one statement. */
const readAhead = 24;

interface ReadSide {
  readonly windows: EarlierWindows;
  readonly rows: readonly SpanProfile[];
}

/** The windows before one, as a side to compare it with. */
export interface EarlierDesk {
  /** Something may have been sealed since: what was read ahead is dropped. */
  begin(): void;
  /** `only`: of the windows before, those within these spans, as it was compared once. */
  side(request: SideRequest, only?: Compared): Promise<AgainstEarlier>;
  /** For alarms against `side`: the same windows without those in which the pair alarmed, where half of them are left. */
  withoutAlarms(request: SideRequest, side: AgainstEarlier, alarms: readonly Pair[]): Promise<readonly OrdinarySide[]>;
  /** Learns from what was judged; a window that is judged again replaces what was learned from it. */
  observe(judgements: readonly Judgement[]): void;
}

export interface SideRequest {
  readonly comparison: ComparisonConfig;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly reference: Reference;
  readonly features: readonly string[];
  /** Start of the first profile there is, and what was forgotten of those after. */
  readonly firstMs: number;
  readonly cuts: ProfileCuts;
  readonly binCountOf: (binningId: string) => number | undefined;
  /** All windows that end here or before are sealed, and stay so in this round. */
  readonly throughMs: number;
  /** Of this round, which are in no table yet. */
  readonly judged: readonly Judgement[];
}

export function createEarlierDesk(
  config: PipelineConfig,
  { store, holidays }: { readonly store: EarlierStore; readonly holidays: Holidays | undefined },
): EarlierDesk {
  const rules = new Map<string, EarlierRule>();
  const learned = new Map<string, LearnedNulls>();
  const ordinary = createOrdinaryWindows(config, store);
  const ahead = new Map<string, { readonly referenceId: string; readonly sides: ReadonlyMap<number, ReadSide> }>();

  function ruleOf({ comparison, name }: SideRequest): EarlierRule {
    const known = rules.get(name);
    if (known !== undefined) return known;
    const kind = kindOf(comparison);
    if (kind.kind !== 'rolling' && kind.kind !== 'seasonal') throw new Error(`${name} has no windows before`);
    const rule = earlierRule(kind, comparison.window, holidays);
    rules.set(name, rule);
    return rule;
  }

  async function learnedBy(request: SideRequest, rule: EarlierRule): Promise<LearnedNulls> {
    const known = learned.get(request.name);
    if (known !== undefined) return known;
    const nulls = learnNulls({ key: rule.key, windowMs: rule.windowMs });
    const reachMs = learnedWindowsMax * rule.windowMs + 2 * Math.max(dayMs, rule.windowMs);
    nulls.observe(await store.seenWindows(request.name, request.startMs - reachMs));
    nulls.observe(seenIn(request.judged, request.name));
    learned.set(request.name, nulls);
    return nulls;
  }

  function earlierOf(request: SideRequest, rule: EarlierRule, startMs: number): EarlierWindows {
    const { windowMs } = rule;
    const sinceMs = Math.max(
      request.firstMs,
      startMs + windowMs - readableMs(config, windowMs),
      readableFrom(config, { windowMs, cuts: request.cuts, panesOnly: false }),
    );
    return rule.earlier(startMs, Math.floor(sinceMs / windowMs) * windowMs);
  }

  /** The windows after it will be asked for next, so what is before them is read with it: a statement costs more than its rows. */
  async function read(request: SideRequest, rule: EarlierRule): Promise<ReadSide> {
    const { name, startMs, throughMs } = request;
    const referenceId = request.reference.id;
    const known = ahead.get(name);
    const found = known?.referenceId === referenceId ? known.sides.get(startMs) : undefined;
    if (found !== undefined) return found;
    const own = earlierOf(request, rule, startMs);
    const together = [{ startMs, windows: own }];
    for (let at = startMs + rule.windowMs; at + rule.windowMs <= throughMs; at += rule.windowMs) {
      if (own.kind === 'holiday' || together.length >= readAhead) break;
      const windows = earlierOf(request, rule, at);
      if (windows.kind !== 'holiday') together.push({ startMs: at, windows });
    }
    const rows = await store.spanProfiles({
      sums: together.map(({ windows }) => windows.occasions),
      lengthsMs: rollUpLengthsMs(config),
      segments: request.comparison.segments,
      apart: own.kind === 'holiday',
      binCountOf: request.binCountOf,
    });
    const sides = new Map<number, ReadSide>();
    together.forEach(({ startMs: at, windows }, sum) => {
      sides.set(at, { windows, rows: rows.filter((row) => row.sum === sum) });
    });
    if (own.kind !== 'holiday') ahead.set(name, { referenceId, sides });
    return sides.get(startMs) as ReadSide;
  }

  async function readOnly(request: SideRequest, rule: EarlierRule, { spans }: Compared): Promise<ReadSide> {
    const within = (at: number): boolean => spans.some(([fromMs, toMs]) => fromMs <= at && at < toMs);
    const windows = keepWindows(earlierOf(request, rule, request.startMs), rule.windowMs, within);
    const rows = await store.spanProfiles({
      sums: [windows.occasions],
      lengthsMs: rollUpLengthsMs(config),
      segments: request.comparison.segments,
      apart: windows.kind === 'holiday',
      binCountOf: request.binCountOf,
    });
    return { windows, rows };
  }

  return {
    begin() {
      ahead.clear();
      ordinary.begin();
    },
    async side(request, only) {
      const { startMs } = request;
      const rule = ruleOf(request);
      const { windowMs } = rule;
      const { windows, rows } = only === undefined ? await read(request, rule) : await readOnly(request, rule, only);
      const needsLearning = request.features.some(
        (feature) => !isShown(request.reference, windowMs, feature, rule.key),
      );
      const nulls = needsLearning ? await learnedBy(request, rule) : undefined;
      const table = nulls?.tableAt(startMs);
      return {
        ...sideOf(windows, rows, { startMs, overMs: rule.spec.overMs }),
        ...(only === undefined ? {} : { compared: only }),
        kind: 'earlier',
        key: rule.key,
        learnedNeeded: learnedNeeded(windowMs),
        ...(table === undefined ? {} : { learned: table }),
      };
    },
    withoutAlarms(request, side, alarms) {
      const rule = ruleOf(request);
      return ordinary.sides({ ...request, rule, before: (at) => earlierOf(request, rule, at) }, side, alarms);
    },
    observe(judgements) {
      ordinary.observe(judgements.filter(({ comparison }) => rules.has(comparison)));
      for (const [name, nulls] of learned) nulls.observe(seenIn(judgements, name));
    },
  };
}

function isShown(reference: Reference, windowMs: number, feature: string, key: string): boolean {
  const table = reference.nulls.find((one) => one.windowMs === windowMs);
  return (nullUnder(table?.series(everything, feature), key)?.windows ?? 0) >= minNullWindows;
}

function seenIn(judgements: readonly Judgement[], name: string) {
  return judgements.flatMap(({ comparison, windowStart, segment, feature, nCurrent, detail }) =>
    comparison === name && detail.excess !== undefined
      ? [{ startMs: windowStart, segment, feature, n: nCurrent, excess: detail.excess }]
      : [],
  );
}
