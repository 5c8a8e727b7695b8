import { type Column, createNumberColumn, type NumberColumn, setPresent } from '../../common/columns.ts';
import type { ProfiledFeature } from '../../common/profile.ts';
import type { PredictionRows, ProfileRow } from '../../common/rows.ts';
import { everything, type SegmentKey } from '../../common/segment.ts';
import type { Measurer } from '../../drift/measure/measure.ts';
import { accumulate, countInvalid, createProfileSet, profileOf } from '../../drift/profile/profile-set.ts';
import type { Segmenter } from '../../drift/segment.ts';
import type { Prepared } from './prepared.ts';

/** What is counted: fixed between two flushes, changed with the reference. */
export interface ProfilePlan {
  readonly features: readonly ProfiledFeature[];
  /** Of features of richer kinds, by the feature's name: what gives the columns of their measures. */
  readonly measurers: ReadonlyMap<string, Measurer>;
  readonly paneMs: number;
  readonly segments: readonly SegmentKey[];
  readonly segmenter: Segmenter;
  /** Pane length of each of the segmenter's rules. */
  readonly segmentPanesMs: readonly number[];
  /** Events of a pane whose rows are kept; 0: none. */
  readonly samplesPerPane: number;
}

/** Seconds that an event's time is ahead of its arrival; negative is the ordinary delay. */
export const lagFeature = '@lag';

export function predictionFeature(model: string, version: string): string {
  return `@prediction:${model}:${version}`;
}

/** The profiles of a batch, by chunk, pane, segment and feature. Duplicates are counted nowhere. */
export function profileBatch(
  plan: ProfilePlan,
  prepared: Prepared,
  predictions: readonly PredictionRows[],
  chunkIds: readonly string[],
): ProfileRow[] {
  const rows = prepared.events.rows;
  if (rows === 0) return [];
  const columns = columnsByName(prepared, predictions);
  addMeasures(columns, plan, prepared);
  const whole = groupRows(prepared, plan.paneMs, undefined);
  const out: ProfileRow[] = [];
  for (const feature of plan.features) {
    const column = columns.get(feature.name);
    if (column !== undefined) emit({ feature, column, grouping: whole, coarse: false });
  }
  plan.segmenter.groupsOf(prepared.frame).forEach((segmentOf, rule) => {
    const by = plan.segmenter.rules[rule] as readonly string[];
    const grouping = groupRows(prepared, plan.segmentPanesMs[rule] as number, segmentOf);
    for (const feature of plan.features) {
      const column = columns.get(feature.name);
      // Within origin=ATL the feature origin is constant: nothing to count.
      if (column !== undefined && !by.includes(feature.of ?? feature.name))
        emit({ feature, column, grouping, coarse: true });
    }
  });
  return out;

  function emit(input: { feature: ProfiledFeature; column: Column; grouping: Grouping; coarse: boolean }): void {
    const { feature, column, grouping } = input;
    const binning = input.coarse ? feature.segmentBinning : feature.binning;
    const set = createProfileSet(binning, grouping.groups.length, { ...feature, distinct: !input.coarse });
    accumulate(set, column, grouping.groupOf, rows);
    const index = prepared.frame.fields.findIndex(({ name }) => name === feature.name);
    for (const invalid of prepared.invalid) {
      const group = grouping.groupOf[invalid.row] as number;
      if (invalid.feature === index && group >= 0) countInvalid(set, group, 1);
    }
    grouping.groups.forEach(({ chunk, pane, segment }, group) => {
      const profile = profileOf(set, group);
      if (profile.n === 0) return;
      out.push({
        chunkId: chunkIds[chunk] as string,
        paneStartMs: pane * grouping.paneMs,
        paneMs: grouping.paneMs,
        segment: segment < 0 ? everything : (plan.segments[segment] as SegmentKey),
        feature: feature.name,
        binningId: binning.id,
        profile,
      });
    });
  }
}

interface Grouping {
  readonly paneMs: number;
  /** -1: the row is not counted. */
  readonly groupOf: Int32Array;
  readonly groups: readonly { readonly chunk: number; readonly pane: number; readonly segment: number }[];
}

function groupRows({ events, chunkOf }: Prepared, paneMs: number, segmentOf: Int32Array | undefined): Grouping {
  const groupOf = new Int32Array(events.rows);
  const groups: { chunk: number; pane: number; segment: number }[] = [];
  // Panes of a batch are few and come in order, so they get dense numbers first; then one integer names a group.
  const paneIndex = new Map<number, number>();
  const known = new Map<number, number>();
  let lastPane = Number.NaN;
  let lastIndex = -1;
  for (let row = 0; row < events.rows; row++) {
    const segment = segmentOf === undefined ? -1 : (segmentOf[row] as number);
    if (events.duplicate[row] === 1 || (segmentOf !== undefined && segment < 0)) {
      groupOf[row] = -1;
      continue;
    }
    const pane = Math.floor((events.eventTimeMs[row] as number) / paneMs);
    if (pane !== lastPane) {
      lastPane = pane;
      lastIndex = paneIndex.get(pane) ?? paneIndex.size;
      if (lastIndex === paneIndex.size) paneIndex.set(pane, lastIndex);
    }
    const chunk = chunkOf[row] as number;
    const key = (lastIndex * 65_536 + chunk) * 65_536 + segment + 1;
    let group = known.get(key);
    if (group === undefined) {
      group = groups.push({ chunk, pane, segment }) - 1;
      known.set(key, group);
    }
    groupOf[row] = group;
  }
  return { paneMs, groupOf, groups };
}

function columnsByName(prepared: Prepared, predictions: readonly PredictionRows[]): Map<string, Column> {
  const columns = new Map<string, Column>();
  prepared.frame.fields.forEach(({ name }, at) => void columns.set(name, prepared.frame.columns[at] as Column));
  columns.set(lagFeature, lagColumn(prepared));
  for (const { model, version, slot, rowOf, values } of predictions) {
    if (slot === 'champion')
      columns.set(predictionFeature(model, version), scatter(rowOf, values, prepared.events.rows));
  }
  return columns;
}

/** Nothing where no feature is measured, which is the ordinary case. */
function addMeasures(columns: Map<string, Column>, { measurers }: ProfilePlan, { events }: Prepared): void {
  for (const [feature, measure] of measurers) {
    const base = columns.get(feature);
    if (base === undefined) continue;
    for (const { field, column } of measure(base, events.rows, events.eventTimeMs)) columns.set(field.name, column);
  }
}

function lagColumn({ events }: Prepared): NumberColumn {
  const column = createNumberColumn(events.rows);
  for (let row = 0; row < events.rows; row++) {
    const arrivalMs = events.arrivalTimeMs[row] as number;
    if (Number.isNaN(arrivalMs)) continue;
    column.values[row] = ((events.eventTimeMs[row] as number) - arrivalMs) / 1000;
    setPresent(column.validity, row);
  }
  return column;
}

function scatter(rowOf: Int32Array, values: Float64Array, rows: number): NumberColumn {
  const column = createNumberColumn(rows);
  for (let at = 0; at < rowOf.length; at++) {
    column.values[rowOf[at] as number] = values[at] as number;
    setPresent(column.validity, rowOf[at] as number);
  }
  return column;
}
