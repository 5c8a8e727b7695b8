import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ConnectionOptions, createSecureContext } from 'node:tls';
import { ErrorCode, messageOf, TidemarkError } from '../../common/error.ts';
import type { KafkaSourceConfig } from '../../config/schema.ts';

function readPem(path: string, key: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new TidemarkError(ErrorCode.FILE_UNREADABLE, `ssl.${key} cannot be read: ${messageOf(cause)}`, {
      place: path,
      cure: 'Check the path, which is relative to the pipeline file, and its permissions.',
      cause,
    });
  }
}

/**
 * Options of TLS with the files read. They are read anew for each membership, so certificates that are replaced take effect
 * when it is renewed. Certificates are always verified: `ca` is the way to trust one's own.
 * @throws TidemarkError FILE_UNREADABLE, FILE_MALFORMED (no PEM, a key of another certificate)
 */
export function tlsOptions(ssl: KafkaSourceConfig['ssl'], directory: string): ConnectionOptions | boolean {
  if (typeof ssl === 'boolean') return ssl;
  const options: ConnectionOptions = {};
  if (ssl.servername !== undefined) options.servername = ssl.servername;
  const files: string[] = [];
  for (const key of ['ca', 'cert', 'key'] as const) {
    const given = ssl[key];
    if (given === undefined) continue;
    const path = resolve(directory, given);
    files.push(path);
    options[key] = readPem(path, key);
    if (!/-----BEGIN [A-Z ]+-----/.test(options[key] as string))
      throw malformed(path, `ssl.${key} holds nothing in PEM`);
  }
  try {
    createSecureContext(options);
  } catch (cause) {
    throw malformed(files.join(', '), `the files of ssl cannot be used: ${messageOf(cause)}`, cause);
  }
  return options;
}

function malformed(place: string, message: string, cause?: unknown): TidemarkError {
  return new TidemarkError(ErrorCode.FILE_MALFORMED, message, {
    place,
    cure: 'Give certificates and keys in PEM, the key without a passphrase and belonging to cert.',
    cause,
  });
}
