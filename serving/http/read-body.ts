import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Problem } from './problem.ts';

export interface BodyOptions {
  readonly encoding: 'identity' | 'gzip';
  /** After decompression. */
  readonly maxBytes: number;
  /** The Content-Length header, where there is one. */
  readonly declaredBytes: number | undefined;
}

/**
 * Reads a body into one buffer. Decompression stops at the limit, so a zip bomb costs `maxBytes` and a few chunks of memory
 * at most. What still comes in is for the caller to discard. Rejects when the sender goes away.
 */
export function readBody(payload: Readable, options: BodyOptions): Promise<Buffer | Problem> {
  const { maxBytes, declaredBytes } = options;
  if (declaredBytes !== undefined && declaredBytes > maxBytes) return Promise.resolve(tooLarge(maxBytes));
  const stream = options.encoding === 'gzip' ? payload.pipe(createGunzip()) : payload;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let done = false;
    const finish = (answer: Buffer | Problem): void => {
      if (done) return;
      done = true;
      if (!Buffer.isBuffer(answer)) {
        chunks.length = 0;
        if (stream !== payload) {
          payload.unpipe();
          stream.destroy();
        }
      }
      resolve(answer);
    };
    stream.on('data', (chunk: Buffer) => {
      if (done) return;
      bytes += chunk.length;
      if (bytes > maxBytes) finish(tooLarge(maxBytes));
      else chunks.push(chunk);
    });
    stream.on('end', () => finish(Buffer.concat(chunks, bytes)));
    if (stream !== payload) stream.on('error', (error) => finish(notGzip(error.message)));
    payload.on('error', reject);
    payload.on('close', () => {
      if (!payload.readableEnded) reject(new Error('the request was aborted'));
    });
  });
}

/** Reads and forgets what is left of a body, for at most `limitMs`. */
export function discardBody(payload: IncomingMessage, limitMs: number): Promise<void> {
  if (payload.readableEnded || payload.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, limitMs);
    payload.once('end', done);
    payload.once('close', done);
    payload.resume();
  });
}

function tooLarge(maxBytes: number): Problem {
  return {
    status: 413,
    code: 'BODY_TOO_LARGE',
    message: `the body is larger than ${maxBytes} bytes after decompression`,
    cure: 'Send fewer events a request, or raise source.http.maxBodyBytes',
  };
}

function notGzip(reason: string): Problem {
  return {
    status: 400,
    code: 'BODY_NOT_GZIP',
    message: `Content-Encoding says gzip, but the body does not decompress: ${reason}`,
    cure: 'Send the whole gzip stream, or leave the header out',
  };
}
