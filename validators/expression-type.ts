import type { FeatureType } from '../common/feature.ts';
import { suggestion } from '../common/nearest.ts';
import { parseTimestampMs } from '../common/timestamp.ts';
import { type Expression, ExpressionError } from './expression.ts';

/** What an expression gives. A moment is in ms since 1970; the difference of two is a number of ms. */
export type ExpressionType = 'number' | 'text' | 'logic' | 'moment' | 'vector';

const typeOfFeature: Readonly<Record<FeatureType, ExpressionType>> = {
  number: 'number',
  integer: 'number',
  boolean: 'logic',
  string: 'text',
  timestamp: 'moment',
  vector: 'vector',
};
const words: Readonly<Record<ExpressionType, string>> = {
  number: 'a number',
  text: 'a text',
  logic: 'true or false',
  moment: 'a timestamp',
  vector: 'a vector',
};

/**
 * The type of an expression over features of these types.
 * @throws ExpressionError where types do not fit, or a feature is unknown
 */
export function typeOf(expression: Expression, features: ReadonlyMap<string, FeatureType>): ExpressionType {
  const { at } = expression;
  switch (expression.kind) {
    case 'number':
    case 'text':
      return expression.kind;
    case 'truth':
      return 'logic';
    case 'feature':
    case 'missing': {
      const { name } = expression;
      const type = features.get(name);
      if (type === undefined) {
        const hint = suggestion(name, features.keys()) || '; a text stands in quotes';
        throw new ExpressionError(`there is no feature ${name}${hint}`, at);
      }
      return expression.kind === 'missing' ? 'logic' : typeOfFeature[type];
    }
    case 'not':
      demand(expression.of, 'logic', features);
      return 'logic';
    case 'negative':
      demand(expression.of, 'number', features);
      return 'number';
    case 'binary':
      return typeOfBinary(expression, features);
  }
}

type Binary = Extract<Expression, { readonly kind: 'binary' }>;

function typeOfBinary(
  { operator, left, right, at }: Binary,
  features: ReadonlyMap<string, FeatureType>,
): ExpressionType {
  if (operator === 'and' || operator === 'or') {
    demand(left, 'logic', features);
    demand(right, 'logic', features);
    return 'logic';
  }
  const [a, b] = [typeOf(left, features), typeOf(right, features)];
  if (operator === '+' || operator === '-' || operator === '*' || operator === '/') {
    if (a === 'number' && b === 'number') return 'number';
    if (operator === '-' && a === 'moment' && b === 'moment') return 'number';
    if ((operator === '+' || operator === '-') && a === 'moment' && b === 'number') return 'moment';
    throw new ExpressionError(`${words[a]} ${operator} ${words[b]} cannot be computed`, at);
  }
  const equality = operator === '==' || operator === '!=';
  if (a === b && a !== 'vector' && (a !== 'logic' || equality)) return 'logic';
  // '2001-01-31' stands for a moment beside one.
  if ((a === 'moment' && momentOf(right) !== undefined) || (b === 'moment' && momentOf(left) !== undefined)) {
    return 'logic';
  }
  throw new ExpressionError(`${words[a]} cannot be compared with ${words[b]} by ${operator}`, at);
}

/** The moment a text literal names. */
export function momentOf(expression: Expression): number | undefined {
  return expression.kind === 'text' ? parseTimestampMs(expression.value) : undefined;
}

function demand(expression: Expression, wanted: ExpressionType, features: ReadonlyMap<string, FeatureType>): void {
  const found = typeOf(expression, features);
  if (found === wanted) return;
  throw new ExpressionError(`expected ${words[wanted]}, found ${words[found]}`, expression.at);
}
