import { exitCodeOf, messageOf, TidemarkError } from '../common/error.ts';

/** What a command ends with: 0 fine, 1 the data failed the check, 3 what was asked about does not run. Errors: `exitCodeOf`. */
export type ExitCode = 0 | 1 | 3;

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

export function printText(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Writes an error for people to standard error, or for machines to standard output, and returns the exit code. */
export function reportError(error: unknown, json: boolean): 2 | 3 {
  if (json) {
    const known = error instanceof TidemarkError;
    printJson({
      error: known
        ? { code: error.code, message: error.message, place: error.place, cure: error.cure }
        : { code: 'INTERNAL', message: messageOf(error) },
    });
  }
  if (error instanceof TidemarkError) process.stderr.write(`tidemark: ${error.toText()}\n`);
  else
    process.stderr.write(
      `tidemark: internal error, please report it: ${error instanceof Error ? error.stack : error}\n`,
    );
  return exitCodeOf(error);
}

/** What is left open when a command has ended, such as a request that a store never answers, holds the process no longer. */
const leaveAfterMs = 2000;

/** Wraps a command's action: awaits it, reports what it throws, and sets the exit code. */
export function command<Arguments extends unknown[]>(
  wantsJson: (...args: Arguments) => boolean,
  action: (...args: Arguments) => Promise<ExitCode>,
): (...args: Arguments) => Promise<void> {
  return async (...args) => {
    try {
      process.exitCode = await action(...args);
    } catch (error) {
      process.exitCode = reportError(error, wantsJson(...args));
    }
    setTimeout(() => process.exit(), leaveAfterMs).unref();
  };
}

/** Columns padded to their widest cell, two spaces between them. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, cell.length);
    });
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] as number))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `1 row`, `2 rows`. */
export function rowsText(count: number): string {
  return `${count} ${count === 1 ? 'row' : 'rows'}`;
}

/** How a comparison stands in a table: `few` where there were too few rows to judge, `-` where there was nothing to compare. */
export function statusOf({
  alarm,
  judged,
  not_judged_because: because,
}: {
  readonly alarm: boolean;
  readonly judged: boolean;
  readonly not_judged_because?: 'too_few_rows' | 'nothing_to_compare';
}): 'ALARM' | 'ok' | 'few' | '-' {
  if (alarm) return 'ALARM';
  if (judged) return 'ok';
  return because === 'too_few_rows' ? 'few' : '-';
}
