import { everything } from '../../common/segment.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import type { CauseKind } from './incident.ts';

/** An alarm with what the policy groups by. */
export interface Alarm {
  readonly judgement: Judgement;
  readonly trackKey: string;
  readonly cause: CauseKind;
  /** Alarms of equal key have one cause: the same unit, the same shift, missing values. */
  readonly causeKey: string;
  /** Enough alarms of this track in the latest windows to open an incident. */
  readonly mature: boolean;
  readonly since: number;
}

/** What k-of-n counts over: one aspect of one feature in one segment. */
export function trackKeyOf(judgement: Judgement): string {
  return `${trackKeyPrefix(judgement)},${judgement.detail.kind},${judgement.statistic}`;
}

/** A track's key without its kind and statistic, which hold no comma. */
export function trackKeyPrefix(of: Pick<Judgement, 'comparison' | 'segment' | 'feature'>): string {
  return JSON.stringify([of.comparison, of.segment, of.feature]);
}

export function prefixOfTrackKey(key: string): string {
  return key.slice(0, key.lastIndexOf(']') + 1);
}

export function comparisonOfTrackKey(key: string): string {
  return (JSON.parse(prefixOfTrackKey(key)) as readonly string[])[0] ?? '';
}

/** A factor without a unit may be growth as well as a fault: it says how the distribution moved, and not why. */
export function causeOf({ detail }: Judgement): CauseKind {
  if (detail.kind === 'performance') return 'performance';
  const kind = detail.story?.kind;
  return kind === undefined || kind === 'segments' || kind === 'scale' ? 'drift' : kind;
}

/**
 * Faults with a name are kept apart from unnamed drift, also of the same feature: kilometres in April are not the slow
 * change of a schedule since March. Missing values of several features at once are one cause.
 */
export function causeKeyOf(judgement: Judgement): string {
  const { story } = judgement.detail;
  const cause = causeOf(judgement);
  switch (story?.kind) {
    case 'unit':
      return `unit ${story.factor.toPrecision(4)} ${story.offset.toPrecision(4)}`;
    case 'shift':
      // Sizes of one shift scatter from segment to segment: same feature, same direction.
      return `shift ${judgement.feature} ${story.by > 0 ? 'up' : 'down'}`;
    case 'new-category':
      // One airport's new code is new among origins and among destinations.
      return `${cause} ${story.values[0]}`;
    case 'vanished':
    case 'constant':
      return `${cause} ${judgement.feature}`;
    default:
      return cause;
  }
}

/** Something definite went wrong, as against a distribution that moved. */
export function isNamed(cause: CauseKind): boolean {
  return cause !== 'drift' && cause !== 'performance';
}

/** The segments that make all events move, where that is the story. */
export function explainedBy({ segment, detail }: Judgement): readonly string[] {
  return segment === everything && detail.story?.kind === 'segments' ? detail.story.segments : [];
}

export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
