import { createDictionary, type Dictionary } from '../common/columns.ts';
import type { FeatureField, Frame } from '../common/feature.ts';
import type { Verdict } from '../common/verdict.ts';
import type { Violation } from '../common/violation.ts';
import { checkColumns } from './check-columns.ts';
import type { Contract } from './contract.ts';
import { frameRows } from './frame-rows.ts';
import { createRowBuilder } from './row-builder.ts';

/** A contract made ready to check events. */
export interface CompiledContract {
  readonly contract: Contract;
  /** In the contract's order, derived features included. */
  readonly fields: readonly FeatureField[];
  /** Builders share dictionaries until these grow beyond a bound; one builder is used at a time. */
  createBuilder(capacityRows: number): RowBuilder;
  /** The same verdicts for rows that come as columns. */
  checkFrame(frame: Frame): CheckedRows;
}

export interface RowBuilder {
  readonly rows: number;
  /**
   * Types, presence and coercion of one decoded event. REJECTED appends nothing. What was found goes to `out`.
   */
  add(event: Readonly<Record<string, unknown>>, out: Violation[]): Verdict;
  /** Ranges, domains, texts, derived features and rules, column by column. Rows rejected here stay in the frame. */
  finish(): CheckedRows;
}

export interface CheckedRows {
  readonly frame: Frame;
  /** One Verdict a row. */
  readonly verdicts: Uint8Array;
  /** By row; only rows of which something is to be said by the column checks. */
  readonly violations: ReadonlyMap<number, readonly Violation[]>;
}

/** A dictionary that has grown beyond so many texts is left behind: codes are for values that repeat. */
const dictionaryMax = 65_536;

export function compileContract(contract: Contract): CompiledContract {
  const fields: FeatureField[] = contract.features.map(({ name, type }) => ({ name, type }));
  let dictionaries: (Dictionary | undefined)[] = fields.map(() => undefined);
  const freshDictionaries = () => {
    dictionaries = fields.map(({ type }, at) => {
      if (type !== 'string') return undefined;
      const known = dictionaries[at];
      return known === undefined || known.values.length > dictionaryMax ? createDictionary() : known;
    });
    return dictionaries;
  };
  const createBuilder = (capacityRows: number): RowBuilder =>
    createRowBuilder({
      contract,
      fields,
      dictionaries: freshDictionaries(),
      capacityRows,
      finish: checkColumns(contract, fields),
    });
  return {
    contract,
    fields,
    createBuilder,
    checkFrame: (frame) => frameRows(frame, createBuilder(Math.max(1, frame.rows))),
  };
}
