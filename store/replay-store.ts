import type { ReplaySelection, ReplayStore, SelectedLetter } from '../common/replay.ts';
import type { Store } from './client.ts';
import { type DeadLetterRecord, deadLetterColumns, deadLetterOf } from './dead-letter-reader.ts';
import { sqlTime } from './flush-writer.ts';

/** Conditions of a selection, as SQL over `dead_letters`; values are parameters. */
function conditions(selection: ReplaySelection): { readonly sql: string; readonly params: Record<string, unknown> } {
  const parts: string[] = [];
  const params: Record<string, unknown> = {};
  const add = (name: keyof ReplaySelection, sql: string): void => {
    if (selection[name] === undefined) return;
    parts.push(sql);
    params[name] = selection[name];
  };
  add('reason', 'reason = {reason:String}');
  add('path', 'path = {path:String}');
  add('contract', "(contract = {contract:String} OR startsWith(contract, concat({contract:String}, ' ')))");
  add('fromMs', 'rejected_at >= fromUnixTimestamp64Milli({fromMs:Int64})');
  add('toMs', 'rejected_at < fromUnixTimestamp64Milli({toMs:Int64})');
  return { sql: parts.map((part) => ` AND ${part}`).join(''), params };
}

const inOrder = (a: SelectedLetter, b: SelectedLetter) =>
  a.source === b.source ? a.partition - b.partition || a.offset - b.offset : a.source < b.source ? -1 : 1;

export function createReplayStore(store: Store, nowMs: () => number): ReplayStore {
  const table = (name: string) => `\`${store.database}\`.\`${name}\``;
  /** Letters whose chunk counts, and that were not sent again. */
  const open = `source, partition, offset FROM ${table('dead_letters')} AS d FINAL
    ASOF JOIN (SELECT source, partition, from_offset, to_offset, epoch AS counted_epoch FROM ${table('chunks')} FINAL) AS c
    ON d.source = c.source AND d.partition = c.partition AND d.offset >= c.from_offset
    WHERE d.offset < c.to_offset AND d.epoch = c.counted_epoch
      AND (d.source, d.partition, d.offset) NOT IN (
        SELECT source, partition, offset FROM ${table('replayed_letters')}
        WHERE replay_id IN (SELECT replay_id FROM ${table('replays')} WHERE state = 'sent'))`;
  return {
    async select(selection) {
      const { sql, params } = conditions(selection);
      const rows = await store.query<Record<string, string>>(
        `SELECT reason, path, length(payload) AS bytes, payload_bytes, payload_absent, ${open} ${sql}
         ORDER BY rejected_at, source, partition, offset ${selection.limit === undefined ? '' : 'LIMIT {limit:UInt64}'}`,
        { ...params, limit: selection.limit ?? 0 },
      );
      const letters = rows.map(
        (row): SelectedLetter => ({
          source: String(row['source']),
          partition: Number(row['partition']),
          offset: Number(row['offset']),
          reason: String(row['reason']),
          path: String(row['path']),
          bytes: Number(row['bytes']),
          cut: Number(row['payload_bytes']) > Number(row['bytes']),
          absent: Number(row['payload_absent']) === 1,
        }),
      );
      return letters.sort(inOrder);
    },
    async letters({ source, partition, offsets }) {
      const records = await store.query<DeadLetterRecord>(
        `SELECT ${deadLetterColumns} FROM ${table('dead_letters')} FINAL
         WHERE source = {source:String} AND partition = {partition:UInt32} AND offset IN {offsets:Array(UInt64)}
         ORDER BY offset`,
        { source, partition, offsets },
      );
      return records.map(deadLetterOf);
    },
    async begin({ id, target, source, partition, offsets }) {
      await store.insertRows(
        'replayed_letters',
        offsets.map((offset) => ({ source, partition, offset, replay_id: id })),
      );
      const at = sqlTime(nowMs());
      await store.insertRows('replays', [{ replay_id: id, state: 'begun', at, target, letters: offsets.length }]);
    },
    end: ({ id, target }, state) =>
      store.insertRows('replays', [{ replay_id: id, state, at: sqlTime(nowMs()), target, letters: 0 }]),
    async pending() {
      const rows = await store.query<{ id: string; to: string; begun: string }>(
        `SELECT replay_id AS id, any(target) AS to, toUnixTimestamp64Milli(min(at)) AS begun FROM ${table('replays')} FINAL
         GROUP BY replay_id HAVING NOT has(groupArray(state), 'sent') AND NOT has(groupArray(state), 'void') ORDER BY begun, id`,
      );
      return rows.map(({ id, to, begun }) => ({ id, target: to, begunAtMs: Number(begun) }));
    },
  };
}
