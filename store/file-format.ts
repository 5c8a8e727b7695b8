import { closeSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { basename } from 'node:path';
import { ErrorCode, messageOf, TidemarkError } from '../common/error.ts';

/** What a file is, by its ending, as the engine calls it. */
export interface FileFormat {
  readonly engineFormat: 'Parquet' | 'CSVWithNames' | 'TSVWithNames' | 'JSONEachRow' | 'Arrow' | 'ArrowStream';
  /** True where types are inferred from text and may turn out wrong further down. */
  readonly textual: boolean;
  /** The ending with which the engine recognises the compression, such as `.gz`; empty for none. */
  readonly compression: string;
}

const formats: Readonly<Record<string, FileFormat['engineFormat']>> = {
  parquet: 'Parquet',
  csv: 'CSVWithNames',
  tsv: 'TSVWithNames',
  ndjson: 'JSONEachRow',
  jsonl: 'JSONEachRow',
  arrow: 'Arrow',
  feather: 'Arrow',
  arrows: 'ArrowStream',
};
const endings = Object.keys(formats)
  .map((ending) => `.${ending}`)
  .join(', ');
const sniffBytes = 65_536;

/**
 * Looks at a file before the engine does: existence, kind, ending, magic bytes, and zero bytes where text is expected.
 * @throws TidemarkError FILE_UNREADABLE, FILE_MALFORMED
 */
export function recognizeFile(path: string): FileFormat {
  const match = /\.([a-z0-9]+)(\.(?:gz|zst|xz|bz2|lz4))?$/i.exec(basename(path));
  const engineFormat = formats[(match?.[1] ?? '').toLowerCase()];
  const stat = statOf(path);
  if (stat.isDirectory())
    throw unreadable(path, 'is a directory, not a file', 'Name one file; several files are compared one by one.');
  if (!stat.isFile()) throw unreadable(path, 'is no regular file', 'Write the data to a file first.');
  if (engineFormat === undefined)
    throw malformed(
      path,
      'the ending says no format that is known here',
      `Known endings: ${endings} (and .gz, .zst after them).`,
    );
  if (stat.size === 0) throw malformed(path, 'the file is empty (0 bytes)', 'Check the job that wrote it.');
  const format: FileFormat = {
    engineFormat,
    textual: !['Parquet', 'Arrow', 'ArrowStream'].includes(engineFormat),
    compression: match?.[2] ?? '',
  };
  if (format.compression === '') checkBytes(path, stat.size, format);
  return format;
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    throw unreadable(
      path,
      missing ? 'no such file' : `cannot be looked at: ${messageOf(cause)}`,
      missing ? 'Check the path.' : 'Check its permissions and those of its folder.',
      cause,
    );
  }
}

function checkBytes(path: string, size: number, format: FileFormat): void {
  const { head, tail } = headAndTail(path, size);
  if (format.engineFormat === 'Parquet') {
    const begins = head.toString('latin1', 0, 4);
    if (begins !== 'PAR1' && begins !== 'PARE')
      throw malformed(
        path,
        'is no Parquet file (it does not begin with PAR1)',
        'Give the file the ending of its format.',
      );
    const ends = tail.toString('latin1', Math.max(0, tail.length - 4));
    if (ends !== 'PAR1' && ends !== 'PARE')
      throw malformed(
        path,
        'is a Parquet file without its end: it was cut off, or is still being written',
        'Copy it again, or wait until its writer has finished.',
      );
  } else if (format.engineFormat === 'Arrow') {
    if (head.toString('latin1', 0, 6) !== 'ARROW1')
      throw malformed(path, 'is no Arrow file (it does not begin with ARROW1)', 'Arrow streams end in .arrows.');
    if (tail.toString('latin1', Math.max(0, tail.length - 6)) !== 'ARROW1')
      throw malformed(path, 'is an Arrow file without its end: it was cut off', 'Copy it again.');
  } else if (format.textual && head.includes(0)) {
    throw malformed(
      path,
      'holds zero bytes, so it is binary or UTF-16 and not UTF-8 text',
      'Give it the ending of its format, or convert it to UTF-8.',
    );
  }
}

function headAndTail(path: string, size: number): { readonly head: Buffer; readonly tail: Buffer } {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (cause) {
    throw unreadable(path, `cannot be opened: ${messageOf(cause)}`, 'Check its permissions.', cause);
  }
  try {
    const head = Buffer.alloc(Math.min(size, sniffBytes));
    const tail = Buffer.alloc(Math.min(size, 8));
    readSync(descriptor, head, 0, head.length, 0);
    readSync(descriptor, tail, 0, tail.length, size - tail.length);
    return { head, tail };
  } finally {
    closeSync(descriptor);
  }
}

export function unreadable(path: string, reason: string, cure: string, cause?: unknown): TidemarkError {
  return new TidemarkError(ErrorCode.FILE_UNREADABLE, reason, { place: path, cure, cause });
}

export function malformed(path: string, reason: string, cure: string, cause?: unknown): TidemarkError {
  return new TidemarkError(ErrorCode.FILE_MALFORMED, reason, { place: path, cure, cause });
}
