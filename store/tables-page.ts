import { featureColumn } from './migrations.ts';
import { tables } from './tables.ts';

/** `docs/tables.md`, made from the definitions; a test compares the two. */
export function tablesPage(): string {
  const parts = [
    '# Tables',
    '',
    'One database a pipeline: `tidemark_PIPELINE`. This page is made from `store/tables.ts` (`npm run docs`). Columns, their types and',
    'their meaning are part of the interface: they change by migrations only, and only grow.',
    '',
    'Rows that belong to a position carry the `epoch` of the worker that wrote them; of two writings of one position the later',
    "owner's wins. Read with `FINAL`. Rows of a chunk that is not in `chunks` do not count: they belong to work that a crash",
    'interrupted, and are written again when the chunk is.',
    '',
    `A feature \`distance\` of the contract is the column \`${featureColumn('distance')}\` of \`events\`: \`Nullable(Float64)\` for numbers, integers,`,
    'booleans (0 or 1) and timestamps (ms since 1970), `LowCardinality(Nullable(String))` for texts.',
  ];
  for (const table of tables) {
    parts.push(
      '',
      `## ${table.name}`,
      '',
      table.purpose,
      '',
      `\`${table.engine}\``,
      '',
      '| column | type | meaning |',
      '|---|---|---|',
    );
    for (const { name, type, comment } of table.columns)
      parts.push(`| ${name} | \`${type}\` | ${comment.replaceAll('|', '\\|')} |`);
  }
  return `${parts.join('\n')}\n`;
}
