import { ErrorNumber, FrontError } from './front-error.ts';
import { tokensOf } from './tokens.ts';

/** What a request asks of the engine. */
export type Statement =
  | {
      readonly kind: 'insert';
      /** `INSERT INTO table (columns) SETTINGS ...`, without the FORMAT. */
      readonly head: string;
      readonly format: string;
      /** Where the data begin that follow in the same text. */
      readonly dataAt: number;
    }
  | {
      readonly kind: 'other';
      readonly sql: string;
      /** The FORMAT that the statement names, and where the word stands. */
      readonly format: { readonly name: string; readonly at: number } | undefined;
      /** True where it cannot change anything. */
      readonly readOnly: boolean;
    };

const reading = new Set(['SELECT', 'WITH', 'SHOW', 'DESCRIBE', 'DESC', 'EXISTS', 'EXPLAIN', 'FROM', 'VALUES']);
const sessionOnly = new Set(['SET', 'USE']);

/**
 * Takes a statement apart as far as the front has to know it: an INSERT whose data follow (they go to the engine by a file),
 * and the format of an answer. Refuses what the server refuses by HTTP, too: several statements at once, files of the
 * server's machine, and SET and USE, which without a session change nothing.
 */
export function parseStatement(sql: string): Statement {
  let first: string | undefined;
  let query = false;
  let before = '';
  let format: { readonly name: string; readonly at: number } | undefined;
  /** Where the word FORMAT stands, if it is the word before. */
  let formatAt: number | undefined;
  let settings = false;
  let ended = false;
  for (const { kind, text, start, end, depth } of tokensOf(sql)) {
    if (ended) throw new FrontError(ErrorNumber.SYNTAX_ERROR, 'Syntax error: Multi-statements are not allowed');
    if (kind === 'semicolon') {
      ended = true;
      continue;
    }
    const name = text.toUpperCase();
    first ??= name;
    if (sessionOnly.has(first)) throw new FrontError(ErrorNumber.NOT_IMPLEMENTED, sessionless(first));
    if (depth > 0) continue;
    if (before === 'INTO' && name === 'OUTFILE') throw new FrontError(ErrorNumber.UNSUPPORTED_METHOD, outfile);
    if (before === 'FROM' && name === 'INFILE') throw new FrontError(ErrorNumber.UNSUPPORTED_METHOD, infile);
    if (formatAt !== undefined && kind === 'word') {
      if (first === 'INSERT' && !query)
        return { kind: 'insert', head: sql.slice(0, formatAt), format: text, dataAt: end };
      format = { name: text, at: formatAt };
      formatAt = undefined;
    } else {
      // What follows a format is the end or settings; else the word was the name of a column or a function.
      if (name === 'SETTINGS') settings = true;
      else if (!settings) format = undefined;
      formatAt = name === 'FORMAT' ? start : undefined;
    }
    // The values may hold anything, semicolons too: the engine's own parser reads them.
    if (name === 'VALUES' && first === 'INSERT' && !query)
      return { kind: 'other', sql, format: undefined, readOnly: false };
    if (name === 'SELECT' || name === 'WITH') query = true;
    before = name;
  }
  if (first === undefined) throw new FrontError(ErrorNumber.SYNTAX_ERROR, 'Syntax error: Empty query');
  return { kind: 'other', sql: ended ? sql.replace(/;\s*$/, '') : sql, format, readOnly: reading.has(first) };
}

function sessionless(first: string): string {
  const how = first === 'SET' ? 'settings as parameters of the request' : 'the database as a parameter of the request';
  return `${first} is lost without a session, and this store keeps none: send ${how}`;
}
const outfile = 'INTO OUTFILE is not allowed';
const infile = 'FROM INFILE is not allowed: send the data in the body of the request';
