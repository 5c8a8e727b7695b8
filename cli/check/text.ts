import { rowsText, statusOf, table } from '../output.ts';
import type { CheckReport } from './report.ts';

/** The report for a terminal. */
export function checkText(report: CheckReport): string {
  const { rows, verdicts, violations, drift, contract } = report;
  const parts = [
    `${report.file}: ${rowsText(rows)} against ${contract.name} ${contract.version}`,
    table(Object.entries(verdicts).map(([name, count]) => [name, String(count), share(count, rows)])),
  ];
  if (violations.length > 0) {
    const head = ['code', 'feature', 'rows', 'rejected', 'row', 'example'];
    const lines = violations.map(({ code, name, rows: of, rejected, examples: [example] }) => [
      code,
      printable(name),
      `${of} (${share(of, rows)})`,
      String(rejected),
      String(example?.row ?? ''),
      printable(example?.message ?? ''),
    ]);
    parts.push(table([head, ...lines]));
  }
  if (drift !== undefined) {
    const lines = drift.features.map((feature) => [
      statusOf(feature),
      printable(feature.name),
      feature.type,
      printable(feature.why),
    ]);
    parts.push(
      `against ${drift.reference} (${rowsText(drift.rows)})\n${table([['', 'feature', 'type', 'why'], ...lines])}`,
    );
  }
  parts.push(report.passed ? 'passed' : `failed: ${report.reasons.join('; ')}`);
  return parts.join('\n\n');
}

export function share(count: number, of: number): string {
  if (of === 0) return '-';
  const percent = (count / of) * 100;
  return `${percent > 0 && percent < 0.01 ? '<0.01' : percent.toFixed(2)} %`;
}

/** Data must not speak to the terminal: control characters are shown as their codes. */
export function printable(text: string): string {
  return [...text]
    .map((char) => {
      const code = char.codePointAt(0) as number;
      return code < 32 || (code >= 127 && code < 160) ? `\\u${code.toString(16).padStart(4, '0')}` : char;
    })
    .join('');
}
