import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { boardJson, buildBoards } from '../../dashboards/grafana/boards.ts';
import { openStore, type Store } from '../../store/client.ts';
import { migrate } from '../../store/migrations.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const range = { from: Date.UTC(2026, 0, 1) / 1000, to: Date.UTC(2026, 0, 2) / 1000, stepS: 60 };
const values: Readonly<Record<string, string>> = {
  database: 'tidemark_boards',
  comparison: 'training:1h',
  feature: "it's",
  segment: '(all events)',
};

/** What grafana-clickhouse-datasource and Grafana's variables make of a query. */
function expand(sql: string): string {
  return sql
    .replace(/\$__timeFilter\((\w+)\)/g, `$1 >= toDateTime(${range.from}) AND $1 <= toDateTime(${range.to})`)
    .replace(/\$__timeInterval\((\w+)\)/g, `toStartOfInterval(toDateTime($1), INTERVAL ${range.stepS} second)`)
    .replace(/\$\{(\w+):sqlstring\}/g, (_, name: string) => `'${String(values[name]).replaceAll("'", "''")}'`)
    .replace(/\$\{(\w+)\}/g, (_, name: string) => String(values[name]));
}

/** Every query of the boards with where it stands. */
function queries(): (readonly [where: string, sql: string])[] {
  const found: (readonly [string, string])[] = [];
  const walk = (value: unknown, where: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const { rawSql, definition, title, name } = value as Readonly<Record<string, unknown>>;
    const here = `${where}/${String(title ?? name ?? '')}`;
    if (typeof rawSql === 'string') found.push([where, rawSql]);
    if (typeof definition === 'string') found.push([here, definition]);
    for (const inner of Object.values(value)) walk(inner, here);
  };
  for (const [file, board] of buildBoards()) walk(JSON.parse(boardJson(board)), file);
  return found.map(([where, sql]) => [where.replace(/\/+/g, '/'), sql]);
}

describe('the queries of the boards', () => {
  let directory: string;
  let store: Store;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tidemark-boards-'));
    store = await openStore({
      url: `embedded:${directory}`,
      database: values['database'] as string,
      workingDirectory: directory,
    });
    await migrate(store);
    const position = { source: 'flights', partition: 0, epoch: 1 };
    await store.insertRows('chunks', [
      {
        ...position,
        chunk_id: 'c',
        role: 'events',
        from_offset: 0,
        to_offset: 10,
        flush: 1,
        read: 10,
        valid: 6,
        coerced: 1,
        flagged: 1,
        rejected: 2,
        late: 3,
        watermark: at(1),
        committed_at: at(3),
        panes: [],
      },
    ]);
    await store.insertRows('dead_letters', [
      { ...position, offset: 4, arrival_time: at(2), reason: 'missing', path: '/time', message: 'absent' },
      { ...position, offset: 5, arrival_time: null, reason: 'missing', path: '/time', message: 'absent too' },
    ]);
    const judgement = { window_start: at(0), window_end: at(60), comparison: 'training:1h', segment: '', revision: 1 };
    await store.insertRows('judgements', [
      {
        ...judgement,
        feature: "it's",
        statistic: 'js_distance',
        value: 0.3,
        critical: 0.1,
        alarm: 1,
        why: 'moved',
        detail: JSON.stringify({ statistics: { js_distance: { value: 0.3, critical: 0.1 }, psi: { value: 0.5 } } }),
      },
    ]);
    await store.insertRows('sealed_profiles', [
      {
        pane: at(0),
        pane_ms: 60_000,
        segment: '',
        feature: "it's",
        binning: 'b',
        revision: 1,
        n: 10,
        missing: 2,
        min: 0,
        max: 1,
        sum_z: 4,
        sum_z2: 9,
      },
    ]);
    const incident = { status: 'open', severity: 'high', cause: 'moved', features: ["it's"] };
    await store.insertRows('incident_log', [
      { incident_id: 'i', seq: 1, at: at(61), kind: 'opened', state: JSON.stringify(incident) },
      { incident_id: 'j', seq: 1, at: at(61), kind: 'opened', state: JSON.stringify(incident) },
      {
        incident_id: 'j',
        seq: 2,
        at: at(62),
        kind: 'closed',
        state: JSON.stringify({ ...incident, status: 'closed' }),
      },
    ]);
    await store.insertRows('performance', [
      {
        window_start: at(0),
        window_ms: 3_600_000,
        model: 'm',
        version: '1',
        slot: 'champion',
        revision: 1,
        n: 5,
        log_loss: 0.4,
        brier: 0.2,
      },
    ]);
    await store.insertRows('predictions', [
      { ...position, offset: 1, event_time: at(1), id: 'a', model: 'm', version: '1', slot: 'champion', value: 0.5 },
    ]);
  });
  afterAll(async () => {
    await store?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it.each(queries())('%s runs and finds what is stored', async (_where, sql) => {
    const rows = await store.query(expand(sql));
    expect(rows.length).toBeGreaterThan(0);
  });

  const rowOf = async (where: string) => {
    const found = queries().find(([place]) => place.includes(where));
    if (found === undefined) throw new Error(`no query at ${where}`);
    return (await store.query<Record<string, unknown>>(expand(found[1])))[0];
  };

  it('counts the incidents that are open', async () => {
    expect(await rowOf('Open incidents')).toEqual({ open: '1' });
  });

  it('shows the distance with its limit', async () => {
    expect(await rowOf('Distance from the reference')).toMatchObject({ js_distance: 0.3, critical: 0.1 });
  });

  it('takes the mean over the values that were counted', async () => {
    expect(await rowOf('Mean')).toMatchObject({ mean: 0.5 });
  });

  it('shows the lag of intake in seconds', async () => {
    expect(await rowOf('Lag of intake')).toMatchObject({ lag: 120 });
  });
});
