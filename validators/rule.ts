import { type Column, isPresent } from '../common/columns.ts';
import type { FeatureField } from '../common/feature.ts';
import { type Expression, featuresRead, parseExpression } from './expression.ts';

type Value = number | string | boolean;
type Evaluate = (row: number) => Value;

/**
 * Compiles a rule to a test of rows. A rule holds where a feature whose value it reads is absent: what is not there breaks
 * nothing. Texts and numbers are never equal, and neither is less than the other.
 */
export function compileRule(
  source: string,
  fields: readonly FeatureField[],
): (columns: readonly Column[]) => (row: number) => boolean {
  const expression = parseExpression(source);
  const indexOf = new Map(fields.map(({ name }, at) => [name, at]));
  const read = [...featuresRead(expression).values].map((name) => indexOf.get(name) as number);
  return (columns) => {
    const evaluate = bind(expression, columns, indexOf);
    return (row) => {
      for (const at of read) if (!isPresent((columns[at] as Column).validity, row)) return true;
      return evaluate(row) === true;
    };
  };
}

function bind(expression: Expression, columns: readonly Column[], indexOf: ReadonlyMap<string, number>): Evaluate {
  switch (expression.kind) {
    case 'number':
    case 'text': {
      const { value } = expression;
      return () => value;
    }
    case 'feature': {
      const column = columns[indexOf.get(expression.name) as number] as Column;
      if (column.kind === 'number') return (row) => column.values[row] as number;
      return (row) => column.dictionary.values[column.codes[row] as number] as string;
    }
    case 'missing': {
      const { validity } = columns[indexOf.get(expression.name) as number] as Column;
      return (row) => !isPresent(validity, row);
    }
    case 'not': {
      const of = bind(expression.of, columns, indexOf);
      return (row) => of(row) !== true;
    }
    case 'binary': {
      const left = bind(expression.left, columns, indexOf);
      const right = bind(expression.right, columns, indexOf);
      return operators[expression.operator](left, right);
    }
  }
}

const compare = (test: (a: Value, b: Value) => boolean) => (left: Evaluate, right: Evaluate) => (row: number) => {
  const a = left(row);
  const b = right(row);
  return typeof a === typeof b && test(a, b);
};
const calculate = (result: (a: number, b: number) => number) => (left: Evaluate, right: Evaluate) => (row: number) =>
  result(Number(left(row)), Number(right(row)));

const operators = {
  or: (left: Evaluate, right: Evaluate) => (row: number) => left(row) === true || right(row) === true,
  and: (left: Evaluate, right: Evaluate) => (row: number) => left(row) === true && right(row) === true,
  '=': compare((a, b) => a === b),
  '!=': (left: Evaluate, right: Evaluate) => (row: number) => left(row) !== right(row),
  '<': compare((a, b) => a < b),
  '<=': compare((a, b) => a <= b),
  '>': compare((a, b) => a > b),
  '>=': compare((a, b) => a >= b),
  '+': calculate((a, b) => a + b),
  '-': calculate((a, b) => a - b),
  '*': calculate((a, b) => a * b),
  '/': calculate((a, b) => a / b),
};
