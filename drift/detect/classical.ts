import { type AdwinState, createAdwin } from './adwin.ts';
import type { Detector } from './detector.ts';
import { createKswin, type KswinState } from './kswin.ts';
import { createPageHinkley, type PageHinkleyState } from './page-hinkley.ts';
import { type SliceMeasure, sliceSeason } from './slice-model.ts';
import type { Watch } from './watch.ts';

export const classicalKinds = ['adwin', 'page-hinkley', 'kswin'] as const;
export type ClassicalKind = (typeof classicalKinds)[number];

/** Plain JSON, by stream: `adwin/segment|feature/level`. Bounded by what is watched. */
export type ClassicalState = Readonly<Record<string, ClassicalStream>>;

interface ClassicalStream {
  /** State against another reference is dropped. */
  readonly modelId: string;
  readonly detector: AdwinState | PageHinkleyState | KswinState;
}

export interface ClassicalAlarm {
  readonly kind: ClassicalKind;
  readonly key: string;
  /** `level` of a number, `= DEN` of a category. */
  readonly score: string;
  readonly up: boolean;
}

/** What is allowed for on independent values: Page–Hinkley and KSWIN see a change of half a standard deviation of a slice. */
const pageHinkleyDelta = 0.25;
const seed = 1;
/** Page–Hinkley keeps the mean of the reference, as if of so many values: one that is learned on the way costs it half its run length. */
export const fromReference: PageHinkleyState = { n: 1e12, mean: 0, rise: 0, fall: 0, lowestRise: 0, highestFall: 0 };

/**
 * One slice for the classical detectors. Each watches the mean of a number's normal score, or the share of a category, of each
 * slice: less its season, in standard deviations of a slice of independent events. `budget` is the false alarms a week
 * for each kind of detector, shared among its streams; it is kept where slices do not depend on each other.
 */
export function advanceClassical(
  state: ClassicalState,
  slice: { readonly startMs: number; readonly endMs: number; readonly measures: ReadonlyMap<string, SliceMeasure> },
  options: {
    readonly watched: readonly Watch[];
    readonly kinds: readonly ClassicalKind[];
    readonly falseAlarmsPerWeek: number;
  },
): { readonly state: ClassicalState; readonly alarms: readonly ClassicalAlarm[] } {
  const { watched, kinds, falseAlarmsPerWeek } = options;
  const streams = watched.flatMap((watch) => streamsOf(watch).map((score) => ({ watch, score })));
  const perLook = falseAlarmsPerWeek / ((604_800_000 / (slice.endMs - slice.startMs)) * Math.max(1, streams.length));
  const next: Record<string, ClassicalStream> = {};
  const alarms: ClassicalAlarm[] = [];
  for (const { watch, score } of streams) {
    const measure = slice.measures.get(watch.key);
    const value = measure === undefined || measure.n === 0 ? undefined : standardised(watch, measure, score);
    for (const kind of kinds) {
      const key = `${kind}/${watch.key}/${watch.model.names[score] as string}`;
      const before = state[key];
      const known = before?.modelId === watch.modelId ? before : undefined;
      if (value === undefined) {
        if (known !== undefined) next[key] = known;
        continue;
      }
      const detector = detectorOf(kind, perLook, known?.detector);
      const alarm = detector.update(value);
      if (alarm) alarms.push({ kind, key: watch.key, score: watch.model.names[score] as string, up: value > 0 });
      const after = alarm && kind === 'page-hinkley' ? fromReference : detector.state();
      next[key] = { modelId: watch.modelId, detector: after };
    }
  }
  return { state: next, alarms };
}

/** The scores that are watched: the mean of a number, the shares of the frequent categories. */
function streamsOf({ model }: Watch): number[] {
  return model.names.flatMap((name, at) => (name === 'level' || name.startsWith('= ') ? [at] : []));
}

function standardised({ model }: Watch, { startMs, n, sums }: SliceMeasure, score: number): number {
  const season = model.means[score]?.[sliceSeason(startMs, model.sliceMs, model.seasons)] as number;
  return ((sums[score] as number) - n * season) / Math.sqrt(n);
}

type AnyDetector = Detector<AdwinState | PageHinkleyState | KswinState>;

function detectorOf(kind: ClassicalKind, perLook: number, from: ClassicalStream['detector'] | undefined): AnyDetector {
  switch (kind) {
    case 'adwin':
      // A cut is tried after every slice, not after every 32 values: slices are few.
      return createAdwin({ delta: Math.max(perLook, 1e-300), clock: 1 }, from as AdwinState | undefined);
    case 'page-hinkley':
      // With sums that fade `delta` would fade, too, in a long quiet time.
      return createPageHinkley(
        { delta: pageHinkleyDelta, keep: 1, threshold: pageHinkleyThreshold(1 / perLook) },
        (from ?? fromReference) as PageHinkleyState,
      );
    default:
      return createKswin({ alpha: perLook, seed }, from as KswinState | undefined);
  }
}

/**
 * The threshold at which standard normal values give one alarm in so many, on average: Siegmund's approximation of a
 * two-sided CUSUM's run length, `(exp(2 δ h) - 1 - 2 δ h) / (4 δ²)` with h = threshold + 1.166 (Siegmund 1985,
 * doi:10.1007/978-1-4757-1862-1). `values` > 1.
 */
export function pageHinkleyThreshold(values: number): number {
  const delta = pageHinkleyDelta;
  const length = (h: number): number => (Math.expm1(2 * delta * h) - 2 * delta * h) / (4 * delta * delta);
  let low = 0;
  let high = 1400;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (length(middle) < values) low = middle;
    else high = middle;
  }
  return Math.max(1e-9, low - 1.166);
}
