import type { Judgement } from '../../drift/judge/judgement.ts';
import { trackKeyOf } from './alarm.ts';
import type { IncidentConfig, Track } from './state.ts';

const fresh: Track = { history: [], since: 0, quiet: 0, muted: false };

/**
 * Every track after one window. A judgement that could not be made says nothing and leaves its track as it is; so does a
 * feature that was not judged. Tracks that have been quiet for as long as anything looks back are forgotten.
 */
export function advanceTracks(
  tracks: Readonly<Record<string, Track>>,
  judgements: readonly Judgement[],
  config: IncidentConfig,
): Readonly<Record<string, Track>> {
  const next: Record<string, Track> = { ...tracks };
  const lookBack = Math.max(config.open.of, config.closeAfterQuiet);
  for (const judgement of judgements) {
    if (!Number.isFinite(judgement.critical)) continue;
    // The same feature may alarm as drift today and as quality tomorrow: tracks of other kinds had a quiet window.
    for (const kind of ['drift', 'quality', 'performance', 'prediction'] as const) {
      const key = trackKeyOf({ ...judgement, detail: { ...judgement.detail, kind } });
      const alarm = judgement.alarm && judgement.detail.kind === kind;
      const before = next[key];
      if (before === undefined && !alarm) continue;
      const after = step(before ?? fresh, alarm, judgement.windowStart, config);
      if (after.quiet >= lookBack) delete next[key];
      else next[key] = after;
    }
  }
  return next;
}

function step(track: Track, alarm: boolean, windowStart: number, { open, closeAfterQuiet }: IncidentConfig): Track {
  const history = [...track.history, alarm ? (1 as const) : (0 as const)].slice(-open.of);
  const quiet = alarm ? 0 : track.quiet + 1;
  const begins = alarm && !track.history.includes(1);
  return {
    history,
    since: begins ? windowStart : track.since,
    quiet,
    muted: track.muted && quiet < closeAfterQuiet,
  };
}

export function isMature({ history, muted }: Track, open: IncidentConfig['open']): boolean {
  return !muted && history.reduce<number>((sum, alarm) => sum + alarm, 0) >= open.alarms;
}
