import { valueAt as valueOfRow } from '../../../common/columns.ts';
import type { Verdict } from '../../../common/verdict.ts';
import type { Violation } from '../../../common/violation.ts';
import { type CheckedRows, compileContract } from '../../../validators/compile.ts';
import { parseContract } from '../../../validators/parse.ts';

/** A contract of these features, as their lines in the file. */
export function contractOf(features: string, rest = '') {
  const lines = features.trim().split('\n');
  return parseContract(
    `contract: test\n${rest}\nfeatures:\n${lines.map((line) => `  ${line.trim()}`).join('\n')}\n`,
    'c.yaml',
  );
}

export interface Judged {
  readonly verdict: Verdict;
  /** `code path` of each violation. */
  readonly said: readonly string[];
  readonly violations: readonly Violation[];
  readonly checked: CheckedRows;
}

/** What a contract says of one event, by both of its steps. */
export function judge(contract: ReturnType<typeof contractOf>, event: Record<string, unknown>): Judged {
  const builder = compileContract(contract).createBuilder(1);
  const violations: Violation[] = [];
  const first = builder.add(event, violations);
  const checked = builder.finish();
  violations.push(...(checked.violations.get(0) ?? []));
  const verdict = builder.rows === 0 ? first : (checked.verdicts[0] as Verdict);
  return { verdict, said: violations.map(({ code, path }) => `${code} ${path}`.trim()), violations, checked };
}

/** The value a feature got, undefined where it is absent. */
export function valueAt({ checked }: Judged, at = 0): ReturnType<typeof valueOfRow> | undefined {
  const column = checked.frame.columns[at];
  if (column === undefined || checked.frame.rows === 0) return undefined;
  return valueOfRow(column, 0) ?? undefined;
}
