import { fileURLToPath } from 'node:url';
import { advanceIncidents } from '../../actions/incidents/advance.ts';
import type { IncidentEntry } from '../../actions/incidents/incident.ts';
import { type IncidentState, noIncidents } from '../../actions/incidents/state.ts';
import {
  bitmapBytes,
  type Column,
  isPresent,
  type NumberColumn,
  setPresent,
  type TextColumn,
} from '../../common/columns.ts';
import { columnOf, type Frame } from '../../common/feature.ts';
import { createRandom } from '../../common/random.ts';
import { everything, type SegmentKey } from '../../common/segment.ts';
import { judgeWindow } from '../../drift/judge/judge-window.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import { emptyProfile, mergeInto } from '../../drift/profile/merge.ts';
import type { Profile } from '../../drift/profile/profile.ts';
import { accumulate, createProfileSet, type ProfileSet, profileOf } from '../../drift/profile/profile-set.ts';
import { buildReference } from '../../drift/reference/build-reference.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import { createSegmenter } from '../../drift/segment.ts';
import { readFrame } from '../../store/read-file.ts';

export const dayMs = 86_400_000;
export const january = Date.UTC(2001, 0, 1);
export const february = Date.UTC(2001, 1, 1);
export const features = ['distance', 'origin', 'destination', '@lag'];

export interface Stream {
  readonly frame: Frame;
  readonly timesMs: Float64Array;
}

/** The flights, with a lag of some seconds (log-normal) beside the file's own columns. */
export async function loadFlights(): Promise<Stream> {
  const path = fileURLToPath(new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url));
  const frame = await readFrame(path);
  const date = columnOf(frame, 'date') as NumberColumn;
  const random = createRandom(7);
  const lag: NumberColumn = {
    kind: 'number',
    values: Float64Array.from({ length: frame.rows }, () => Math.exp(2 + 0.6 * random.normal())),
    validity: new Uint8Array(bitmapBytes(frame.rows)).fill(255),
  };
  return {
    frame: {
      rows: frame.rows,
      fields: [...frame.fields, { name: '@lag', type: 'number' }],
      columns: [...frame.columns, lag],
    },
    timesMs: date.values,
  };
}

/** The rows that `keep` takes, copied: what is done to them stays with them. Their dictionaries are copies, too. */
export function pick({ frame, timesMs }: Stream, keep: (row: number, timeMs: number) => boolean): Stream {
  const rows: number[] = [];
  for (let row = 0; row < frame.rows; row++) if (keep(row, timesMs[row] as number)) rows.push(row);
  const columns = frame.columns.map((column): Column => {
    const validity = new Uint8Array(bitmapBytes(rows.length));
    rows.forEach((row, at) => {
      if (isPresent(column.validity, row)) setPresent(validity, at);
    });
    if (column.kind === 'number')
      return { kind: 'number', values: Float64Array.from(rows, (row) => column.values[row] as number), validity };
    if (column.kind === 'vector') throw new Error('flights have no vectors');
    const { values, codeOf } = column.dictionary;
    const dictionary = { values: [...values], codeOf: new Map(codeOf) };
    return { kind: 'text', codes: Int32Array.from(rows, (row) => column.codes[row] as number), dictionary, validity };
  });
  return {
    frame: { rows: rows.length, fields: frame.fields, columns },
    timesMs: Float64Array.from(rows, (row) => timesMs[row] as number),
  };
}

export function referenceOf({ frame, timesMs }: Stream): Reference {
  return buildReference({
    frame,
    timesMs,
    origin: 'January',
    exclude: ['date', 'delay'],
    segments: [{ by: ['origin'], top: 50 }],
    windowsMs: [dayMs],
  });
}

export function numbersIn(stream: Stream, name: string): NumberColumn {
  return columnOf(stream.frame, name) as NumberColumn;
}

export function textsIn(stream: Stream, name: string): TextColumn {
  return columnOf(stream.frame, name) as TextColumn;
}

export interface Replay {
  readonly judgements: readonly Judgement[];
  readonly entries: readonly IncidentEntry[];
  readonly state: IncidentState;
}

/** Judges every day of the stream as the monitor would, and lets the incident policy decide. `previousDays` > 0: against so many days before. */
export function replay(
  reference: Reference,
  stream: Stream,
  span: { readonly startMs: number; readonly days: number },
  previousDays = 0,
): Replay {
  const { startMs, days } = span;
  const { frame, timesMs } = stream;
  const dayOf = Int32Array.from(timesMs, (time) => {
    const day = Math.floor((time - startMs) / dayMs);
    return day >= 0 && day < days ? day : -1;
  });
  const groups = createSegmenter(reference.segments).groupsOf(frame)[0] as Int32Array;
  const both = groups.map((group, row) =>
    group < 0 || (dayOf[row] as number) < 0 ? -1 : group * days + (dayOf[row] as number),
  );
  const whole = new Map<string, ProfileSet>();
  const parts = new Map<string, ProfileSet>();
  for (const { name, binning, segmentBinning } of reference.features) {
    const column = columnOf(frame, name) as Column;
    whole.set(name, createProfileSet(binning, days));
    accumulate(whole.get(name) as ProfileSet, column, dayOf, frame.rows);
    parts.set(name, createProfileSet(segmentBinning, days * reference.segments.length));
    accumulate(parts.get(name) as ProfileSet, column, both, frame.rows);
  }
  const indexOf = new Map(reference.segments.map((segment, index) => [segment, index]));
  const profile = (day: number, segment: SegmentKey, feature: string): Profile =>
    segment === everything
      ? profileOf(whole.get(feature) as ProfileSet, day)
      : profileOf(parts.get(feature) as ProfileSet, (indexOf.get(segment) as number) * days + day);
  const before = (day: number, segment: SegmentKey, feature: string): Profile | undefined => {
    if (day < previousDays) return undefined;
    const profiled = reference.features.find(({ name }) => name === feature);
    if (profiled === undefined) return undefined;
    const sum = emptyProfile(segment === everything ? profiled.binning : profiled.segmentBinning);
    for (let back = 1; back <= previousDays; back++) mergeInto(sum, profile(day - back, segment, feature));
    return sum;
  };
  const segments = [everything, ...reference.segments];
  let state: IncidentState = noIncidents;
  const judgements: Judgement[] = [];
  const entries: IncidentEntry[] = [];
  for (let day = 0; day < days; day++) {
    const judged = judgeWindow({
      reference,
      against:
        previousDays === 0
          ? { kind: 'training' }
          : { kind: 'previous', profile: (segment, feature) => before(day, segment, feature) },
      comparison: previousDays === 0 ? 'training:1d' : 'previous:1d',
      window: { startMs: startMs + day * dayMs, endMs: startMs + (day + 1) * dayMs },
      profile: (segment, feature) => profile(day, segment, feature),
      features,
      segments,
      budget: { falseAlarmsPerWeek: 1, minEffect: 0.05 },
      judgementsPerWeek: 7 * features.length * segments.length,
    });
    judgements.push(...judged);
    const config = { open: { alarms: 2, of: 3 }, closeAfterQuiet: 3 };
    const advanced = advanceIncidents(state, judged, config, startMs + (day + 1) * dayMs);
    state = advanced.state;
    entries.push(...advanced.entries);
  }
  return { judgements, entries, state };
}

/** One line an entry, for people who read the test's output. */
export function linesOf(entries: readonly IncidentEntry[]): string {
  return entries
    .map(({ at, kind, incident }) => {
      const date = new Date(at - dayMs).toISOString().slice(0, 10);
      return `${date} ${kind.padEnd(7)} ${incident.severity.padEnd(8)} ${incident.title}`;
    })
    .join('\n');
}
