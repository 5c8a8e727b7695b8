import type { ActionStage } from '../common/action-stage.ts';
import type { PartitionId } from '../common/source.ts';
import type { Judgement } from '../drift/judge/judgement.ts';
import type { Store } from './client.ts';
import { sqlTime } from './flush-writer.ts';
import { encodeJudgements } from './judgement-codec.ts';
import { createPaneReader } from './pane-reader.ts';
import { type ProfileRecord, profileFromRecord, profileSums } from './profile-codec.ts';
import { createRollUp } from './roll-up.ts';
import { createSampleReader } from './sample-reader.ts';
import { createSeenReader } from './seen-windows.ts';
import { createSpanReader } from './span-reader.ts';

/** Sums over the columns of {@link profileSums}, as sealing writes them back. */
const sealedColumns = `pane, pane_ms, segment, feature, binning, revision, n, missing, invalid, zero, "nan", pos_inf, neg_inf,
  min, max, sum_z, sum_z2, bin_index, bin_count, unseen, unseen_value, unseen_count, distinct_index, distinct_rank`;

/** What the monitor reads and writes. Every write is keyed, so that a round that a crash interrupted can be done again. */
export function createMonitorStore(store: Store) {
  const table = (name: string) => `\`${store.database}\`.\`${name}\``;
  return {
    ...createRollUp(store),
    ...createSpanReader(store),
    ...createSeenReader(store),
    async readState(key: string): Promise<{ readonly revision: number; readonly document: string } | undefined> {
      const [row] = await store.query<{ revision: string; document: string }>(
        `SELECT revision, document FROM ${table('monitor_state')} WHERE key = {key:String} ORDER BY revision DESC LIMIT 1`,
        { key },
      );
      return row && { revision: Number(row.revision), document: row.document };
    },
    /** The greatest revision of any state: it tells the newest term. */
    async newestRevision(): Promise<number> {
      const [row] = await store.query<{ revision: string }>(
        `SELECT max(revision) AS revision FROM ${table('monitor_state')}`,
      );
      return Number(row?.revision ?? 0);
    },
    writeState: (key: string, revision: number, document: string) =>
      store.insertRows('monitor_state', [{ key, revision, document }]),

    /** By key, the newest documents there were at one moment. */
    async readStates(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
      const rows = await store.query<{ key: string; newest: string }>(
        `SELECT key, argMax(document, revision) AS newest FROM ${table('monitor_state')}
         WHERE key IN {keys:Array(String)} GROUP BY key`,
        { keys },
      );
      return new Map(rows.map(({ key, newest }) => [key, newest]));
    },
    /** One insert of one block, which the engine takes in whole or not at all. */
    writeStates: (documents: ReadonlyMap<string, string>, revision: number) =>
      store.insertRows(
        'monitor_state',
        [...documents].map(([key, document]) => ({ key, revision, document })),
      ),

    /**
     * Starts of panes that chunks beyond these offsets touched (by source/partition), and the offsets that are reached. One
     * statement, and by partition: chunks of one partition are written in their order, those of several workers in none.
     */
    async touchedPanes(
      seen: Readonly<Record<string, number>>,
    ): Promise<{ readonly panesMs: readonly number[]; readonly seen: Readonly<Record<string, number>> }> {
      const rows = await store.query<{ partition_key: string; reached: string; touched: readonly string[] }>(
        `SELECT concat(source, '/', toString(partition)) AS partition_key, max(to_offset) AS reached, groupUniqArrayArray(panes) AS touched
         FROM ${table('chunks')} WHERE to_offset > {seen:Map(String, UInt64)}[partition_key] GROUP BY partition_key`,
        { seen: new Map(Object.entries(seen)) },
      );
      const panes = new Set(rows.flatMap(({ touched }) => touched.map(Number)));
      return {
        panesMs: [...panes].sort((a, b) => a - b),
        seen: { ...seen, ...Object.fromEntries(rows.map((row) => [row.partition_key, Number(row.reached)])) },
      };
    },

    /** How far each partition is committed, by whichever worker. */
    async progress(): Promise<
      { readonly partition: PartitionId; readonly watermarkMs: number; readonly committedAtMs: number }[]
    > {
      const rows = await store.query<{
        source: string;
        partition: number;
        role: PartitionId['role'];
        reached: string;
        at: string;
      }>(
        `SELECT source, partition, any(role) AS role, toUnixTimestamp64Milli(argMax(watermark, (to_offset, epoch))) AS reached,
           toUnixTimestamp64Milli(max(committed_at)) AS at
         FROM ${table('chunks')} GROUP BY source, partition ORDER BY source, partition`,
      );
      return rows.map(({ source, partition, role, reached, at }) => ({
        partition: { source, partition: Number(partition), role },
        watermarkMs: Number(reached),
        committedAtMs: Number(at),
      }));
    },

    /** Sums committed profiles of the panes that end in (afterMs, throughMs], and of `latePanesMs`, into sealed ones. */
    async seal(input: {
      readonly afterMs: number;
      readonly throughMs: number;
      readonly latePanesMs: readonly number[];
      readonly revision: number;
      readonly longestPaneMs: number;
    }) {
      await store.command(
        `INSERT INTO ${table('sealed_profiles')} (${sealedColumns})
         SELECT pane, pane_ms, segment, feature, binning, {revision:UInt64}, n, missing, invalid, zero, "nan", pos_inf, neg_inf,
           min, max, sum_z, sum_z2, bins.1, bins.2, unseen, unseen_names.1, unseen_names.2, registers.1, registers.2
         FROM (
           SELECT pane, pane_ms, segment, feature, binning, ${profileSums}
           FROM ${table('profiles')} FINAL
           WHERE pane >= fromUnixTimestamp64Milli({least:Int64}) AND pane < fromUnixTimestamp64Milli({through:Int64})
             AND chunk_id IN (SELECT chunk_id FROM ${table('chunks')})
             AND ((toUnixTimestamp64Milli(pane) + pane_ms > {after:Int64} AND toUnixTimestamp64Milli(pane) + pane_ms <= {through:Int64})
               OR (has({late:Array(Int64)}, toUnixTimestamp64Milli(pane)) AND toUnixTimestamp64Milli(pane) + pane_ms <= {through:Int64}))
           GROUP BY pane, pane_ms, segment, feature, binning
         )`,
        {
          // The sorting key finds panes by their start; the longest that can end after `afterMs` begins so much before.
          least: Math.min(Math.max(0, input.afterMs) - input.longestPaneMs, ...input.latePanesMs),
          after: input.afterMs,
          through: input.throughMs,
          late: input.latePanesMs,
          revision: input.revision,
        },
      );
    },

    readPanes: (throughMs: number) => createPaneReader(store, { throughMs }),

    /** Sums of sealed panes by slice of event time; panes longer than a slice are left out. */
    async sliceProfiles(
      range: {
        readonly startMs: number;
        readonly endMs: number;
        readonly sliceMs: number;
        readonly segments: readonly string[];
        readonly features: readonly string[];
      },
      binCountOf: (binningId: string) => number | undefined,
    ) {
      const records = await store.query<ProfileRecord & { slice: string }>(
        `SELECT intDiv(toUnixTimestamp64Milli(pane) - {start:Int64}, {length:Int64}) AS slice, segment, feature, binning, ${profileSums}
         FROM ${table('sealed_profiles')} FINAL
         WHERE pane >= fromUnixTimestamp64Milli({start:Int64}) AND pane < fromUnixTimestamp64Milli({end:Int64})
           AND pane_ms <= {length:Int64} AND segment IN {segments:Array(String)} AND feature IN {features:Array(String)}
         GROUP BY slice, segment, feature, binning`,
        {
          start: range.startMs,
          end: range.endMs,
          length: range.sliceMs,
          segments: range.segments,
          features: range.features,
        },
      );
      return records.flatMap((record) => {
        const binCount = binCountOf(record.binning);
        if (binCount === undefined) return [];
        const startMs = range.startMs + Number(record.slice) * range.sliceMs;
        const profile = profileFromRecord(record, binCount);
        return [{ startMs, segment: record.segment, feature: record.feature, profile }];
      });
    },
    ...createSampleReader(store),

    /** Start of the first pane there is; undefined before the first. */
    async firstPane(): Promise<number | undefined> {
      const [row] = await store.query<{ pane: string; n: string }>(
        `SELECT toUnixTimestamp64Milli(min(pane)) AS pane, count() AS n FROM ${table('sealed_profiles')}`,
      );
      return row === undefined || Number(row.n) === 0 ? undefined : Number(row.pane);
    },

    async writeJudgements(rows: readonly Judgement[], revision: number): Promise<void> {
      if (rows.length > 0) await store.insertArrow('judgements', encodeJudgements(rows, revision));
    },

    writeIncidentEntries: (
      entries: readonly {
        readonly incidentId: string;
        readonly seq: number;
        readonly atMs: number;
        readonly kind: string;
        readonly state: unknown;
      }[],
      revision: number,
    ) =>
      store.insertRows(
        'incident_log',
        entries.map(({ incidentId, seq, atMs, kind, state }) => ({
          incident_id: incidentId,
          seq,
          at: sqlTime(atMs),
          kind,
          state: JSON.stringify(state),
          revision,
        })),
      ),

    /** What was written of an action with effects outside. */
    async readAction(key: string): Promise<readonly ActionStage[]> {
      const rows = await store.query<{ stage: ActionStage['stage']; revision: string; outcome: string }>(
        `SELECT stage, revision, outcome FROM ${table('action_log')} FINAL WHERE action_key = {key:String}`,
        { key },
      );
      return rows.map((row) => ({ ...row, revision: Number(row.revision) }));
    },
    writeAction: (action: ActionStage & { readonly key: string; readonly atMs: number; readonly incidentId: string }) =>
      store.insertRows('action_log', [
        {
          action_key: action.key,
          stage: action.stage,
          revision: action.revision,
          at: sqlTime(action.atMs),
          incident_id: action.incidentId,
          outcome: action.outcome,
        },
      ]),

    writeJobEntries: (
      entries: readonly {
        readonly jobId: string;
        readonly seq: number;
        readonly atMs: number;
        readonly state: string;
        readonly entry: unknown;
      }[],
      revision: number,
    ) =>
      store.insertRows(
        'job_log',
        entries.map(({ jobId, seq, atMs, state, entry }) => ({
          job_id: jobId,
          seq,
          at: sqlTime(atMs),
          state,
          entry: JSON.stringify(entry),
          revision,
        })),
      ),

    /** Forgets rows of events, and unsealed profiles, of times before `beforeMs`. Sealed panes and decisions stay. */
    async expire(beforeMs: number): Promise<void> {
      const timed = {
        events: 'event_time',
        predictions: 'event_time',
        labels: 'label_time',
        profiles: 'pane',
        dead_letters: 'arrival_time',
      };
      for (const [name, column] of Object.entries(timed)) {
        await store.command(`DELETE FROM ${table(name)} WHERE ${column} < fromUnixTimestamp64Milli({before:Int64})`, {
          before: beforeMs,
        });
      }
    },
    writeReference: (reference: {
      readonly id: string;
      readonly origin: string;
      readonly document: string;
      readonly atMs: number;
    }) =>
      store.insertRows('references', [
        {
          reference_id: reference.id,
          created_at: sqlTime(reference.atMs),
          origin: reference.origin,
          document: reference.document,
        },
      ]),
    /** The reference made last of what `origin` names. */
    async readReference(origin: string): Promise<string | undefined> {
      const [row] = await store.query<{ document: string }>(
        `SELECT document FROM ${table('references')} WHERE origin = {origin:String} ORDER BY created_at DESC LIMIT 1`,
        { origin },
      );
      return row?.document;
    },
  };
}

export type MonitorStore = ReturnType<typeof createMonitorStore>;
