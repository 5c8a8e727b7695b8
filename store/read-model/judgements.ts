import { overTime } from '../../common/over-time.ts';
import type { Drift, FeatureView, JudgedWindow, Judgement, SegmentView } from '../../common/read-model.ts';
import { parseDocument } from './documents.ts';
import { ms, number, numberOrNull, type Query, type Row, text } from './rows.ts';

const finite = (name: string) => `if(isFinite(${name}), ${name}, NULL) AS ${name}_`;

export const judgementColumns = `comparison, segment, feature, revision, reference_id, n_reference, n_current, statistic,
  ${finite('value')}, ${finite('critical')}, ${finite('p_value')}, alarm, why, detail,
  ${ms('window_start', 'start_ms')}, ${ms('window_end', 'end_ms')}`;

export function toJudgement(row: Row): Judgement {
  return {
    comparison: text(row, 'comparison'),
    windowStart: number(row, 'start_ms'),
    windowEnd: number(row, 'end_ms'),
    segment: text(row, 'segment'),
    feature: text(row, 'feature'),
    revision: number(row, 'revision'),
    referenceId: text(row, 'reference_id'),
    nReference: number(row, 'n_reference'),
    nCurrent: number(row, 'n_current'),
    statistic: text(row, 'statistic'),
    value: numberOrNull(row, 'value_'),
    critical: numberOrNull(row, 'critical_'),
    pValue: numberOrNull(row, 'p_value_'),
    alarm: number(row, 'alarm') === 1,
    why: text(row, 'why'),
    detail: { ...parseDocument(text(row, 'detail')) },
  };
}

/** Slices of detectors are no windows: they would crowd them out. */
const windowsOnly = `NOT startsWith(comparison, '${overTime}')`;

export async function readWindows(query: Query, limit: number): Promise<JudgedWindow[]> {
  const rows = await query(
    `SELECT comparison, ${ms('window_start', 'start_ms')}, ${ms('any(window_end)', 'end_ms')}, count() AS judgements,
            countIf(alarm = 1) AS alarms, maxIf(n_current, segment = '') AS n
     FROM {database:Identifier}.judgements FINAL WHERE ${windowsOnly}
     GROUP BY comparison, window_start ORDER BY window_start DESC LIMIT {limit:UInt32}`,
    { limit },
  );
  return rows.map((row) => ({
    comparison: text(row, 'comparison'),
    windowStart: number(row, 'start_ms'),
    windowEnd: number(row, 'end_ms'),
    judgements: number(row, 'judgements'),
    alarms: number(row, 'alarms'),
    n: number(row, 'n'),
  }));
}

export async function readDrift(query: Query, limit: number): Promise<Drift> {
  const latest = await query(
    `SELECT ${judgementColumns} FROM {database:Identifier}.judgements FINAL
     WHERE (comparison, window_start) IN (SELECT comparison, max(window_start) FROM {database:Identifier}.judgements GROUP BY comparison)
       AND segment = '' ORDER BY comparison, feature`,
  );
  const cells = await query(
    `SELECT comparison, feature, ${ms('window_start', 'start_ms')}, any(date_diff('millisecond', window_start, window_end)) AS length,
            anyIf(if(isFinite(critical) AND critical > 0, value / critical, NULL), segment = '') AS ratio,
            maxIf(alarm, segment = '') AS whole, countIf(alarm = 1 AND segment != '') AS segments
     FROM {database:Identifier}.judgements FINAL
     WHERE (comparison, window_start) IN (
       SELECT comparison, window_start FROM {database:Identifier}.judgements GROUP BY comparison, window_start
       ORDER BY window_start DESC LIMIT {limit:UInt32} BY comparison)
     GROUP BY comparison, feature, window_start ORDER BY comparison, feature, window_start`,
    { limit },
  );
  return { latest: latest.map(toJudgement), strips: toStrips(cells) };
}

function toStrips(cells: readonly Row[]): Drift['strips'] {
  const comparisons = [...new Set(cells.map((row) => text(row, 'comparison')))];
  return comparisons.map((comparison) => {
    const own = cells.filter((row) => text(row, 'comparison') === comparison);
    const windowStarts = [...new Set(own.map((row) => number(row, 'start_ms')))].sort((a, b) => a - b);
    const placeOf = new Map(windowStarts.map((start, place) => [start, place]));
    const features = new Map<string, Drift['strips'][number]['features'][number]>();
    for (const row of own) {
      const feature = text(row, 'feature');
      const strip = features.get(feature) ?? {
        feature,
        ratios: windowStarts.map(() => null),
        alarms: windowStarts.map(() => false),
        alarmedSegments: windowStarts.map(() => 0),
      };
      features.set(feature, strip);
      const place = placeOf.get(number(row, 'start_ms')) as number;
      strip.ratios[place] = numberOrNull(row, 'ratio');
      strip.alarms[place] = number(row, 'whole') === 1;
      strip.alarmedSegments[place] = number(row, 'segments');
    }
    const windowMs = own[0] === undefined ? 0 : number(own[0], 'length');
    return { comparison, windowStarts, windowMs, features: [...features.values()] };
  });
}

export async function readSegments(query: Query, limit: number): Promise<SegmentView[]> {
  const rows = await query(
    `SELECT comparison, segment, ${ms('window_start', 'start_ms')}, max(n_current) AS n, countIf(alarm = 1) AS alarms,
            argMax(feature, ratio) AS worst, max(ratio) AS worst_ratio
     FROM (SELECT *, if(isFinite(critical) AND critical > 0, value / critical, 0) AS ratio FROM {database:Identifier}.judgements FINAL
           WHERE segment != '' AND (comparison, window_start) IN (
             SELECT comparison, max(window_start) FROM {database:Identifier}.judgements GROUP BY comparison))
     GROUP BY comparison, segment, window_start ORDER BY alarms DESC, worst_ratio DESC LIMIT {limit:UInt32}`,
    { limit },
  );
  return rows.map((row) => ({
    segment: text(row, 'segment'),
    comparison: text(row, 'comparison'),
    windowStart: number(row, 'start_ms'),
    n: number(row, 'n'),
    alarms: number(row, 'alarms'),
    worstFeature: text(row, 'worst'),
    worstRatio: numberOrNull(row, 'worst_ratio'),
  }));
}

export interface JudgementKey {
  readonly feature: string;
  readonly comparison: string;
  readonly segment: string;
}

/** The comparison of windows that judged the feature most recently, or else detectors; undefined where none did. */
export async function newestComparison(query: Query, feature: string): Promise<string | undefined> {
  const [row] = await query(
    `SELECT comparison FROM {database:Identifier}.judgements WHERE feature = {feature:String}
     ORDER BY ${windowsOnly} DESC, window_end DESC, comparison DESC LIMIT 1`,
    { feature },
  );
  return row === undefined ? undefined : text(row, 'comparison');
}

export async function readSeries(query: Query, key: JudgementKey): Promise<FeatureView['series']> {
  const rows = await query(
    `SELECT ${ms('window_start', 'start_ms')}, ${ms('window_end', 'end_ms')}, n_current, statistic, ${finite('value')},
            ${finite('critical')}, alarm
     FROM {database:Identifier}.judgements FINAL
     WHERE comparison = {comparison:String} AND segment = {segment:String} AND feature = {feature:String}
     ORDER BY window_start DESC LIMIT 2000`,
    { ...key },
  );
  return rows
    .map((row) => ({
      windowStart: number(row, 'start_ms'),
      windowEnd: number(row, 'end_ms'),
      n: number(row, 'n_current'),
      statistic: text(row, 'statistic'),
      value: numberOrNull(row, 'value_'),
      critical: numberOrNull(row, 'critical_'),
      alarm: number(row, 'alarm') === 1,
    }))
    .reverse();
}

/** The judgement of one window, or the newest. */
export async function readJudgement(
  query: Query,
  key: JudgementKey,
  windowStart: number | undefined,
): Promise<Judgement | undefined> {
  const [row] = await query(
    `SELECT ${judgementColumns} FROM {database:Identifier}.judgements FINAL
     WHERE comparison = {comparison:String} AND segment = {segment:String} AND feature = {feature:String}
       ${windowStart === undefined ? '' : 'AND window_start = fromUnixTimestamp64Milli({windowStart:Int64})'}
     ORDER BY window_start DESC LIMIT 1`,
    windowStart === undefined ? { ...key } : { ...key, windowStart },
  );
  return row === undefined ? undefined : toJudgement(row);
}

/** Judgements by the names an incident keeps of its evidence, which begin with their comparison; worst first. */
export async function readEvidence(query: Query, ids: readonly string[]): Promise<Judgement[]> {
  if (ids.length === 0) return [];
  const comparisons = [...new Set(ids.map((id) => id.slice(0, id.indexOf('|'))))];
  const rows = await query(
    `SELECT ${judgementColumns} FROM {database:Identifier}.judgements FINAL
     WHERE comparison IN {comparisons:Array(String)}
       AND concat(comparison, '|', toString(toUnixTimestamp64Milli(window_start)), '|', segment, '|', feature) IN {ids:Array(String)}
     ORDER BY if(isFinite(critical) AND critical > 0, value / critical, 0) DESC`,
    { comparisons, ids },
  );
  return rows.map(toJudgement);
}
