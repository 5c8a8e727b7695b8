import { rowsText, statusOf } from '../output.ts';
import type { CheckReport } from './report.ts';
import { share } from './text.ts';

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}.bad{color:#a40000;font-weight:600}.good{color:#0a6b2d;font-weight:600}code{overflow-wrap:anywhere}
@media(prefers-color-scheme:dark){body{color:#e8e8e8;background:#161616}th,td{border-color:#444}.bad{color:#ff8a80}.good{color:#7ee2a0}}`;

/** The report as one page without scripts or anything from elsewhere. */
export function checkHtml(report: CheckReport): string {
  const { file, contract, rows, verdicts, violations, drift, passed, reasons } = report;
  const verdictRows = Object.entries(verdicts).map(([name, count]) => [
    text(name),
    number(count),
    cell(share(count, rows)),
  ]);
  const violationRows = violations.map((group) => [
    text(group.code),
    text(group.name),
    number(group.rows),
    number(group.rejected),
    `<td>${group.examples.map(({ row, message }) => `row ${row}: <code>${escaped(message)}</code>`).join('<br>')}</td>`,
  ]);
  const driftRows = drift?.features.map((feature) => [
    `<td class="${feature.alarm ? 'bad' : feature.judged ? 'good' : ''}">${statusOf(feature).toLowerCase()}</td>`,
    text(feature.name),
    text(feature.type),
    text(feature.why),
  ]);
  const outcome = passed ? '<p class="good">Passed.</p>' : `<p class="bad">Failed: ${escaped(reasons.join('; '))}.</p>`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(`Check of ${file}`)}</title><style>${style}</style></head><body>
<h1>${escaped(file)}</h1>
<p>${rowsText(rows)} against the contract ${escaped(`${contract.name} ${contract.version}`)}.</p>
${outcome}
${tableOf(['verdict', 'rows', 'share'], verdictRows)}
${violations.length === 0 ? '' : `<h2>Violations</h2>${tableOf(['code', 'feature', 'rows', 'rejected', 'examples'], violationRows)}`}
${drift === undefined ? '' : `<h2>Drift against ${escaped(drift.reference)}</h2>${tableOf(['', 'feature', 'type', 'why'], driftRows ?? [])}`}
</body></html>
`;
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const headers = head.map((name) => `<th>${name}</th>`).join('');
  return `<table><thead><tr>${headers}</tr></thead><tbody>${rows.map((cells) => `<tr>${cells.join('')}</tr>`).join('')}</tbody></table>`;
}

function cell(content: string): string {
  return `<td class="n">${escaped(content)}</td>`;
}

function number(value: number): string {
  return cell(value.toLocaleString('en-US'));
}

function text(content: string): string {
  return `<td>${escaped(content)}</td>`;
}

function escaped(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
