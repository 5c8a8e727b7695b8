import { createDictionary } from '../../../common/columns.ts';
import { packTexts } from '../../../common/pack-texts.ts';
import type { ChunkRow, DeadLetterRow, EventRows, FlushRows, LabelRows } from '../../../common/rows.ts';

export interface LettersOf {
  readonly source: string;
  readonly partition?: number;
  readonly from: number;
  readonly to: number;
  readonly epoch?: number;
  /** Offsets that were refused, and what is special about the message. */
  readonly letters: Readonly<Record<number, Partial<DeadLetterRow>>>;
}

const noPositions = {
  rows: 0,
  source: {
    kind: 'text' as const,
    codes: new Int32Array(0),
    dictionary: createDictionary(),
    validity: new Uint8Array(0),
  },
  partition: new Uint32Array(0),
  offset: new Float64Array(0),
  epoch: new Float64Array(0),
};
const noTexts = packTexts([]);
const noEvents: EventRows = {
  ...noPositions,
  eventTimeMs: new Float64Array(0),
  arrivalTimeMs: new Float64Array(0),
  id: noTexts,
  tenant: noPositions.source,
  verdict: new Uint8Array(0),
  violations: noPositions.source,
  duplicate: new Uint8Array(0),
  late: new Uint8Array(0),
  fields: [],
  columns: [],
};
const noLabels: LabelRows = {
  ...noPositions,
  id: noTexts,
  labelTimeMs: new Float64Array(0),
  value: new Float64Array(0),
};

/** A flush of one chunk whose messages were refused where `letters` says so, and none accepted. */
export function flushOf({ source, partition = 0, from, to, epoch = 1, letters }: LettersOf): FlushRows {
  const id = { source, partition, role: 'events' as const };
  const deadLetters = Object.entries(letters).map(
    ([offset, special]): DeadLetterRow => ({
      partition: id,
      offset: Number(offset),
      epoch,
      arrivalTimeMs: Date.UTC(2026, 2, 1),
      violations: [{ code: 'type_mismatch', path: '/size', message: 'expected a number' }],
      key: Buffer.from(`k${offset}`),
      payload: Buffer.from(`{"size": "${offset}"}`),
      headers: [],
      contract: 'sizes 1',
      ...special,
    }),
  );
  const chunk: ChunkRow = {
    chunkId: `${source}/${partition}/${from}-${to}@${epoch}`,
    partition: id,
    from,
    to,
    epoch,
    flush: from + 1,
    read: to - from,
    valid: 0,
    coerced: 0,
    flagged: 0,
    rejected: deadLetters.length,
    duplicates: 0,
    late: 0,
    predictions: 0,
    labels: 0,
    profileRows: 0,
    panesMs: [],
    watermarkMs: 0,
  };
  return {
    events: noEvents,
    predictions: [],
    labels: noLabels,
    deadLetters,
    profiles: [],
    chunks: [chunk],
    atMs: Date.UTC(2026, 2, 1, 12),
  };
}
