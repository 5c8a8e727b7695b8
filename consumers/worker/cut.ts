import { createDictionary, type Dictionary, encode, type TextColumn } from '../../common/columns.ts';
import { packTexts } from '../../common/pack-texts.ts';
import type { EventRows, LabelRows } from '../../common/rows.ts';
import { selectRows } from '../../common/select.ts';
import { Verdict } from '../../common/verdict.ts';
import { unusableCodes, type Violation, ViolationCode } from '../../common/violation.ts';
import { type OpenBatch, reject, tallyOf } from './open-batch.ts';
import type { PartitionState } from './partitions.ts';
import type { Prepared } from './prepared.ts';

export interface CutOptions {
  readonly paneMs: number;
  readonly latenessMs: number;
  /** JSON pointer of the id, for the violation of a duplicate; undefined where events have none. */
  readonly idPath: string | undefined;
  readonly contractName: string;
  /** Index of a feature by its path in the event. */
  readonly featureAt: ReadonlyMap<string, number>;
  readonly sources: Dictionary;
  readonly tenants: Dictionary;
}

/**
 * Ends a batch: column checks, then in the order of the log lateness, watermark and duplicates (which only accepted events
 * move, so that a restart that reads the accepted events back comes to the same state).
 */
export function cutBatch(batch: OpenBatch, options: CutOptions): Prepared {
  const checked = batch.builder.finish();
  const total = checked.frame.rows;
  const keep = new Int32Array(total);
  const verdicts = new Uint8Array(total);
  const lates = new Uint8Array(total);
  const duplicates = new Uint8Array(total);
  const violationCodes = new Int32Array(total);
  const violationTexts = createDictionary(['']);
  const invalid: { row: number; feature: number }[] = [];
  let kept = 0;
  for (let row = 0; row < total; row++) {
    const chunk = batch.chunkOf[row] as number;
    const found = joined(batch.violations.get(row), checked.violations.get(row));
    let verdict = checked.verdicts[row] as Verdict;
    if (verdict === Verdict.REJECTED) {
      const message = batch.messages?.[row];
      if (message === undefined) throw new Error('a row was rejected late whose message was not kept');
      reject(batch, { chunk, message, violations: found, contract: options.contractName });
      continue;
    }
    const tally = tallyOf(batch, chunk);
    const { state } = batch.chunks[chunk] as OpenBatch['chunks'][number];
    const id = batch.ids[row] as string;
    if (id === '' && options.idPath !== undefined) verdict = Verdict.FLAGGED;
    let violations = found;
    if (id !== '' && state.duplicates.seen(id)) {
      duplicates[kept] = 1;
      tally.duplicates++;
      verdict = Verdict.FLAGGED;
      const code = ViolationCode.DUPLICATE_ID;
      violations = [
        ...found,
        { code, path: options.idPath ?? '', message: 'the id stood in an earlier event', value: id },
      ];
    }
    if (passTime(state, batch.eventTimesMs[row] as number, batch.arrivalTimesMs[row] as number, options)) {
      lates[kept] = 1;
      tally.late++;
    }
    if (violations.length > 0) {
      violationCodes[kept] = encode(violationTexts, violations.map(({ code, path }) => `${code}:${path}`).join(' '));
      for (const { code, path } of violations) {
        const feature = unusableCodes.has(code) ? options.featureAt.get(path) : undefined;
        if (feature !== undefined) invalid.push({ row: kept, feature });
      }
    }
    tally.verdicts[verdict]++;
    verdicts[kept] = verdict;
    keep[kept++] = row;
    batch.outcomes?.push({ partition: tally.partition, offset: batch.offsets[row] as number, verdict, violations });
  }
  for (const { tally, state } of batch.chunks) {
    tally.watermarkMs = state.watermarkMs;
    state.progressMs = state.watermarkMs;
  }

  const rows = keep.subarray(0, kept);
  const frame = kept === total ? checked.frame : selectRows(checked.frame, rows);
  const chunkOf = gatherInts(batch.chunkOf, rows);
  const offsets = gatherNumbers(batch.offsets, rows);
  const events: EventRows = {
    ...positions(batch, chunkOf, offsets, options.sources),
    eventTimeMs: gatherNumbers(batch.eventTimesMs, rows),
    arrivalTimeMs: gatherNumbers(batch.arrivalTimesMs, rows),
    id: packTexts(kept === total ? batch.ids : Array.from(rows, (row) => batch.ids[row] as string)),
    tenant: codes(gatherInts(batch.tenantCodes, rows), options.tenants),
    verdict: verdicts.subarray(0, kept),
    violations: codes(violationCodes.subarray(0, kept), violationTexts),
    duplicate: duplicates.subarray(0, kept),
    late: lates.subarray(0, kept),
    fields: frame.fields,
    columns: frame.columns,
  };
  const chunks = batch.chunks.map(({ tally }) => tally);
  const { deadLetters, outcomes = [] } = batch;
  return { events, frame, chunkOf, invalid, labels: labelRows(batch, options.sources), deadLetters, chunks, outcomes };
}

/** Moves the watermark and says whether the event's pane was closed before it came. */
function passTime(
  state: PartitionState,
  timeMs: number,
  arrivalMs: number,
  { paneMs, latenessMs }: CutOptions,
): boolean {
  const paneEndMs = (Math.floor(timeMs / paneMs) + 1) * paneMs;
  const late = paneEndMs + latenessMs <= state.watermarkMs;
  // A clock that runs ahead must not close panes for everybody else: nothing happened after it arrived.
  const reachedMs = Number.isNaN(arrivalMs) ? timeMs : Math.min(arrivalMs, timeMs);
  if (reachedMs > state.watermarkMs) state.watermarkMs = reachedMs;
  return late;
}

const none: readonly Violation[] = [];

function joined(first: readonly Violation[] = none, second: readonly Violation[] = none): readonly Violation[] {
  if (second.length === 0) return first;
  return first.length === 0 ? second : [...first, ...second];
}

// Plain loops: `from` with a function costs five times as much, and these run over every event.
function gatherInts(values: readonly number[], rows: Int32Array): Int32Array {
  const out = new Int32Array(rows.length);
  for (let at = 0; at < rows.length; at++) out[at] = values[rows[at] as number] as number;
  return out;
}

function gatherNumbers(values: readonly number[], rows: Int32Array): Float64Array {
  const out = new Float64Array(rows.length);
  for (let at = 0; at < rows.length; at++) out[at] = values[rows[at] as number] as number;
  return out;
}

function codes(values: Int32Array, dictionary: Dictionary): TextColumn {
  return { kind: 'text', codes: values, dictionary, validity: new Uint8Array((values.length + 7) >> 3).fill(0xff) };
}

function positions(batch: OpenBatch, chunkOf: Int32Array, offset: Float64Array, sources: Dictionary) {
  const codeOf = batch.chunks.map(({ tally }) => encode(sources, tally.partition.source));
  const partitionOf = batch.chunks.map(({ tally }) => tally.partition.partition);
  const epochOf = batch.chunks.map(({ tally }) => tally.epoch);
  return {
    rows: chunkOf.length,
    source: codes(gatherInts(codeOf, chunkOf), sources),
    partition: new Uint32Array(gatherInts(partitionOf, chunkOf).buffer),
    offset,
    epoch: gatherNumbers(epochOf, chunkOf),
  };
}

function labelRows(batch: OpenBatch, sources: Dictionary): LabelRows {
  const { labels } = batch;
  const chunkOf = Int32Array.from(labels.chunkOf);
  return {
    ...positions(batch, chunkOf, Float64Array.from(labels.offsets), sources),
    id: packTexts(labels.ids),
    labelTimeMs: Float64Array.from(labels.timesMs),
    value: Float64Array.from(labels.values),
  };
}
