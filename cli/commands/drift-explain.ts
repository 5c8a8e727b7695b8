import type { Command } from 'commander';
import type { Histogram, Judgement } from '../../common/read-model.ts';
import { loadPipeline } from '../../config/load.ts';
import { segmentsText } from '../../drift/cause/words.ts';
import type { Explanation } from '../../drift/judge/explain.ts';
import type { SideCounts } from '../../drift/judge/side-counts.ts';
import { command, type ExitCode, printJson, printText, table } from '../output.ts';
import { type Explained, explain } from '../runtime/explain/explaining.ts';
import { withReadOnlyBase } from '../runtime/read-only-base.ts';

interface Options {
  readonly config: string;
  readonly json: boolean;
}

/** `tidemark drift explain`, beside `tidemark drift REFERENCE CURRENT`. */
export function addDriftExplainCommand(drift: Command): void {
  drift
    .command('explain')
    .description('works a judgement of a pipeline out again: formulas with their numbers, histograms, budget, null')
    .argument(
      '<what>',
      "an incident (the beginning of its id is enough), or a judgement: 'COMPARISON|TIME|SEGMENT|FEATURE', an empty segment for all events",
    )
    .requiredOption('--config <file>', 'the pipeline file (YAML)')
    .option('--json', 'one JSON object on standard output', false)
    .action(command<[string, Options]>((_, { json }) => json, runExplain));
}

async function runExplain(what: string, { config, json }: Options): Promise<ExitCode> {
  const file = await loadPipeline(config, process.env);
  const explained = await withReadOnlyBase(file, process.cwd(), (base) =>
    explain({ ...base, config: file.config }, what),
  );
  if (json) printJson(explained);
  else printText(textOf(explained));
  return 0;
}

function textOf({ incident, judgement, explanation, workings, histogram, notes, others }: Explained): string {
  const blocks: string[] = [headOf(judgement)];
  if (incident !== null) blocks.push(`incident ${incident.id}: ${incident.title}`);
  if (notes.length > 0) blocks.push(notes.map((note) => `note: ${note}`).join('\n'));
  if (explanation !== null) blocks.push(sidesOf(explanation));
  for (const { title, lines } of workings) blocks.push([title, ...lines.map((line) => `  ${line}`)].join('\n'));
  if (histogram !== null) blocks.push(histogramOf(histogram));
  if (others.length > 0)
    blocks.push(['other judgements of the incident', ...others.map((name) => `  ${name}`)].join('\n'));
  return blocks.join('\n\n');
}

function headOf({ comparison, windowStart, windowEnd, segment, feature, alarm, critical, why }: Judgement): string {
  const where = segment === '' ? 'all events' : segmentsText([segment]);
  const verdict = alarm ? 'ALARM' : critical === null ? 'not judged' : 'no alarm';
  return [
    `${verdict}  ${feature}, ${where}, ${comparison}, ${minute(windowStart)} to ${minute(windowEnd)} (event time, UTC)`,
    why,
  ].join('\n');
}

const minute = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ');

function sidesOf({ reference, sides, bins }: Explanation): string {
  const row = (name: string, counts: SideCounts): string[] => [
    name,
    ...[counts.n, counts.values, counts.missing, counts.invalid, counts.unseen].map((count) =>
      count.toLocaleString('en-US'),
    ),
  ];
  const counts = table([
    ['', 'events', 'usable', 'missing', 'invalid', 'unseen'],
    row('reference', sides.reference),
    row('window', sides.current),
  ]);
  return `${counts}\nreference: ${reference.origin} (${reference.id}), ${reference.rows.toLocaleString('en-US')} rows, ${reference.windows} windows of this length; ${bins} bins`;
}

const barWidth = 24;

/** Both sides beside each other; the longest bar is the greatest share of either. */
function histogramOf({ bins, nReference, nCurrent }: Histogram): string {
  const top = Math.max(...bins.map(({ reference, current }) => Math.max(reference, current)), 1e-12);
  const head = [
    '',
    `reference (${nReference.toLocaleString('en-US')})`,
    '',
    `window (${nCurrent.toLocaleString('en-US')})`,
  ];
  return table([
    head,
    ...bins.map(({ label, reference, current }) => [
      label,
      bar(reference / top).padEnd(barWidth),
      percent(reference),
      `${bar(current / top).padEnd(barWidth)} ${percent(current)}`,
    ]),
  ]);
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

function bar(part: number): string {
  const steps = Math.round(part * barWidth * 8);
  return '█'.repeat(Math.floor(steps / 8)) + (eighths[steps % 8] as string);
}

function percent(share: number): string {
  return share === 0 ? '0 %' : share < 0.0005 ? '< 0.1 %' : `${(100 * share).toFixed(1)} %`;
}
