import { Verdict, type VerdictName, verdictNames } from '../../common/verdict.ts';
import { ViolationCode as Code, type ViolationCode } from '../../common/violation.ts';
import type { FeatureComparison } from '../../drift/compare.ts';
import type { CheckedRows } from '../../validators/compile.ts';
import type { Contract } from '../../validators/contract.ts';

/** What `tidemark check` found, as its JSON. */
export interface CheckReport {
  readonly file: string;
  readonly contract: { readonly name: string; readonly version: number };
  readonly rows: number;
  readonly verdicts: Readonly<Record<VerdictName, number>>;
  /** The most frequent first. */
  readonly violations: readonly ViolationGroup[];
  /** Present where a reference was given. */
  readonly drift?: {
    readonly reference: string;
    readonly rows: number;
    readonly features: readonly FeatureComparison[];
  };
  readonly passed: boolean;
  /** Why it did not pass. */
  readonly reasons: readonly string[];
}

/** Violations of one code and feature, or of one rule. */
export interface ViolationGroup {
  readonly code: ViolationCode;
  /** Of the feature, the rule or the unknown field. */
  readonly name: string;
  readonly path: string;
  /** Rows with such a violation. */
  readonly rows: number;
  /** Of them, those that were rejected, for this or another reason. */
  readonly rejected: number;
  readonly examples: readonly { readonly row: number; readonly message: string; readonly value?: string }[];
}

const examplesMax = 3;
/** Unknown fields may be of any number. */
const groupsMax = 1000;

export interface CheckReportOptions {
  readonly file: string;
  readonly contract: Contract;
  readonly drift?: CheckReport['drift'];
  /** Share of flagged rows beyond which the check fails, 0 to 1; undefined: it never does. */
  readonly maxFlaggedShare?: number;
}

export function summarizeCheck(checked: CheckedRows, options: CheckReportOptions): CheckReport {
  const { contract, file, drift, maxFlaggedShare } = options;
  const { rows } = checked.frame;
  const verdicts: Record<VerdictName, number> = { valid: 0, coerced: 0, flagged: 0, rejected: 0 };
  for (const verdict of checked.verdicts) verdicts[verdictNames[verdict] as VerdictName]++;
  const reasons: string[] = [];
  if (verdicts.rejected > 0) reasons.push(`${verdicts.rejected} of ${rows} rows are rejected`);
  if (maxFlaggedShare !== undefined && verdicts.flagged > maxFlaggedShare * rows)
    reasons.push(`${verdicts.flagged} of ${rows} rows are flagged, more than ${maxFlaggedShare * 100} %`);
  const alarms = drift?.features.filter(({ alarm }) => alarm).map(({ name }) => name) ?? [];
  if (alarms.length > 0) reasons.push(`drifted: ${alarms.join(', ')}`);
  return {
    file,
    contract: { name: contract.name, version: contract.version },
    rows,
    verdicts,
    violations: groupViolations(checked, contract),
    ...(drift === undefined ? {} : { drift }),
    passed: reasons.length === 0,
    reasons,
  };
}

type OpenGroup = { -readonly [Key in keyof ViolationGroup]: ViolationGroup[Key] } & {
  readonly examples: { row: number; message: string; value?: string }[];
};

function groupViolations({ violations, verdicts }: CheckedRows, contract: Contract): ViolationGroup[] {
  const nameOf = new Map(contract.features.map(({ path, name }) => [path, name]));
  const groups = new Map<string, OpenGroup>();
  for (const [row, found] of violations) {
    const rejected = verdicts[row] === Verdict.REJECTED ? 1 : 0;
    for (const { code, path, message, value } of found) {
      const name = code === Code.RULE ? ruleIn(message) : (nameOf.get(path) ?? path.slice(1));
      const key = `${code} ${name}`;
      let group = groups.get(key);
      if (group === undefined) {
        if (groups.size >= groupsMax) continue;
        group = { code, name, path, rows: 0, rejected: 0, examples: [] };
        groups.set(key, group);
      }
      group.rows++;
      group.rejected += rejected;
      // Rows count from 1, as people do.
      if (group.examples.length < examplesMax)
        group.examples.push({ row: row + 1, message, ...(value === undefined ? {} : { value }) });
    }
  }
  for (const group of groups.values()) group.examples.sort((a, b) => a.row - b.row);
  return [...groups.values()].sort((a, b) => b.rejected - a.rejected || b.rows - a.rows || (a.name < b.name ? -1 : 1));
}

/** The name in `the rule NAME does not hold: ...`. */
function ruleIn(message: string): string {
  return /^the rule (.*?) does not hold: /s.exec(message)?.[1] ?? message;
}
