import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { quote } from '../quote.ts';
import { ErrorNumber, FrontError } from './front-error.ts';
import type { FrontRequest } from './request.ts';
import type { EngineResult, EngineSession } from './session.ts';

/** What a statement came to: its answer in memory, or in a file where it may be large or is no text. */
export interface Executed {
  readonly result: EngineResult;
  readonly format: string;
  /** To be sent and removed by the caller. */
  readonly answerFile: { readonly path: string; readonly bytes: number } | undefined;
}

/** Answers that programs ask for to take many rows away. They are written to disk whole, so that an error is seen before. */
const byFile = /^(Arrow|ArrowStream|Parquet|ORC|Avro|Native|RowBinary\w*|MsgPack|CSV\w*)$/;

/** Runs a statement as the server would. The engine reads the data of an INSERT from the file, by the statement's format. */
export async function execute(engine: EngineSession, request: FrontRequest, spool: string): Promise<Executed> {
  const { statement, surroundings, dataFile, defaultFormat } = request;
  const readOnly = statement.kind === 'other' && statement.readOnly;
  if (!readOnly && (surroundings.settings['readonly'] ?? '0') !== '0')
    throw new FrontError(ErrorNumber.READONLY, 'Cannot execute query in readonly mode');
  if (statement.kind === 'insert') {
    const { head, format } = statement;
    const from = `FROM INFILE ${quote(dataFile ?? '/dev/null')} COMPRESSION 'none'`;
    const sql = dataFile === undefined ? undefined : `${withFile(head, from)} FORMAT ${format}`;
    // An INSERT of nothing is fine, which the engine would call a mistake.
    const result = sql === undefined ? empty : await engine.run(sql, surroundings, 'Null');
    return { result, format, answerFile: undefined };
  }
  const { sql } = statement;
  const format = statement.format?.name ?? defaultFormat;
  if (!byFile.test(format) || !statement.readOnly) {
    return { result: await engine.run(sql, surroundings, format), format, answerFile: undefined };
  }
  const path = join(spool, `${randomUUID()}.answer`);
  const into = `INTO OUTFILE ${quote(path)}`;
  const at = statement.format?.at;
  const whole = at === undefined ? `${sql}\n${into} FORMAT ${format}` : `${sql.slice(0, at)}\n${into} ${sql.slice(at)}`;
  const result = await engine.run(whole, surroundings, format);
  return { result, format, answerFile: { path, bytes: (await stat(path)).size } };
}

/** The file stands before the settings of an INSERT. */
function withFile(head: string, from: string): string {
  const settings = /\sSETTINGS\s/i.exec(head);
  if (settings === null) return `${head} ${from}`;
  return `${head.slice(0, settings.index)} ${from}${head.slice(settings.index)}`;
}

const empty: EngineResult = { bytes: new Uint8Array(), readRows: 0, readBytes: 0, elapsedNs: 0 };
