import {
  createDictionary,
  createTextColumn,
  type Dictionary,
  encode,
  isPresent,
  setPresent,
  type TextColumn,
} from '../../common/columns.ts';
import { measureName } from '../../common/measure.ts';
import type { IdentifierMeasure, Measurer } from './measure.ts';
import { alphabetOf, runsOf } from './pattern.ts';
import { charactersOf, enlarged, gather } from './text-measure.ts';

/** Identifiers of more patterns than this, or of one in ten a new one, are told apart by their alphabet. */
const patternsMax = 256;

interface Measured {
  /** Shape `[capacity]`; the first `count` are known. */
  length: Float64Array;
  /** Codes in `patterns`, shape `[capacity]`. */
  pattern: Float64Array;
  count: number;
  readonly patterns: Dictionary;
}

/** Identifiers made of few patterns are known by them; hashes, whose letters and digits stand anywhere, by their alphabet. */
export function fitIdentifier(feature: string, column: TextColumn, rows: Int32Array): IdentifierMeasure {
  const patterns = new Set<string>();
  let present = 0;
  for (const row of rows) {
    if (!isPresent(column.validity, row)) continue;
    patterns.add(runsOf(column.dictionary.values[column.codes[row] as number] as string));
    present++;
  }
  const few = patterns.size <= Math.min(patternsMax, Math.max(16, present / 10));
  return { kind: 'identifier', feature, pattern: few ? 'runs' : 'alphabet' };
}

/** `length` in Unicode characters and `pattern`, see {@link runsOf} and {@link alphabetOf}; once for each distinct text of a dictionary. */
export function identifierMeasurer({ feature, pattern }: IdentifierMeasure): Measurer {
  const patternOf = pattern === 'runs' ? runsOf : alphabetOf;
  const known = new WeakMap<Dictionary, Measured>();
  const length = { name: measureName(feature, 'length'), type: 'integer' as const };
  const shape = { name: measureName(feature, 'pattern'), type: 'string' as const };
  return (column, rows) => {
    if (column.kind !== 'text') return [];
    const measured = extend(known.get(column.dictionary), column.dictionary, patternOf);
    known.set(column.dictionary, measured);
    return [
      { field: length, column: gather(column, rows, measured.length) },
      { field: shape, column: patternColumn(column, rows, measured) },
    ];
  };
}

function extend(before: Measured | undefined, { values }: Dictionary, patternOf: (text: string) => string): Measured {
  const measured = before ?? {
    length: new Float64Array(0),
    pattern: new Float64Array(0),
    count: 0,
    patterns: createDictionary(),
  };
  if (measured.length.length < values.length) {
    const capacity = Math.max(64, values.length, 2 * measured.length.length);
    measured.length = enlarged(measured.length, capacity);
    measured.pattern = enlarged(measured.pattern, capacity);
  }
  for (; measured.count < values.length; measured.count++) {
    const text = values[measured.count] as string;
    measured.length[measured.count] = charactersOf(text);
    measured.pattern[measured.count] = encode(measured.patterns, patternOf(text));
  }
  return measured;
}

function patternColumn({ codes, validity }: TextColumn, rows: number, measured: Measured): TextColumn {
  const out = createTextColumn(rows, measured.patterns);
  for (let row = 0; row < rows; row++) {
    if (!isPresent(validity, row)) continue;
    out.codes[row] = measured.pattern[codes[row] as number] as number;
    setPresent(out.validity, row);
  }
  return out;
}
