import { everything } from '../../common/segment.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import { isNamed } from './alarm.ts';
import { type CauseKind, type IncidentKind, type Severity, severities } from './incident.ts';

/** Effects from which on an incident is medium, high, critical. */
const steps = [0.1, 0.2, 0.4] as const;
/** An unimportant feature still counts for so much. */
const leastWeight = 0.25;

/**
 * How much the alarms of one feature move all events: the greatest of what was measured over all of them and, from the
 * segments, the root of the sum of share × effect², since the divergence of a mixture is about the shared part of its pieces'.
 */
export function effectOf(alarms: readonly Judgement[], eventsOf: (feature: string) => number): number {
  let greatest = 0;
  const bySegments = new Map<string, number>();
  for (const { segment, feature, nCurrent, detail } of alarms) {
    if (segment === everything) {
      greatest = Math.max(greatest, detail.effect);
      continue;
    }
    const share = Math.min(1, nCurrent / Math.max(1, eventsOf(feature)));
    bySegments.set(feature, (bySegments.get(feature) ?? 0) + share * detail.effect ** 2);
  }
  for (const sum of bySegments.values()) greatest = Math.max(greatest, Math.sqrt(Math.min(1, sum)));
  return greatest;
}

/** The importance of the most important feature; 1 where none is known, and for what a model puts out. */
export function importanceOf(
  features: readonly string[],
  importance: Readonly<Record<string, number>> | undefined,
): number {
  if (importance === undefined || Object.keys(importance).length === 0) return 1;
  return features.reduce((most, feature) => {
    const own =
      feature.startsWith('@') && feature !== '@lag' ? 1 : (importance[feature] ?? importance[measuredIn(feature)] ?? 0);
    return Math.max(most, own);
  }, 0);
}

/** `review` of its measure `review.length`; any other name without its last part names nothing. */
function measuredIn(feature: string): string {
  return feature.slice(0, Math.max(0, feature.lastIndexOf('.')));
}

/**
 * Effect × the importance of the feature, by fixed steps; a cause with a name is one step graver than a distribution that
 * merely moved. A model that got measurably worse is never below high.
 */
export function severityOf(input: {
  readonly effect: number;
  readonly kind: IncidentKind;
  readonly cause: CauseKind;
  readonly importance: number;
  /** The greatest importance there is: importances are relative to it. */
  readonly greatestImportance: number;
}): Severity {
  const relative = input.greatestImportance > 0 ? Math.min(1, input.importance / input.greatestImportance) : 1;
  const weighted = input.effect * (leastWeight + (1 - leastWeight) * relative);
  let level = steps.filter((step) => weighted >= step).length;
  if (isNamed(input.cause) && input.cause !== 'vanished') level++;
  if (input.kind === 'performance') level = Math.max(2, level);
  return severities[Math.min(severities.length - 1, level)] as Severity;
}

export function graver(a: Severity, b: Severity): Severity {
  return severities.indexOf(a) >= severities.indexOf(b) ? a : b;
}
