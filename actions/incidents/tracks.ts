import type { Judgement } from '../../drift/judge/judgement.ts';
import { massKinds } from '../../drift/reference/divergence.ts';
import { prefixOfTrackKey, trackKeyOf, trackKeyPrefix } from './alarm.ts';
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
  const keysOf = new Map<string, string[]>();
  for (const key of Object.keys(tracks)) {
    const prefix = prefixOfTrackKey(key);
    keysOf.set(prefix, [...(keysOf.get(prefix) ?? []), key]);
  }
  for (const judgement of judgements) {
    if (!Number.isFinite(judgement.critical)) continue;
    const alarming = judgement.alarm ? trackKeyOf(judgement) : undefined;
    // The same feature may alarm by its shape today and by missing values tomorrow: the other tracks had a quiet window.
    const keys = new Set(keysOf.get(trackKeyPrefix(judgement)));
    if (alarming !== undefined) keys.add(alarming);
    for (const key of keys) {
      if (!judgement.alarm && isShapeless(judgement) && key.endsWith(',js_distance')) continue;
      const after = step(next[key] ?? fresh, key === alarming, judgement.windowStart, config);
      if (after.quiet >= lookBack) delete next[key];
      else next[key] = after;
    }
  }
  return next;
}

/** Shares alone were judged, so that they decide: of the shape nothing is known. */
function isShapeless({ statistic }: Judgement): boolean {
  return (massKinds as readonly string[]).includes(statistic);
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
