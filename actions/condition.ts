import { ErrorCode, TidemarkError } from '../common/error.ts';
import { type Incident, type Severity, severities } from './incidents/incident.ts';

/** A condition of the pipeline file on an incident. */
export interface Condition {
  test(incident: Incident): boolean;
}

type Operator = '==' | '!=' | '>=' | '<=' | '>' | '<';
type Token = {
  readonly text: string;
  readonly at: number;
  readonly kind: 'word' | 'quoted' | 'operator' | 'parenthesis' | 'end';
};
type Test = (incident: Incident) => boolean;

/** What can be asked, and how it is compared. Lists hold if one of their members does. */
const texts: Readonly<Record<string, (incident: Incident) => readonly string[]>> = {
  kind: ({ kinds }) => kinds,
  cause: ({ cause }) => [cause],
  feature: ({ features }) => features,
  segment: ({ segments }) => segments,
  comparison: ({ comparison }) => [comparison],
  status: ({ status }) => [status],
  model: ({ features }) =>
    features.flatMap((feature) => (/^@(prediction|performance):/.test(feature) ? [feature.split(':')[1] ?? ''] : [])),
};
const numbers: Readonly<Record<string, (incident: Incident) => number>> = {
  effect: ({ effect }) => effect,
  importance: ({ importance }) => importance,
};
const kinds = ['drift', 'quality', 'performance', 'prediction', 'operational'];
const subjects = ['severity', ...Object.keys(texts), ...Object.keys(numbers)];

/**
 * Conditions such as `severity >= high and kind == performance`, `feature == distance or importance > 0.1`,
 * `not (cause == new-category)`. A kind by itself is short for `kind == ...`; `incident.` before a name may stand or not;
 * values with blanks or signs stand in double quotes. `not` binds tighter than `and`, `and` tighter than `or`.
 *
 * `kind`, `feature`, `segment` and `model` of an incident are lists: `==` asks whether the value is among them, `!=` whether it
 * is not.
 * @throws TidemarkError CONFIG_INVALID, naming the position (counted from 1) and what was expected there
 */
export function parseCondition(text: string): Condition {
  const tokens = tokenize(text);
  let next = 0;
  const peek = (): Token => tokens[next] as Token;
  const take = (): Token => tokens[next++] as Token;
  const accept = (word: string): boolean => {
    if (peek().text !== word || ['end', 'quoted'].includes(peek().kind)) return false;
    next++;
    return true;
  };
  const either = (): Test => {
    let test = both();
    while (accept('or')) {
      const [left, right] = [test, both()];
      test = (incident) => left(incident) || right(incident);
    }
    return test;
  };
  const both = (): Test => {
    let test = single();
    while (accept('and')) {
      const [left, right] = [test, single()];
      test = (incident) => left(incident) && right(incident);
    }
    return test;
  };
  const single = (): Test => {
    if (accept('not')) {
      const inner = single();
      return (incident) => !inner(incident);
    }
    if (accept('(')) {
      const inner = either();
      if (!accept(')')) throw wrong(text, peek(), 'expected )');
      return inner;
    }
    return comparison();
  };
  const comparison = (): Test => {
    const token = take();
    const subject = token.text.replace(/^incident\./, '');
    if (token.kind !== 'word') throw wrong(text, token, `expected one of ${subjects.join(', ')}`);
    if (kinds.includes(subject) && peek().kind !== 'operator') return (incident) => isAmong(incident.kinds, subject);
    if (!subjects.includes(subject)) throw wrong(text, token, `expected one of ${subjects.join(', ')}`);
    const operator = take();
    if (operator.kind !== 'operator') throw wrong(text, operator, 'expected ==, !=, >=, <=, > or <');
    const value = take();
    if (value.kind !== 'word' && value.kind !== 'quoted') throw wrong(text, value, 'expected a value');
    return testOf(text, subject, operator as Token & { readonly text: Operator }, value);
  };
  const test = either();
  if (peek().kind !== 'end') throw wrong(text, peek(), 'expected and, or, or the end');
  return { test };
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:([()])|(==|!=|>=|<=|>|<)|"([^"]*)"|([^\s()=!<>"]+(?:=[^\s()=!<>"]+)?))/y;
  let at = 0;
  while (text.slice(at).trim() !== '') {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) {
      const here = at + (text.slice(at).length - text.slice(at).trimStart().length);
      throw wrong(text, { text: text[here] ?? '', at: here, kind: 'word' }, 'this sign is not understood');
    }
    const [whole, parenthesis, operator, quoted, word] = match;
    const body = parenthesis ?? operator ?? quoted ?? word ?? '';
    const kind =
      parenthesis !== undefined
        ? 'parenthesis'
        : operator !== undefined
          ? 'operator'
          : quoted !== undefined
            ? 'quoted'
            : 'word';
    tokens.push({ text: body, at: at + whole.length - whole.trimStart().length, kind });
    at += whole.length;
  }
  return [...tokens, { text: 'the end', at: text.length, kind: 'end' }];
}

function testOf(text: string, subject: string, operator: Token & { readonly text: Operator }, value: Token): Test {
  if (subject === 'severity') {
    const level = severities.indexOf(value.text as Severity);
    if (level < 0) throw wrong(text, value, `expected one of ${severities.join(', ')}`);
    return ({ severity }) => compare(severities.indexOf(severity), operator.text, level);
  }
  const numberOf = numbers[subject];
  if (numberOf !== undefined) {
    const limit = Number(value.text);
    if (value.text === '' || !Number.isFinite(limit)) throw wrong(text, value, 'expected a number');
    return (incident) => compare(numberOf(incident), operator.text, limit);
  }
  if (operator.text !== '==' && operator.text !== '!=')
    throw wrong(text, operator, `${subject} has no order: expected == or !=`);
  if (subject === 'kind' && !kinds.includes(value.text))
    throw wrong(text, value, `expected one of ${kinds.join(', ')}`);
  const textsOf = texts[subject] as (incident: Incident) => readonly string[];
  const equal = operator.text === '==';
  return (incident) => isAmong(textsOf(incident), value.text) === equal;
}

function isAmong(items: readonly string[], wanted: string): boolean {
  return items.includes(wanted);
}

function compare(a: number, operator: Operator, b: number): boolean {
  switch (operator) {
    case '==':
      return a === b;
    case '!=':
      return a !== b;
    case '>=':
      return a >= b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '<':
      return a < b;
  }
}

function wrong(text: string, token: Token, reason: string): TidemarkError {
  const found = token.kind === 'end' ? 'it ends here' : `found ${token.text}`;
  return new TidemarkError(
    ErrorCode.CONFIG_INVALID,
    `in the condition "${text}" at character ${token.at + 1}: ${reason}; ${found}`,
    {
      cure: 'Write for example: severity >= high and (kind == performance or feature == distance).',
    },
  );
}
