import type { FeatureSkew } from '../../drift/skew/skew-report.ts';
import type { PairValue } from '../../drift/skew/value-pair.ts';
import { table } from '../output.ts';
import type { SkewReport } from './join-files.ts';

/** The report for people: what was joined, a table of features, examples of those that fail. */
export function skewText(report: SkewReport): string {
  const head = ['', 'feature', 'compared as', 'differs', 'missing in one', 'why'];
  const rows = report.features.map((feature) => [
    feature.failed ? 'SKEW' : 'ok',
    feature.name,
    feature.compared_as,
    feature.mismatch_rate === null ? '-' : percent(feature.mismatch_rate.value),
    percent(feature.one_sided_rate),
    feature.why,
  ]);
  const failing = report.features.filter(({ failed }) => failed);
  return [
    joined(report),
    table([head, ...rows]),
    ...failing.map(examples),
    `${report.failed} of ${report.features.length} features differ${report.max_mismatch > 0 ? ` in more than ${percent(report.max_mismatch)} of events` : ''}`,
  ].join('\n\n');
}

function joined(report: SkewReport): string {
  const { training, serving, duplicates } = report;
  const lines = [
    `${report.joined} events joined by ${report.key.join(', ')}: ${training.rows} rows of ${training.path} (training), ${serving.rows} of ${serving.path} (serving)`,
  ];
  const say = (rows: number, text: string, which: readonly string[] = []): void => {
    if (rows > 0) lines.push(`${rows} ${text}${which.length === 0 ? '' : `, such as ${which.join(', ')}`}`);
  };
  say(report.training_only.rows, 'only in training', report.training_only.examples);
  say(report.serving_only.rows, 'only in serving', report.serving_only.examples);
  for (const side of ['training', 'serving'] as const) {
    say(report[side].without_key, `rows of ${side} have no key and are left out`);
    const { keys, rows, examples: which } = duplicates[side];
    say(rows, `rows of ${side} repeat one of ${keys} keys; the ${duplicates.kept} row of a key counts`, which);
  }
  for (const [names, side] of [
    [report.only_in_training, 'training'],
    [report.only_in_serving, 'serving'],
  ] as const)
    if (names.length > 0) lines.push(`not compared, since only ${side} has them: ${names.join(', ')}`);
  return lines.join('\n');
}

function examples({ name, examples: pairs }: FeatureSkew): string {
  const rows = pairs.map(({ key, training, serving }) => [`  ${key}`, shown(training), shown(serving)]);
  return table([[`  ${name}`, 'training', 'serving'], ...rows]);
}

function shown(value: PairValue): string {
  if (value === null) return '(missing)';
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** Two digits, so that one event in a million is not 0. */
function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}
