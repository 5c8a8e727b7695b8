import { createDictionary, type Dictionary } from '../common/columns.ts';
import type { FeatureField, Frame } from '../common/feature.ts';
import { parsePointer } from '../common/pointer.ts';
import type { Verdict } from '../common/verdict.ts';
import type { Violation } from '../common/violation.ts';
import { compileColumnChecks } from './check-columns.ts';
import { checkFrame } from './check-frame.ts';
import type { Contract, ContractFeature } from './contract.ts';
import { createRowBuilder } from './row-builder.ts';

/** A contract made ready to check events. */
export interface CompiledContract {
  readonly contract: Contract;
  /** In the contract's order, derived features included. */
  readonly fields: readonly FeatureField[];
  /** Whether `finish` may reject rows that `add` has accepted: who appends has to keep what a dead letter needs. */
  readonly rejectsLate: boolean;
  /**
   * Builders share dictionaries until these grow beyond 65,536 texts; one builder is used at a time.
   *
   * @param capacityRows rows the columns are first made for; they grow
   */
  createBuilder(capacityRows: number): RowBuilder;
  /** The same verdicts for rows that come as columns. Every row stays in the frame, and all violations are in the result. */
  checkFrame(frame: Frame): CheckedRows;
}

export interface RowBuilder {
  /** Rows appended. */
  readonly rows: number;
  /**
   * Types, presence and coercion of one decoded event. REJECTED appends nothing. What was found goes to `out`. Costs some 0.4 µs
   * for six features and allocates nothing where there is nothing to say.
   */
  add(event: Readonly<Record<string, unknown>>, out: Violation[]): Verdict;
  /**
   * Derived features, ranges, domains, texts and rules, column by column. Rows rejected here stay in the frame with their
   * verdict. `violations` are those found here; what `add` found it has told.
   */
  finish(): CheckedRows;
}

export interface CheckedRows {
  readonly frame: Frame;
  /** One Verdict a row. */
  readonly verdicts: Uint8Array;
  /** By row; only rows of which something is to be said. */
  readonly violations: ReadonlyMap<number, readonly Violation[]>;
}

export interface CompileOptions {
  /** JSON pointers of what the pipeline reads beside the features (id, time, tenant, arrival): no unknown fields. */
  readonly envelope?: readonly string[];
}

/** A dictionary that has grown beyond so many texts is left behind: codes are for values that repeat. */
const dictionaryMax = 65_536;

/** @throws ExpressionError, RangeError where the contract contradicts itself, which `parseContract` has found out before */
export function compileContract(contract: Contract, options: CompileOptions = {}): CompiledContract {
  const fields: FeatureField[] = contract.features.map(fieldOf);
  const checkColumns = compileColumnChecks(contract, fields);
  const read = contract.features.filter(({ derive }) => derive === undefined).map(({ path }) => path);
  const knownKeys = new Set([...read, ...(options.envelope ?? [])].flatMap((path) => parsePointer(path)?.[0] ?? []));
  let dictionaries: (Dictionary | undefined)[] = fields.map(() => undefined);
  const freshDictionaries = () => {
    dictionaries = fields.map(({ type }, at) => {
      if (type !== 'string') return undefined;
      const known = dictionaries[at];
      return known === undefined || known.values.length > dictionaryMax ? createDictionary() : known;
    });
    return dictionaries;
  };
  return {
    contract,
    fields,
    rejectsLate: rejectsLate(contract),
    createBuilder: (capacityRows) =>
      createRowBuilder({ contract, fields, knownKeys, dictionaries: freshDictionaries(), capacityRows, checkColumns }),
    checkFrame: (frame) => checkFrame(frame, { contract, fields, knownKeys, checkColumns }),
  };
}

function fieldOf({ name, type, dimension, kind }: ContractFeature): FeatureField {
  return {
    name,
    type,
    ...(dimension === undefined ? {} : { dimension }),
    ...(kind === undefined ? {} : { kind }),
  };
}

function rejectsLate({ features, rules }: Contract): boolean {
  const limited = ({ min, max, minLength, maxLength, pattern }: ContractFeature) =>
    [min, max, minLength, maxLength, pattern].some((limit) => limit !== undefined);
  return (
    rules.some(({ otherwise }) => otherwise === 'reject') ||
    features.some(
      (feature) => feature.domain?.otherwise === 'reject' || (feature.otherwise === 'reject' && limited(feature)),
    )
  );
}
