import type { Contract } from '../../validators/contract.ts';
import type { CheckReport, ViolationGroup } from './report.ts';
import { share } from './text.ts';

/**
 * The report as JUnit XML: a case for each feature, each rule, unknown fields and each comparison. A case fails where rows were
 * rejected or drift was found; what was only flagged stands in its output.
 */
export function checkJunit(report: CheckReport, contract: Contract): string {
  const cases = [
    ...contract.features.map(({ name, path }) =>
      contractCase(report, `feature ${name}`, (group) => group.path === path && group.code !== 'rule'),
    ),
    ...contract.rules.map(({ name }) =>
      contractCase(report, `rule ${name}`, (group) => group.code === 'rule' && group.name === name),
    ),
    contractCase(report, 'unknown fields', ({ code }) => code === 'unknown_field'),
    flaggedCase(report),
    ...(report.drift?.features ?? []).map(
      ({ name, alarm, why }): Case => ({
        group: 'drift',
        name: `drift ${name}`,
        output: why,
        ...(alarm ? { failure: why } : {}),
      }),
    ),
  ];
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const body = cases.map(caseXml).join('');
  const counts = `tests="${cases.length}" failures="${failures}" errors="0"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts}>\n<testsuite name=${quoted(`tidemark check ${report.file}`)} ${counts}>\n${body}</testsuite>\n</testsuites>\n`;
}

interface Case {
  readonly group: 'contract' | 'drift';
  readonly name: string;
  readonly failure?: string;
  readonly output: string;
}

function contractCase(report: CheckReport, name: string, belongs: (group: ViolationGroup) => boolean): Case {
  const groups = report.violations.filter(belongs);
  const output = groups.map((group) => describe(group, report.rows)).join('\n');
  const rejecting = groups.filter(({ rejected }) => rejected > 0);
  const failure = rejecting.map((group) => describe(group, report.rows)).join('\n');
  return { group: 'contract', name, output, ...(rejecting.length === 0 ? {} : { failure }) };
}

function flaggedCase({ verdicts, rows, reasons }: CheckReport): Case {
  const failure = reasons.find((reason) => reason.includes('are flagged'));
  const output = `${verdicts.flagged} of ${rows} rows are flagged`;
  return { group: 'contract', name: 'flagged rows', output, ...(failure === undefined ? {} : { failure }) };
}

function describe({ code, rows, rejected, examples }: ViolationGroup, total: number): string {
  const lines = examples.map(({ row, message }) => `  row ${row}: ${message}`);
  return [`${code} in ${rows} rows (${share(rows, total)}), ${rejected} of them rejected`, ...lines].join('\n');
}

function caseXml({ group, name, failure, output }: Case): string {
  const failed =
    failure === undefined
      ? ''
      : `<failure message=${quoted(failure.split('\n')[0] ?? '')}>${escaped(failure)}</failure>`;
  const out = output === '' || failure !== undefined ? '' : `<system-out>${escaped(output)}</system-out>`;
  return `<testcase classname="${group}" name=${quoted(name)}>${failed}${out}</testcase>\n`;
}

function quoted(text: string): string {
  return `"${escaped(text).replaceAll('"', '&quot;')}"`;
}

/** Text as XML 1.0 may hold it; what it may not hold becomes U+FFFD. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
