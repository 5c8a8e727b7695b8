/** Numbers and names of ClickHouse's own exceptions that the front throws itself. */
export const ErrorNumber = {
  UNSUPPORTED_METHOD: 1,
  BAD_ARGUMENTS: 36,
  NOT_IMPLEMENTED: 48,
  SYNTAX_ERROR: 62,
  UNKNOWN_SETTING: 115,
  READONLY: 164,
  REQUIRED_PASSWORD: 194,
  TOO_MANY_SIMULTANEOUS_QUERIES: 202,
  TOO_LARGE_STRING_SIZE: 131,
  UNKNOWN_QUERY_PARAMETER: 456,
  AUTHENTICATION_FAILED: 516,
} as const;
export type ErrorNumber = (typeof ErrorNumber)[keyof typeof ErrorNumber];

const nameOf = new Map<number, string>(Object.entries(ErrorNumber).map(([name, number]) => [number, name]));

/** What the front refuses itself, in the words and numbers a ClickHouse server uses. */
export class FrontError extends Error {
  override readonly name = 'FrontError';

  constructor(number: ErrorNumber, message: string) {
    super(`Code: ${number}. DB::Exception: ${message}. (${nameOf.get(number)})`);
  }
}

/** How an exception is answered: `Code: N. DB::Exception: ... (NAME)`, which is what clients read errors from. */
export interface ErrorAnswer {
  readonly status: number;
  readonly number: number;
  readonly text: string;
}

/** Numbers that the server answers with other statuses than 500. */
const statuses: readonly (readonly [status: number, numbers: readonly number[]])[] = [
  [400, [36, 41, 27, 62, 72, 115, 117, 130, 131, 386, 456]],
  [401, [194]],
  [403, [164, 497, 516]],
  [404, [16, 46, 47, 50, 60, 81]],
  [501, [1, 48]],
  // The client's side counts it among what passes: the statement is sent again.
  [503, [202]],
];

export function errorAnswer(error: unknown): ErrorAnswer {
  const message = error instanceof Error ? error.message : String(error);
  const found = /^Code: (\d+)\. DB::Exception: /.exec(message);
  const number = found === null ? 1002 : Number(found[1]);
  const text = found === null ? `Code: 1002. DB::Exception: ${message}. (UNKNOWN_EXCEPTION)` : message;
  const status = statuses.find(([, numbers]) => numbers.includes(number))?.[0] ?? 500;
  return { status, number, text };
}
