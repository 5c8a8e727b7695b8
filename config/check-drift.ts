import { formatDuration } from '../common/duration.ts';
import { parseTimestampMs } from '../common/timestamp.ts';
import { type ComparisonKind, keptMs, kindOf, nameOf, readableMs } from './comparison.ts';
import type { ComparisonConfig, PipelineConfig } from './schema.ts';

type Say = (path: readonly (string | number)[], reason: string) => void;

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;
/** As drift/ has them: earlier occasions of a season, and windows of a stretch, that a judgement takes. */
const occasionsNeeded = 3;
const windowsNeeded = 4;

/** Keys that belong to some kinds of comparison alone. */
const keysOf: Readonly<Record<ComparisonConfig['against'], readonly (keyof ComparisonConfig)[]>> = {
  training: [],
  previous: [],
  rolling: ['over'],
  seasonal: ['over', 'season', 'timeZone'],
  window: ['from', 'to'],
  skew: ['limits'],
};

/** Comparisons that can never judge anything, or would be mistaken for each other. */
export function checkDrift(config: PipelineConfig, say: Say): void {
  const { drift, calendar } = config;
  const names = drift.map(nameOf);
  drift.forEach((comparison, at) => {
    const { against, window } = comparison;
    const sayOf = (key: string, reason: string): void => say(['drift', at, key], reason);
    for (const key of ['over', 'season', 'timeZone', 'from', 'to'] as const) {
      if (comparison[key] === undefined || keysOf[against].includes(key)) continue;
      const owners = Object.entries(keysOf).flatMap(([kind, keys]) => (keys.includes(key) ? [kind] : []));
      sayOf(key, `it belongs to against: ${owners.join(' or ')}; this is against: ${against}`);
    }
    if (names.indexOf(names[at] as string) < at) say(['drift', at], `${names[at]} stands twice`);
    const kept = keptMs(config, config.windows.pane);
    const windows = against === 'previous' ? 2 : 1;
    if (windows * window > kept) {
      const which = windows === 2 ? 'two windows are' : 'the window is';
      sayOf('window', `${which} longer than store.profiles keeps panes (${formatDuration(kept)})`);
    }
    checkKind(kindOf(comparison), comparison, config, sayOf);
  });
  if (calendar !== undefined && !drift.some(({ against }) => against === 'rolling' || against === 'seasonal'))
    say(['calendar'], 'no comparison is against: rolling or seasonal, which alone know holidays');
}

function checkKind(
  kind: ComparisonKind,
  { from, to, window }: ComparisonConfig,
  config: PipelineConfig,
  say: (key: string, reason: string) => void,
): void {
  const length = formatDuration(window);
  if (kind.kind === 'window') {
    for (const [key, text] of [
      ['from', from],
      ['to', to],
    ] as const) {
      if (text === undefined) say(key, 'the key is missing; expected a date or time in ISO 8601');
      else if (parseTimestampMs(text) === undefined) say(key, 'expected a date or time in ISO 8601');
    }
    const windows = Math.floor(kind.toMs / window) - Math.ceil(kind.fromMs / window);
    if (kind.toMs <= kind.fromMs) say('to', 'it is not after from');
    else if (windows < windowsNeeded)
      say('to', `from and to hold ${windows} windows of ${length}; ${windowsNeeded} are needed`);
    return;
  }
  if (kind.kind !== 'rolling' && kind.kind !== 'seasonal') return;
  const { overMs } = kind;
  const over = formatDuration(overMs);
  const readable = readableMs(config, window);
  if (overMs + window > readable)
    say('over', `store.profiles keeps what windows of ${length} are read from for ${formatDuration(readable)} only`);
  if (kind.kind === 'rolling') {
    if (overMs < 2 * window) say('over', `expected at least two windows of ${length}; against: previous takes one`);
    return;
  }
  if (window >= weekMs) say('season', `a window of ${length} holds every season`);
  else if (kind.season === 'hour-of-day' && window >= dayMs)
    say('season', `a window of ${length} holds every hour; write day-of-week, or against: rolling`);
  const period = kind.season === 'hour-of-day' ? dayMs : weekMs;
  if (overMs < occasionsNeeded * period)
    say('over', `${over} holds fewer than ${occasionsNeeded} earlier windows of a season (${kind.season})`);
}
