import { formatDuration } from '../../common/duration.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import { prefixOfTrackKey, trackKeyPrefix } from './alarm.ts';
import type { Incident } from './incident.ts';
import type { IncidentConfig, OpenIncident, Track } from './state.ts';

const weekMs = 604_800_000;

export interface QuietWindow {
  /** Of one window and one comparison. */
  readonly judgements: readonly Judgement[];
  /** After it. */
  readonly tracks: Readonly<Record<string, Track>>;
  readonly config: IncidentConfig;
  readonly windowMs: number;
  readonly nowMs: number;
}

/** The incident after a window; `closes` where it ends with it, with the reason where that is not that all is quiet. */
export type Quiet = (
  one: OpenIncident,
  lives: boolean,
) => { readonly next: OpenIncident; readonly closes?: Pick<Incident, 'closedBecause'> };

/**
 * Whether an incident has been quiet for long enough. Windows count only for features and segments that were judged in them: each
 * that alarmed has to have `closeAfterQuiet` judged windows without an alarm. An incident of which some part cannot be
 * judged any more would stay open for ever; it closes when nothing has been heard of it for `unheardMs`.
 */
export function createQuiet({ judgements, tracks, config, windowMs, nowMs }: QuietWindow): Quiet {
  const judged = new Set(
    judgements.filter(({ critical }) => Number.isFinite(critical)).map((judgement) => trackKeyPrefix(judgement)),
  );
  const alarming = new Set(judgements.filter(({ alarm }) => alarm).map((judgement) => trackKeyPrefix(judgement)));
  // What alarms now without being the incident's own is another cause's.
  const unsure = new Set(
    Object.entries(tracks)
      .map(([key, { quiet }]) => ({ pair: prefixOfTrackKey(key), quiet }))
      .filter(({ pair, quiet }) => quiet < config.closeAfterQuiet && (quiet > 0 || !alarming.has(pair)))
      .map(({ pair }) => pair),
  );
  const boundMs = unheardMs(config, windowMs);
  return (one, lives) => {
    if (lives) return { next: { ...one, quiet: 0, heardMs: nowMs } };
    const own = pairsOf(one.incident);
    const heardMs = one.heardMs ?? nowMs;
    const quiet = one.quiet + (own.some((pair) => judged.has(pair)) ? 1 : 0);
    const next: OpenIncident = { ...one, quiet, heardMs };
    if (nowMs < (one.heldUntilMs ?? nowMs)) return { next };
    if (quiet >= config.closeAfterQuiet && !own.some((pair) => unsure.has(pair))) return { next, closes: {} };
    if (nowMs - heardMs < boundMs) return { next };
    return { next, closes: { closedBecause: `it could not be judged for ${formatDuration(boundMs)}` } };
  };
}

/** A week, or of long windows twice the quiet ones that are asked for; ms of event time. */
export function unheardMs({ closeAfterQuiet }: IncidentConfig, windowMs: number): number {
  return Math.max(weekMs, 2 * closeAfterQuiet * windowMs);
}

function pairsOf({ comparison, features, segments }: Incident): string[] {
  return features.flatMap((feature) => segments.map((segment) => trackKeyPrefix({ comparison, segment, feature })));
}
