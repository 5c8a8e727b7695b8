import type { Store } from './client.ts';
import { readEvidence, readJudgement } from './read-model/judgements.ts';

/** What names a judgement: `COMPARISON|WINDOW START|SEGMENT|FEATURE`. */
export interface JudgementName {
  readonly comparison: string;
  /** ms since 1970. */
  readonly windowStart: number;
  readonly segment: string;
  readonly feature: string;
}

/** What an explanation reads: incidents, judgements and references by their names. */
export function createExplainStore(store: Store) {
  const table = (name: string) => `\`${store.database}\`.\`${name}\``;
  const ask = (sql: string, params?: Readonly<Record<string, unknown>>) =>
    store.query<Readonly<Record<string, unknown>>>(sql, { ...params, database: store.database });
  return {
    /** The latest documents of incidents whose id begins so, at most two. */
    async incidents(idBegins: string): Promise<readonly string[]> {
      const rows = await store.query<{ document: string }>(
        `SELECT argMax(state, (seq, revision)) AS document FROM ${table('incident_log')}
         WHERE startsWith(incident_id, {id:String}) GROUP BY incident_id ORDER BY incident_id LIMIT 2`,
        { id: idBegins },
      );
      return rows.map(({ document }) => document);
    },
    /** Judgements by the names an incident keeps, the furthest beyond its limit first. */
    evidence: (ids: readonly string[]) => readEvidence(ask, ids),
    judgement: ({ windowStart, ...key }: JudgementName) => readJudgement(ask, key, windowStart),
    /** Starts of the latest windows that were judged so. */
    async windowsOf({ comparison, segment, feature }: Omit<JudgementName, 'windowStart'>): Promise<readonly number[]> {
      const rows = await store.query<{ start: string }>(
        `SELECT DISTINCT toUnixTimestamp64Milli(window_start) AS start FROM ${table('judgements')}
         WHERE comparison = {comparison:String} AND segment = {segment:String} AND feature = {feature:String}
         ORDER BY start DESC LIMIT 3`,
        { comparison, segment, feature },
      );
      return rows.map(({ start }) => Number(start));
    },
    /** What judgements are called by: the different values of a column, among those with these others. */
    async judged(
      column: 'comparison' | 'segment' | 'feature',
      { comparison, feature }: Partial<Pick<JudgementName, 'comparison' | 'feature'>>,
    ): Promise<readonly string[]> {
      const rows = await store.query<{ name: string }>(
        `SELECT DISTINCT ${column} AS name FROM ${table('judgements')}
         WHERE ({comparison:String} = '' OR comparison = {comparison:String}) AND ({feature:String} = '' OR feature = {feature:String})
         ORDER BY name`,
        { comparison: comparison ?? '', feature: feature ?? '' },
      );
      return rows.map(({ name }) => name);
    },
    /** The document of a reference. */
    async reference(id: string): Promise<string | undefined> {
      const [row] = await store.query<{ document: string }>(
        `SELECT document FROM ${table('references')} FINAL WHERE reference_id = {id:String}`,
        { id },
      );
      return row?.document;
    },
  };
}

export type ExplainStore = ReturnType<typeof createExplainStore>;
