import { describe, expect, it } from 'vitest';
import { checkHtml } from '../../../../cli/check/html.ts';
import { checkJunit } from '../../../../cli/check/junit.ts';
import { summarizeCheck } from '../../../../cli/check/report.ts';
import { checkText } from '../../../../cli/check/text.ts';
import { numberColumn, textColumn } from '../../../../common/columns.ts';
import { compileContract } from '../../../../validators/compile.ts';
import { parseContract } from '../../../../validators/parse.ts';

const contract = parseContract(
  `contract: c
features:
  a: { type: number, max: 5 }
  b: { type: string, required: true, domain: { values: [x] } }
rules: [{ name: "r < 1", require: a > 0 }]
`,
  'c.yaml',
);
const evil = '<script>"&\u001b[31m\u0000';
const checked = compileContract(contract).checkFrame({
  rows: 6,
  fields: [
    { name: 'a', type: 'number' },
    { name: 'b', type: 'string' },
  ],
  columns: [numberColumn([1, 9, 8, 1, -1, 7]), textColumn(['x', 'x', evil, null, 'x', 'x'])],
});
const report = summarizeCheck(checked, { file: 'f.csv', contract });

describe('summarizeCheck', () => {
  it('counts verdicts, and violations by code and feature with examples whose rows count from 1', () => {
    expect(report.verdicts).toEqual({ valid: 1, coerced: 0, flagged: 4, rejected: 1 });
    expect(report.violations.map(({ code, name, rows, rejected }) => [code, name, rows, rejected])).toEqual([
      ['missing', 'b', 1, 1],
      ['out_of_range', 'a', 3, 0],
      ['not_in_domain', 'b', 1, 0],
      ['rule', 'r < 1', 1, 0],
    ]);
    expect(report.violations[1]?.examples.map(({ row, value }) => [row, value])).toEqual([
      [2, '9'],
      [3, '8'],
      [6, '7'],
    ]);
  });

  it('fails where rows are rejected, or more are flagged than may be, or features drifted', () => {
    expect(report.reasons).toEqual(['1 of 6 rows are rejected']);
    const feature = {
      name: 'a',
      type: 'numeric',
      n_reference: 1,
      n_current: 1,
      statistics: {},
      why: 'moved',
      judged: true,
      severity: 1,
    } as const;
    const drift = { reference: 'r.csv', rows: 1, features: [{ ...feature, alarm: true }] };
    const strict = summarizeCheck(checked, { file: 'f', contract, maxFlaggedShare: 0.5, drift });
    expect(strict.reasons).toEqual([
      '1 of 6 rows are rejected',
      '4 of 6 rows are flagged, more than 50 %',
      'drifted: a',
    ]);
    expect(summarizeCheck(checked, { file: 'f', contract, maxFlaggedShare: 0.7 }).reasons).toHaveLength(1);
  });
});

describe('the forms of the report', () => {
  it('text shows control characters as their codes', () => {
    const text = checkText(report);
    expect(text).toContain('\\u001b[31m\\u0000');
    expect(text).not.toContain('\u001b');
    expect(text).toMatch(/failed: 1 of 6 rows are rejected$/);
  });

  it('HTML and XML hold data as text only', () => {
    const html = checkHtml(report);
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;&quot;&amp;');
    const xml = checkJunit(report, contract);
    expect(xml).not.toContain('<script');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 does not allow
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
  });

  it('JUnit has a case for each feature and rule, failing where rows were rejected', () => {
    const xml = checkJunit(report, contract);
    expect(xml).toContain('<testsuites tests="5" failures="1" errors="0">');
    expect(xml.match(/<testcase classname="contract" name="([^"]*)"/g)).toHaveLength(5);
    expect(xml).toMatch(/name="feature b"><failure message="missing in 1 rows \(16\.67 %\), 1 of them rejected">/);
    expect(xml).toMatch(/name="rule r &lt; 1"><system-out>rule in 1 rows/);
  });
});
