import { type Column, type Dictionary, isPresent, type TextColumn } from '../common/columns.ts';
import type { FeatureField } from '../common/feature.ts';
import { type Calculation, type Comparison, type Expression, ExpressionError, parseExpression } from './expression.ts';
import { momentOf, typeOf } from './expression-type.ts';

/** One value a row: numbers, or 1 for true and 0 for false. NaN is not known, because a value it depends on is absent. */
type Vector = Float64Array;
type Evaluate = (columns: readonly Column[], rows: number) => Vector;

/**
 * Compiles a rule to a function over columns. Logic is of three values (Kleene), as a CHECK of SQL: what depends on an absent
 * value is unknown, `false and unknown` is false, `true or unknown` is true. A rule is broken where it is false (0).
 * @throws ExpressionError naming the position
 */
export function compileRule(source: string, fields: readonly FeatureField[]): Evaluate {
  const expression = parseExpression(source);
  if (typeOf(expression, new Map(fields.map(({ name, type }) => [name, type]))) !== 'logic') {
    throw new ExpressionError('expected a comparison', expression.at);
  }
  return compile(expression, new Map(fields.map(({ name, type }, at) => [name, { at, isText: type === 'string' }])));
}

type Places = ReadonlyMap<string, { readonly at: number; readonly isText: boolean }>;

function compile(expression: Expression, places: Places): Evaluate {
  switch (expression.kind) {
    case 'number':
      return constant(expression.value);
    case 'text':
      return constant(momentOf(expression) ?? Number.NaN);
    case 'truth':
      return constant(expression.value ? 1 : 0);
    case 'feature': {
      const at = placeOf(expression, places);
      return (columns, rows) => numbersOf(columns[at] as Column, rows);
    }
    case 'missing': {
      const at = placeOf(expression, places);
      return (columns, rows) => {
        const { validity } = columns[at] as Column;
        const out = new Float64Array(rows);
        for (let row = 0; row < rows; row++) out[row] = isPresent(validity, row) ? 0 : 1;
        return out;
      };
    }
    case 'not':
    case 'negative': {
      const of = compile(expression.of, places);
      const offset = expression.kind === 'not' ? 1 : 0;
      return (columns, rows) => of(columns, rows).map((value) => offset - value);
    }
    case 'binary': {
      const { operator, left, right } = expression;
      const texts = isText(left, places) && isText(right, places);
      if (texts) return compareTexts(operator as Comparison, textOf(left, places), textOf(right, places));
      const [a, b] = [compile(left, places), compile(right, places)];
      const combine = operator === 'and' || operator === 'or' ? logic[operator] : arithmetic[operator];
      return (columns, rows) => {
        const [first, second] = [a(columns, rows), b(columns, rows)];
        const out = new Float64Array(rows);
        for (let row = 0; row < rows; row++) out[row] = combine(first[row] as number, second[row] as number);
        return out;
      };
    }
  }
}

function constant(value: number): Evaluate {
  return (_columns, rows) => new Float64Array(rows).fill(value);
}

function placeOf({ name }: { readonly name: string }, places: Places): number {
  return (places.get(name) as { at: number }).at;
}

function numbersOf(column: Column, rows: number): Vector {
  const out = new Float64Array(rows);
  if (column.kind !== 'number') return out.fill(Number.NaN);
  for (let row = 0; row < rows; row++) {
    out[row] = isPresent(column.validity, row) ? (column.values[row] as number) : Number.NaN;
  }
  return out;
}

const unknown = (a: number, b: number): boolean => Number.isNaN(a) || Number.isNaN(b);
const truth = (value: boolean): number => (value ? 1 : 0);

const logic = {
  and: (a: number, b: number) => (a === 0 || b === 0 ? 0 : a * b),
  or: (a: number, b: number) => (a === 1 || b === 1 ? 1 : a + b),
};

const arithmetic: Readonly<Record<Comparison | Calculation, (a: number, b: number) => number>> = {
  '==': (a, b) => (unknown(a, b) ? Number.NaN : truth(a === b)),
  '!=': (a, b) => (unknown(a, b) ? Number.NaN : truth(a !== b)),
  '<': (a, b) => (unknown(a, b) ? Number.NaN : truth(a < b)),
  '<=': (a, b) => (unknown(a, b) ? Number.NaN : truth(a <= b)),
  '>': (a, b) => (unknown(a, b) ? Number.NaN : truth(a > b)),
  '>=': (a, b) => (unknown(a, b) ? Number.NaN : truth(a >= b)),
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  // Division by zero is not known rather than infinite.
  '/': (a, b) => (b === 0 ? Number.NaN : a / b),
};

type TextOperand = { readonly at: number } | { readonly value: string };

function isText(expression: Expression, places: Places): boolean {
  if (expression.kind === 'text') return true;
  return expression.kind === 'feature' && (places.get(expression.name)?.isText ?? false);
}

function textOf(expression: Expression, places: Places): TextOperand {
  if (expression.kind === 'text') return { value: expression.value };
  return { at: placeOf(expression as Extract<Expression, { kind: 'feature' }>, places) };
}

const textTests: Readonly<Record<Comparison, (a: string, b: string) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** Texts compare by their UTF-16 units. */
function compareTexts(operator: Comparison, left: TextOperand, right: TextOperand): Evaluate {
  const test = textTests[operator];
  if ('value' in left && 'value' in right) return constant(truth(test(left.value, right.value)));
  if ('at' in left && 'at' in right) {
    return (columns, rows) =>
      compareColumns(columns[left.at] as TextColumn, columns[right.at] as TextColumn, rows, operator);
  }
  const at = 'at' in left ? left.at : (right as { at: number }).at;
  const holds =
    'value' in right
      ? (text: string) => test(text, right.value)
      : (text: string) => test((left as { value: string }).value, text);
  return (columns, rows) => {
    const { codes, dictionary, validity } = columns[at] as TextColumn;
    // Once a distinct text, not once a row.
    const byCode = Float64Array.from(dictionary.values, (text) => truth(holds(text)));
    const out = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      out[row] = isPresent(validity, row) ? (byCode[codes[row] as number] as number) : Number.NaN;
    }
    return out;
  };
}

function compareColumns(left: TextColumn, right: TextColumn, rows: number, operator: Comparison): Vector {
  const out = new Float64Array(rows);
  const equality = operator === '==' || operator === '!=';
  const translated = equality ? translate(left.dictionary, right.dictionary) : undefined;
  const test = textTests[operator];
  const whenEqual = operator === '==' ? 1 : 0;
  for (let row = 0; row < rows; row++) {
    if (!isPresent(left.validity, row) || !isPresent(right.validity, row)) out[row] = Number.NaN;
    else if (translated !== undefined) {
      out[row] = translated[left.codes[row] as number] === right.codes[row] ? whenEqual : 1 - whenEqual;
    } else {
      const a = left.dictionary.values[left.codes[row] as number] as string;
      out[row] = truth(test(a, right.dictionary.values[right.codes[row] as number] as string));
    }
  }
  return out;
}

/** Codes of one dictionary as codes of another, -1 where it lacks the text. */
function translate(from: Dictionary, to: Dictionary): Int32Array {
  return Int32Array.from(from.values, (text, code) => (from === to ? code : (to.codeOf.get(text) ?? -1)));
}
