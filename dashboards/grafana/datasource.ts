import type { cog } from './sdk.ts';

/** The data source the boards read from, as `deploy/grafana` provisions it. */
export const datasource = { type: 'grafana-clickhouse-datasource', uid: 'tidemark-clickhouse' } as const;

const pluginVersion = '4.20.0';

/** A query of grafana-clickhouse-datasource 4.x. */
export interface ClickHouseTarget {
  readonly refId: string;
  readonly datasource: typeof datasource;
  readonly editorType: 'sql';
  readonly queryType: 'timeseries' | 'table';
  /** 0: time series, 1: table. */
  readonly format: 0 | 1;
  readonly pluginVersion: string;
  readonly rawSql: string;
}

/** Indentation and line ends are for the reader of this program; in the board a query is one line. */
export function sqlOf(sql: string): string {
  return sql.replace(/\s+/g, ' ').trim();
}

export function target(
  queryType: 'timeseries' | 'table',
  sql: string,
  refId: string,
): ClickHouseTarget & cog.Dataquery {
  return {
    refId,
    datasource,
    editorType: 'sql',
    queryType,
    format: queryType === 'timeseries' ? 0 : 1,
    pluginVersion,
    rawSql: sqlOf(sql),
  } as ClickHouseTarget & cog.Dataquery;
}
