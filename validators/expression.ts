/**
 * The language of rules: `origin != destination and distance / hours <= 1200 or not (status is missing)`.
 * Numbers, texts in single or double quotes, features by name, + - * /, comparisons, and, or, not, parentheses.
 */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'feature'; readonly name: string }
  | { readonly kind: 'missing'; readonly name: string }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: Operator; readonly left: Expression; readonly right: Expression };

export type Operator = 'or' | 'and' | '=' | '!=' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/';

/** Where an expression is wrong and why. */
export class ExpressionError extends Error {
  /** Index of the first character that could not be read. */
  readonly at: number;
  constructor(message: string, at: number) {
    super(`${message} at character ${at + 1}`);
    this.at = at;
  }
}

interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

const tokenPattern =
  /\s*(?:(\d+(?:\.\d+)?(?:e[+-]?\d+)?)|("[^"]*"|'[^']*')|([A-Za-z_@][\w.@:-]*)|(<=|>=|!=|==|[-+*/()<>=]))/giy;
/** Nested deeper, a rule is no rule any more; and the reader below is recursive. */
const depthMax = 50;

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  let at = 0;
  while (source.slice(at).trim() !== '') {
    tokenPattern.lastIndex = at;
    const match = tokenPattern.exec(source);
    if (match === null)
      throw new ExpressionError(`unexpected "${source.slice(at).trim()[0]}"`, at + source.slice(at).search(/\S/));
    const [all, number, text, name, sign] = match;
    const start = at + all.search(/\S/);
    at = tokenPattern.lastIndex;
    if (number !== undefined) tokens.push({ kind: 'number', text: number, at: start });
    else if (text !== undefined) tokens.push({ kind: 'text', text: text.slice(1, -1), at: start });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name, at: start });
    else tokens.push({ kind: 'sign', text: sign === '==' ? '=' : (sign as string), at: start });
  }
  tokens.push({ kind: 'end', text: 'the end', at: source.length });
  return tokens;
}

/** Operators from the loosest to the tightest. */
const levels: readonly (readonly Operator[])[] = [
  ['or'],
  ['and'],
  ['=', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/'],
];

export function parseExpression(source: string): Expression {
  const tokens = tokensOf(source);
  let next = 0;
  const peek = (): Token => tokens[next] as Token;
  const take = (text: string): boolean => {
    if (peek().kind === 'text' || peek().kind === 'end' || peek().text.toLowerCase() !== text) return false;
    next++;
    return true;
  };
  const unexpected = (): never => {
    throw new ExpressionError(`unexpected ${peek().kind === 'end' ? 'end' : `"${peek().text}"`}`, peek().at);
  };

  function level(index: number, depth: number): Expression {
    const operators = levels[index];
    if (operators === undefined) return unary(depth);
    let left = level(index + 1, depth);
    for (;;) {
      const operator = operators.find(take);
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: level(index + 1, depth) };
    }
  }

  function unary(depth: number): Expression {
    if (depth > depthMax) throw new ExpressionError(`more than ${depthMax} levels`, peek().at);
    // `not` binds looser than a comparison: not a = b is not (a = b).
    if (take('not')) return { kind: 'not', of: level(2, depth + 1) };
    if (take('-'))
      return { kind: 'binary', operator: '-', left: { kind: 'number', value: 0 }, right: unary(depth + 1) };
    if (take('(')) {
      const inside = level(0, depth + 1);
      if (!take(')')) unexpected();
      return inside;
    }
    const token = peek();
    next++;
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text) };
    if (token.kind === 'text') return { kind: 'text', value: token.text };
    if (token.kind !== 'name') {
      next--;
      return unexpected();
    }
    if (!take('is')) return { kind: 'feature', name: token.text };
    const present = take('not');
    if (!take('missing')) unexpected();
    const missing: Expression = { kind: 'missing', name: token.text };
    return present ? { kind: 'not', of: missing } : missing;
  }

  const expression = level(0, 0);
  if (peek().kind !== 'end') unexpected();
  return expression;
}

/** The features an expression reads; those it only asks to be missing apart. */
export function featuresRead(expression: Expression): {
  readonly values: ReadonlySet<string>;
  readonly presence: ReadonlySet<string>;
} {
  const values = new Set<string>();
  const presence = new Set<string>();
  const walk = (at: Expression): void => {
    if (at.kind === 'feature') values.add(at.name);
    else if (at.kind === 'missing') presence.add(at.name);
    else if (at.kind === 'not') walk(at.of);
    else if (at.kind === 'binary') {
      walk(at.left);
      walk(at.right);
    }
  };
  walk(expression);
  return { values, presence };
}
