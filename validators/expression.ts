/**
 * The language of rules: `origin != destination and distance / hours <= 1200 or not (status is missing)`.
 *
 * Numbers; texts in single or double quotes (a backslash before a quote or a backslash); `true` and `false`; features by name, in
 * backquotes where the name holds a hyphen or is a word of the language; `+ - * /`, comparisons, `and`, `or`, `not`,
 * parentheses, `is missing`, `is not missing`. From loose to tight: or, and, not, comparisons, + -, * /, the sign.
 */
export type Expression = { readonly at: number } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'truth'; readonly value: boolean }
  | { readonly kind: 'feature'; readonly name: string }
  | { readonly kind: 'missing'; readonly name: string }
  | { readonly kind: 'not' | 'negative'; readonly of: Expression }
  | { readonly kind: 'binary'; readonly operator: Operator; readonly left: Expression; readonly right: Expression }
);

export type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type Calculation = '+' | '-' | '*' | '/';
export type Operator = 'or' | 'and' | Comparison | Calculation;

/** Where an expression is wrong and why. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  /** Index of the first character that could not be read. */
  readonly at: number;

  constructor(message: string, at: number) {
    super(`${message} at character ${at + 1}`);
    this.at = at;
  }
}

interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'quotedName' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

const tokenPattern =
  /\s*(?:(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([A-Za-z_][\w.]*)|`([^`]+)`|(<=|>=|!=|==|=|<>|[-+*/()<>]))/iy;
const charactersMax = 4096;
/** Nested deeper, a rule is no rule any more; and the reader below is recursive. */
const depthMax = 50;
const words: ReadonlySet<string> = new Set(['and', 'or', 'not', 'is', 'missing', 'true', 'false']);

function tokensOf(source: string): Token[] {
  if (source.length > charactersMax) throw new ExpressionError(`more than ${charactersMax} characters`, charactersMax);
  const tokens: Token[] = [];
  let at = 0;
  while (source.slice(at).trim() !== '') {
    tokenPattern.lastIndex = at;
    const match = tokenPattern.exec(source);
    const start = at + source.slice(at).search(/\S/);
    if (match === null) {
      const char = source[start] as string;
      throw new ExpressionError(/["'`]/.test(char) ? `the quote ${char} is not closed` : `unexpected ${char}`, start);
    }
    const [, number, text, name, quotedName, sign = ''] = match;
    at = tokenPattern.lastIndex;
    if (number !== undefined) tokens.push({ kind: 'number', text: number, at: start });
    else if (text !== undefined)
      tokens.push({ kind: 'text', text: text.slice(1, -1).replace(/\\(.)/gs, '$1'), at: start });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name, at: start });
    else if (quotedName !== undefined) tokens.push({ kind: 'quotedName', text: quotedName, at: start });
    else tokens.push({ kind: 'sign', text: sign === '=' ? '==' : sign === '<>' ? '!=' : sign, at: start });
  }
  tokens.push({ kind: 'end', text: '', at: source.length });
  return tokens;
}

/**
 * Parses an expression; its types are checked by `typeOf`.
 * @throws ExpressionError
 */
export function parseExpression(source: string): Expression {
  const tokens = tokensOf(source);
  let next = 0;
  let depth = 0;
  const peek = (): Token => tokens[next] as Token;
  const takes = (...texts: readonly string[]): Token | undefined => {
    const token = peek();
    const comparable =
      token.kind === 'name' ? token.text.toLowerCase() : token.kind === 'sign' ? token.text : undefined;
    if (comparable === undefined || !texts.includes(comparable)) return undefined;
    next++;
    return token;
  };
  const unexpected = (expected: string): never => {
    const { kind, text, at } = peek();
    throw new ExpressionError(`expected ${expected}, found ${kind === 'end' ? 'the end' : text}`, at);
  };
  const deeper = <Result>(read: () => Result): Result => {
    if (++depth > depthMax) throw new ExpressionError(`more than ${depthMax} levels`, peek().at);
    const result = read();
    depth--;
    return result;
  };
  const chain = (read: () => Expression, ...operators: readonly Operator[]): Expression => {
    let left = read();
    for (let token = takes(...operators); token !== undefined; token = takes(...operators)) {
      left = { kind: 'binary', operator: token.text.toLowerCase() as Operator, left, right: read(), at: token.at };
    }
    return left;
  };

  const either = (): Expression => chain(both, 'or');
  const both = (): Expression => chain(negation, 'and');
  function negation(): Expression {
    const token = takes('not');
    return token === undefined ? comparison() : { kind: 'not', of: deeper(negation), at: token.at };
  }
  function comparison(): Expression {
    const left = sum();
    const token = takes('==', '!=', '<', '<=', '>', '>=');
    if (token === undefined) return left;
    const found: Expression = { kind: 'binary', operator: token.text as Comparison, left, right: sum(), at: token.at };
    if (/^(==|!=|<=?|>=?)$/.test(peek().text)) unexpected('and, as in a < b and b < c');
    return found;
  }
  const sum = (): Expression => chain(product, '+', '-');
  const product = (): Expression => chain(signed, '*', '/');
  function signed(): Expression {
    const token = takes('-');
    return token === undefined ? operand() : { kind: 'negative', of: deeper(signed), at: token.at };
  }
  function operand(): Expression {
    const open = takes('(');
    if (open !== undefined) {
      const inner = deeper(either);
      if (takes(')') === undefined) unexpected(')');
      return inner;
    }
    const truth = takes('true', 'false');
    if (truth !== undefined) return { kind: 'truth', value: truth.text.toLowerCase() === 'true', at: truth.at };
    const { kind, text, at } = peek();
    if (kind === 'sign' || kind === 'end' || (kind === 'name' && words.has(text.toLowerCase()))) {
      return unexpected('a feature, a number or a text in quotes');
    }
    next++;
    if (kind === 'number') return { kind, value: Number(text), at };
    if (kind === 'text') return { kind, value: text, at };
    if (takes('is') === undefined) return { kind: 'feature', name: text, at };
    const negated = takes('not') !== undefined;
    if (takes('missing') === undefined) unexpected('missing');
    const missing: Expression = { kind: 'missing', name: text, at };
    return negated ? { kind: 'not', of: missing, at } : missing;
  }

  const expression = either();
  if (peek().kind !== 'end') unexpected('an operator');
  return expression;
}
