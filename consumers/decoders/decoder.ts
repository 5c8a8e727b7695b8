import type { SourceBatch, SourceMessage } from '../../common/source.ts';
import { type Violation, ViolationCode } from '../../common/violation.ts';

/** What an event may cost; more is a violation. */
export interface DecodeLimits {
  /** Of one event. */
  readonly maxBytes: number;
  /** Of nested objects and arrays; a flat event has depth 1. At most 1000 count. */
  readonly maxDepth: number;
  /** Of one text value, in UTF-8; of one value of bytes. */
  readonly maxFieldBytes: number;
}

export type Decoded =
  | { readonly ok: true; readonly value: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly violation: Violation };

/**
 * Makes events of messages. What it gives looks like what JSON gives: objects, arrays, texts, numbers, booleans and null;
 * besides, an integer that a double cannot hold is a bigint, so that the contract sees that precision would be lost.
 */
export interface Decoder {
  /** False where {@link Decoder.prepare} never has to wait, and need not be called. */
  readonly waits: boolean;
  /** Never throws: what cannot be decoded is a violation. Everything it needs is there after {@link Decoder.prepare}. */
  decode(message: SourceMessage): Decoded;
  /**
   * Fetches what the messages of the batch need, such as the schemas they name; undefined where nothing has to be waited for.
   * Waits as long as it takes, and rejects only when `signal` is aborted.
   */
  prepare(batch: SourceBatch, signal: AbortSignal): Promise<void> | undefined;
}

/** Deeper values are refused whatever the limit says: walking them needs the stack. */
export const depthMax = 1000;

/** What has no bytes to decode: the record that a file of columns gives, or the violation of a tombstone. */
export function decodeWithoutBytes(message: SourceMessage): Decoded | undefined {
  if (message.record !== undefined) return { ok: true, value: message.record };
  return message.value === null ? tombstone : undefined;
}

export const tombstone: Decoded = {
  ok: false,
  violation: {
    code: ViolationCode.NOT_AN_OBJECT,
    path: '',
    message: 'expected an event, found an empty message (a tombstone)',
  },
};
