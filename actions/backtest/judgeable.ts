import { formatDuration } from '../../common/duration.ts';
import { parseSegmentKey, type SegmentKey } from '../../common/segment.ts';
import type { ComparisonConfig, PipelineConfig } from '../../config/schema.ts';
import { contentOf, type Reference, referenceOf } from '../../drift/reference/reference.ts';
import { comparisonName } from '../monitor/rounds.ts';
import type { StoredPanes } from './ports.ts';

/** What of a configuration cannot be judged from stored panes, and why. */
export interface NotJudged {
  readonly comparison: string;
  readonly what: string;
  readonly why: string;
}

/** The comparisons for which there are panes: those whose windows are sums of whole ones. */
export function judgeableComparisons(
  config: PipelineConfig,
  stored: readonly StoredPanes[],
): { readonly comparisons: readonly ComparisonConfig[]; readonly notJudged: readonly NotJudged[] } {
  const notJudged: NotJudged[] = [];
  const comparisons = config.drift.flatMap((comparison): ComparisonConfig[] => {
    const name = comparisonName(comparison);
    const lengthOf = (segments: boolean): number | undefined =>
      stored.find((one) => one.segments === segments && comparison.window % one.paneMs !== 0)?.paneMs;
    const refuse = (what: string, paneMs: number) =>
      notJudged.push({
        comparison: name,
        what,
        why: `panes of ${formatDuration(paneMs)} are stored: windows of ${formatDuration(comparison.window)} are no sums of them`,
      });
    const whole = lengthOf(false);
    if (whole !== undefined) {
      refuse('all features', whole);
      return [];
    }
    const sliced = comparison.segments ? lengthOf(true) : undefined;
    if (sliced === undefined) return [comparison];
    refuse('segments', sliced);
    return [{ ...comparison, segments: false }];
  });
  return { comparisons, notJudged };
}

/**
 * The reference with those of its segments that the configuration names. What it was not made with, no pane was counted for: the
 * configuration's other segments cannot be judged.
 */
export function withSegmentsOf(config: PipelineConfig, reference: Reference): Reference {
  const left = new Map(config.segments.map(({ by, top }) => [ruleOf(by), top]));
  const segments = reference.segments.filter((segment) => {
    const rule = ruleOfKey(segment);
    const rest = left.get(rule) ?? 0;
    left.set(rule, rest - 1);
    return rest > 0;
  });
  if (segments.length === reference.segments.length) return reference;
  return referenceOf({ ...contentOf(reference), segments });
}

/** Segments that the configuration names and the reference lacks, or of which no pane is stored. */
export function missingSegments(
  config: PipelineConfig,
  reference: Reference,
  stored: ReadonlySet<SegmentKey>,
): readonly NotJudged[] {
  return config.segments.flatMap(({ by }) => {
    const own = reference.segments.filter((segment) => ruleOfKey(segment) === ruleOf(by));
    const there = own.filter((segment) => stored.has(segment)).length;
    if (own.length > 0 && there === own.length) return [];
    const what = `segments by ${by.join(', ')}`;
    if (there === 0) return [{ comparison: '', what, why: 'no pane of them is stored: they were not counted apart' }];
    return [{ comparison: '', what, why: `panes of ${there} of ${own.length} are stored` }];
  });
}

/** Features of the reference whose panes are counted in other bins than its own, or not at all; and panes of features that it lacks. */
export function missingFeatures(reference: Reference, stored: readonly StoredPanes[]): readonly NotJudged[] {
  const whole = stored.filter(({ segments }) => !segments);
  // Predictions come and go with versions.
  const unknown = new Set(
    whole
      .map(({ feature }) => feature)
      .filter((name) => !name.startsWith('@') && reference.feature(name) === undefined),
  );
  const gone = [...unknown].map((what) => ({
    comparison: '',
    what,
    why: `its panes are stored, but the reference ${reference.origin} does not have it`,
  }));
  const counted = reference.features
    .filter(({ name, binning }) => !whole.some((one) => one.feature === name && one.binning === binning.id))
    .map(({ name }) => ({
      comparison: '',
      what: name,
      why: whole.some(({ feature }) => feature === name)
        ? `its panes are counted in other bins than those of the reference ${reference.origin}`
        : 'no pane of it is stored',
    }));
  return [...counted, ...gone];
}

const ruleOf = (features: readonly string[]): string => JSON.stringify(features);
const ruleOfKey = (key: SegmentKey): string => ruleOf(parseSegmentKey(key).map(({ feature }) => feature));
