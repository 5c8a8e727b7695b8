/** What a table is made of, and the columns that several have. */

export interface TableDefinition {
  readonly name: string;
  /** One sentence for people. */
  readonly purpose: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly comment: string }[];
  /** Skip indexes beyond the sorting key. */
  readonly indexes?: readonly string[];
  readonly engine: string;
}

export const column = (name: string, type: string, comment: string) => ({ name, type, comment });
export const lc = 'LowCardinality(String)';
export const time = "DateTime64(3, 'UTC')";
export const position = [
  column('source', lc, 'topic, file or server the event came from'),
  column('partition', 'UInt32', 'partition of the source'),
  column(
    'offset',
    'UInt64',
    'position in the partition: Kafka offset, byte position in a text file, row number, running number',
  ),
  column('epoch', 'UInt64', 'ownership of the partition under which the row was written; the highest wins'),
];

type ColumnDefinition = TableDefinition['columns'][number];

export function columnSql({ name, type, comment }: ColumnDefinition): string {
  return `\`${name}\` ${type} COMMENT '${comment.replaceAll("'", "\\'")}'`;
}

export function createTableSql(database: string, table: TableDefinition): string {
  const columns = table.columns
    .map((definition) => `  ${columnSql(definition)}`)
    .concat((table.indexes ?? []).map((index) => `  ${index}`))
    .join(',\n');
  return `CREATE TABLE IF NOT EXISTS \`${database}\`.\`${table.name}\`\n(\n${columns}\n)\nENGINE = ${table.engine}\nCOMMENT '${table.purpose.replaceAll("'", "\\'")}'`;
}
