import { Verdict } from '../common/verdict.ts';
import type { Violation } from '../common/violation.ts';

/** Verdicts and violations by row; a verdict only gets worse. Lists may be shared by rows and are never changed. */
export interface RowNotes {
  readonly verdicts: Uint8Array;
  readonly violations: Map<number, readonly Violation[]>;
  /** Adds violations to a row, unless it was passed over from the beginning. */
  add(row: number, verdict: Verdict, found: readonly Violation[]): void;
}

export interface RowNotesOptions {
  /** Shape `[rows]`. */
  readonly verdicts: Uint8Array;
  readonly violations?: Map<number, readonly Violation[]>;
  /** Rows that are rejected already are not looked at again. */
  readonly passOver?: boolean;
}

export function createRowNotes({ verdicts, violations = new Map(), passOver = false }: RowNotesOptions): RowNotes {
  const passed = passOver && verdicts.includes(Verdict.REJECTED) ? verdicts.slice() : undefined;
  return {
    verdicts,
    violations,
    add(row, verdict, found) {
      if (passed !== undefined && passed[row] === Verdict.REJECTED) return;
      const before = violations.get(row);
      violations.set(row, before === undefined ? found : [...before, ...found]);
      if (verdict > (verdicts[row] as number)) verdicts[row] = verdict;
    },
  };
}
