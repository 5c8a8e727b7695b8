import { parseSegmentKey, type SegmentKey } from '../../common/segment.ts';
import { watchedRules } from '../../config/detectors.ts';
import type { PipelineConfig } from '../../config/schema.ts';
import { planWatches, type WatchPlan } from '../../drift/detect/watch.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import { isUnknownLag } from './rounds.ts';

/** What detectors watch, and how the false-alarm budget is shared between them and windows. */

/** Where windows are judged beside the detectors they have so much of the budget: see decision 0104. */
const judgingShare = 0.2;

/** False alarms a week that the detectors of one kind have together. */
export function budgetOfDetectors({ budget, detectors, drift }: PipelineConfig): number {
  const share = drift.length === 0 ? 0 : judgingShare;
  return (budget.falseAlarmsPerWeek * (1 - share)) / Math.max(1, detectors.kinds.length);
}

/** The share of the budget that is left to windows: all of it where nothing is watched. */
export function windowsShare({ watches }: WatchPlan): number {
  return watches.length === 0 ? 1 : judgingShare;
}

/** What is watched: features and predictions of the present champions, of all events and of the segments that can be. */
export function watchesOf(
  config: PipelineConfig,
  of: { readonly reference: Reference; readonly sliceMs: number; readonly champions: ReadonlySet<string> },
): WatchPlan {
  const { reference, sliceMs, champions } = of;
  const features = reference.features
    .map(({ name }) => name)
    .filter((name) => !name.startsWith('@prediction:') || champions.has(name))
    .filter((name) => !isUnknownLag(reference, name))
    .filter((name) => config.detectors.features?.includes(name) ?? true);
  const rules = new Set(watchedRules(config).map((at) => ruleOf(config.segments[at]?.by ?? [])));
  const segments = [...(reference.slices?.segments.keys() ?? [])].filter((segment) =>
    rules.has(ruleOf(parseSegmentKey(segment).map(({ feature }) => feature))),
  );
  return planWatches(reference, { sliceMs, features, segments });
}

function ruleOf(features: readonly string[]): SegmentKey {
  return JSON.stringify([...features].sort());
}
