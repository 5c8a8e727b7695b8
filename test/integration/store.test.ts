import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDictionary, encode, numberColumn, textColumn } from '../../common/columns.ts';
import { packTexts } from '../../common/pack-texts.ts';
import type { ChunkRow, FlushRows, LabelRows } from '../../common/rows.ts';
import type { PartitionId } from '../../common/source.ts';
import { openStore, type Store } from '../../store/client.ts';
import { writeChunks, writeRows } from '../../store/flush-writer.ts';
import { addFeatureColumns, migrate } from '../../store/migrations.ts';
import { createMonitorStore } from '../../store/monitor-store.ts';

const partition: PartitionId = { source: 'trips', partition: 3, role: 'events' };
const fields = [
  { name: 'origin', type: 'string' },
  { name: 'distance', type: 'number' },
] as const;

const unsampled = { sample_per_pane: 0, sample_priority: 0, sample_models: [], sample_predictions: [] };

function flush(epoch: number): FlushRows {
  const source = createDictionary(['trips']);
  const tenant = createDictionary(['']);
  const violations = createDictionary(['']);
  const flagged = encode(violations, 'out_of_range:/distance');
  const present = Uint8Array.of(0xff);
  const noLabels: LabelRows = {
    rows: 0,
    source: { kind: 'text', codes: new Int32Array(0), dictionary: source, validity: present },
    partition: new Uint32Array(0),
    offset: new Float64Array(0),
    epoch: new Float64Array(0),
    id: packTexts([]),
    labelTimeMs: new Float64Array(0),
    value: new Float64Array(0),
  };
  const text = (codes: number[], dictionary = source) =>
    ({ kind: 'text', codes: Int32Array.from(codes), dictionary, validity: present }) as const;
  const chunk: ChunkRow = {
    chunkId: `trips/3/0-9007199254740991@${epoch}`,
    partition,
    from: 0,
    to: 9007199254740991,
    epoch,
    flush: 1,
    read: 4,
    valid: 2,
    coerced: 0,
    flagged: 1,
    rejected: 1,
    duplicates: 0,
    late: 0,
    predictions: 2,
    labels: 0,
    profileRows: 1,
    panesMs: [0],
    watermarkMs: 981_000_000_000,
  };
  return {
    events: {
      rows: 3,
      source: text([0, 0, 0]),
      partition: Uint32Array.of(3, 3, 3),
      offset: Float64Array.of(1, 2, 9007199254740990),
      epoch: Float64Array.of(epoch, epoch, epoch),
      eventTimeMs: Float64Array.of(981_000_000_123, -86_400_000, 981_000_000_125),
      arrivalTimeMs: Float64Array.of(981_000_001_000, Number.NaN, 981_000_001_002),
      id: packTexts(['a', '', 'żółw']),
      tenant: text([0, 0, 0], tenant),
      verdict: Uint8Array.of(0, 2, 0),
      violations: text([0, flagged, 0], violations),
      duplicate: Uint8Array.of(0, 0, 0),
      late: Uint8Array.of(0, 1, 0),
      fields,
      columns: [textColumn(['ATL', null, 'ORD']), numberColumn([602.5, null, 1e12])],
    },
    predictions: [
      {
        model: 'late',
        version: 'v1',
        slot: 'champion',
        rowOf: Int32Array.of(0, 2),
        values: Float64Array.of(0.25, 0.5),
      },
    ],
    labels: noLabels,
    deadLetters: [
      {
        partition,
        offset: 3,
        epoch,
        arrivalTimeMs: undefined,
        violations: [{ code: 'json_syntax', path: '', message: 'unexpected end' }],
        key: null,
        payload: Buffer.from([0x7b, 0xff, 0x00, 0x27]),
        headers: [
          { name: 'trace', value: Buffer.from([0xff, 0x00]) },
          { name: 'trace', value: null },
          { name: 'ż', value: Buffer.from('') },
        ],
        contract: 'trips 1',
      },
    ],
    profiles: [
      {
        chunkId: chunk.chunkId,
        paneStartMs: 980_999_940_000,
        paneMs: 60_000,
        segment: '',
        feature: 'origin',
        binningId: 'b1',
        profile: {
          n: 3,
          missing: 1,
          invalid: 0,
          zero: 0,
          nan: 0,
          posInf: 0,
          negInf: 0,
          min: Number.POSITIVE_INFINITY,
          max: Number.NEGATIVE_INFINITY,
          sumZ: 0,
          sumZ2: 0,
          bins: Float64Array.of(0, 1, 0),
          unseen: 1,
          unseenValues: new Map([['XYZ', 1]]),
          distinct: new Map([
            [7, 3],
            [1023, 23],
          ]),
        },
      },
    ],
    chunks: [chunk],
    atMs: 981_000_002_000,
  };
}

describe('the store on the embedded engine', () => {
  let directory: string;
  let store: Store;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidemark-store-'));
    store = await openStore({ url: `embedded:${directory}`, database: 'tidemark_trips', workingDirectory: '/' });
    await migrate(store);
    await addFeatureColumns(store, fields);
  });
  afterAll(async () => {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('keeps every column of a flush, and writing it twice changes nothing', async () => {
    for (const epoch of [7, 7, 6]) {
      await writeRows(store, flush(epoch));
      await writeChunks(store, flush(epoch).chunks, 0);
    }
    expect(await store.query('SELECT * FROM tidemark_trips.events FINAL ORDER BY offset')).toEqual([
      {
        source: 'trips',
        partition: 3,
        offset: '1',
        epoch: '7',
        event_time: '2001-02-01 04:00:00.123',
        arrival_time: '2001-02-01 04:00:01.000',
        id: 'a',
        tenant: '',
        verdict: 0,
        violations: '',
        duplicate: 0,
        late: 0,
        ...unsampled,
        f_origin: 'ATL',
        f_distance: 602.5,
      },
      {
        source: 'trips',
        partition: 3,
        offset: '2',
        epoch: '7',
        event_time: '1969-12-31 00:00:00.000',
        arrival_time: null,
        id: '',
        tenant: '',
        verdict: 2,
        violations: 'out_of_range:/distance',
        duplicate: 0,
        late: 1,
        ...unsampled,
        f_origin: null,
        f_distance: null,
      },
      {
        source: 'trips',
        partition: 3,
        offset: '9007199254740990',
        epoch: '7',
        event_time: '2001-02-01 04:00:00.125',
        arrival_time: '2001-02-01 04:00:01.002',
        id: 'żółw',
        tenant: '',
        verdict: 0,
        violations: '',
        duplicate: 0,
        late: 0,
        ...unsampled,
        f_origin: 'ORD',
        f_distance: 1e12,
      },
    ]);
    expect(
      await store.query('SELECT offset, value, slot, id FROM tidemark_trips.predictions FINAL ORDER BY offset'),
    ).toEqual([
      { offset: '1', value: 0.25, slot: 'champion', id: 'a' },
      { offset: '9007199254740990', value: 0.5, slot: 'champion', id: 'żółw' },
    ]);
    expect(
      await store.query(
        'SELECT hex(payload) AS payload, payload_bytes, reason, message FROM tidemark_trips.dead_letters FINAL',
      ),
    ).toEqual([{ payload: '7BFF0027', payload_bytes: '4', reason: 'json_syntax', message: 'unexpected end' }]);
    expect(
      await store.query(
        'SELECT key_absent, payload_absent, header_names, arrayMap(v -> hex(v), header_values) AS header_values, rejected_at FROM tidemark_trips.dead_letters FINAL',
      ),
    ).toEqual([
      {
        key_absent: 1,
        payload_absent: 0,
        header_names: ['trace', 'trace', 'ż'],
        header_values: ['FF00', null, ''],
        rejected_at: '2001-02-01 04:00:02.000',
      },
    ]);
    expect(
      await store.query(
        'SELECT pane, n, min, max, bin_index, bin_count, unseen_value, unseen_count, distinct_index, distinct_rank FROM tidemark_trips.profiles FINAL WHERE chunk_id LIKE {id:String}',
        { id: '%@7' },
      ),
    ).toEqual([
      {
        pane: '2001-02-01 03:59:00.000',
        n: '3',
        min: 'inf',
        max: '-inf',
        bin_index: [1],
        bin_count: ['1'],
        unseen_value: ['XYZ'],
        unseen_count: ['1'],
        distinct_index: [7, 1023],
        distinct_rank: [3, 23],
      },
    ]);
    expect(await store.query('SELECT to_offset, epoch, watermark FROM tidemark_trips.chunks FINAL')).toEqual([
      { to_offset: '9007199254740991', epoch: '7', watermark: '2001-02-01 04:00:00.000' },
    ]);
  });

  it('forgets what is older than the retention, and nothing else', async () => {
    await createMonitorStore(store).expire(Date.parse('2001-01-01'));
    expect(await store.query('SELECT offset FROM tidemark_trips.events FINAL ORDER BY offset')).toEqual([
      { offset: '1' },
      { offset: '9007199254740990' },
    ]);
    expect(await store.query('SELECT count() AS n FROM tidemark_trips.predictions FINAL')).toEqual([{ n: '2' }]);
    expect(await store.query('SELECT count() AS n FROM tidemark_trips.chunks FINAL')).toEqual([{ n: '1' }]);
  });

  it('refuses tables of a newer version', async () => {
    await store.insertRows('schema_migrations', [
      { version: 999, name: 'from the future', applied_at: '2030-01-01 00:00:00' },
    ]);
    await expect(migrate(store)).rejects.toMatchObject({ code: 'STORE_TOO_NEW' });
  });

  it('says where and why a statement was refused', async () => {
    await expect(store.query('SELECT nonsense FROM nowhere')).rejects.toMatchObject({
      code: 'STORE_REJECTED',
      place: directory,
    });
  });
});
