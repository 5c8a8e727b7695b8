import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';
import { type ModelSignature, parseSignature } from './signature.ts';

export const modelFile = 'model.onnx';
export const signatureFile = 'model.json';
/** In the format of `sha256sum`, so that anybody can check it: `sha256sum -c SHA256SUMS`. */
export const sumsFile = 'SHA256SUMS';

/** The files of one version, read and held against their checksums. */
export interface ModelFiles {
  readonly directory: string;
  readonly signature: ModelSignature;
  readonly signatureText: string;
  readonly onnx: Buffer;
  /** Text of `SHA256SUMS` for these bytes. */
  readonly sums: string;
  /** sha256 of `sums`: names both files at once. */
  readonly artifactId: string;
}

/**
 * Reads a version's directory. Where `SHA256SUMS` is there the files have to match it; a directory fresh from a training
 * command has none.
 * @throws MODEL_INVALID where a file is absent, damaged or wrong
 */
export async function readModelFiles(directory: string): Promise<ModelFiles> {
  const [onnx, signatureBytes, stated] = await Promise.all([
    readPart(directory, modelFile),
    readPart(directory, signatureFile),
    readFile(join(directory, sumsFile), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw unreadable(directory, sumsFile, error);
    }),
  ]);
  const sums = `${sha256(onnx)}  ${modelFile}\n${sha256(signatureBytes)}  ${signatureFile}\n`;
  if (stated !== undefined && stated !== sums) {
    const lines = sums.trimEnd().split('\n');
    const damaged = lines.filter((line) => !stated.includes(line)).map((line) => line.slice(line.indexOf('  ') + 2));
    throw new TidemarkError(
      ErrorCode.MODEL_INVALID,
      `${damaged.length === 0 ? sumsFile : damaged.join(' and ')} changed since the version was stored`,
      { place: directory, cure: 'Restore the directory from a backup, or train the version anew.' },
    );
  }
  if (onnx.length === 0) {
    throw new TidemarkError(ErrorCode.MODEL_INVALID, 'the file is empty', {
      place: join(directory, modelFile),
      cure: 'Train or export the model again.',
    });
  }
  const signatureText = signatureBytes.toString('utf8');
  const signature = parseSignature(signatureText, join(directory, signatureFile));
  return { directory, signature, signatureText, onnx, sums, artifactId: sha256(Buffer.from(sums)) };
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function readPart(directory: string, file: string): Promise<Buffer> {
  return await readFile(join(directory, file)).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(directory, file, error);
  });
}

function unreadable(directory: string, file: string, error: NodeJS.ErrnoException): TidemarkError {
  const reason = error.code === 'ENOENT' ? 'there is no such file' : messageOf(error);
  return new TidemarkError(ErrorCode.MODEL_INVALID, reason, {
    place: join(directory, file),
    cure: `A version's directory holds ${modelFile} and ${signatureFile}.`,
    cause: error,
  });
}
