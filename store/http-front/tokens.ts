/** A piece of a statement outside of quotes and comments. */
export interface Token {
  readonly kind: 'word' | 'semicolon' | 'other';
  readonly text: string;
  /** Where it begins and the place after it, in UTF-16 units of the statement. */
  readonly start: number;
  readonly end: number;
  /** How many brackets are open around it. */
  readonly depth: number;
}

// Sticky, one after the other: what is skipped as a whole, then words, then single characters. A quoted piece that never ends
// reaches to the end of the text: the engine will say what is wrong with it.
const skipped =
  /\s+|--[^\n]*|#[! ][^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)|"(?:[^"\\]|\\[\s\S]|"")*(?:"|$)|`(?:[^`\\]|\\[\s\S]|``)*(?:`|$)|\$([A-Za-z_]*)\$[\s\S]*?(?:\$\1\$|$)/y;
const word = /[A-Za-z_][A-Za-z0-9_]*/y;

/**
 * The words and signs of a statement of ClickHouse's SQL, without white space, comments, strings and quoted names. Made one by
 * one, because what follows an INSERT's FORMAT is data of any size.
 */
export function* tokensOf(sql: string): Generator<Token> {
  let depth = 0;
  for (let at = 0; at < sql.length; ) {
    skipped.lastIndex = at;
    const skip = skipped.exec(sql)?.[0].length ?? 0;
    if (skip > 0) {
      at += skip;
      continue;
    }
    word.lastIndex = at;
    const text = word.exec(sql)?.[0] ?? (sql[at] as string);
    const end = at + text.length;
    if (text === ')' || text === ']' || text === '}') depth = Math.max(0, depth - 1);
    const kind = text === ';' ? 'semicolon' : /^[A-Za-z_]/.test(text) ? 'word' : 'other';
    yield { kind, text, start: at, end, depth };
    if (text === '(' || text === '[' || text === '{') depth++;
    at = end;
  }
}
