import { messageOf } from '../../common/error.ts';
import { formatPointer } from '../../common/pointer.ts';
import { type Violation, ViolationCode } from '../../common/violation.ts';
import type { Decoded } from './decoder.ts';

/**
 * Why bytes are no value of their schema. Thrown within a decoder and turned into a violation at its edge: a damaged event is
 * rare, and a check of every value that is read would not be.
 */
export class DecodeFault extends Error {
  override readonly name = 'DecodeFault';
  readonly code: ViolationCode;
  /** From the value where it was found outwards; turned round at the edge. */
  readonly keys: string[] = [];

  constructor(code: ViolationCode, message: string) {
    super(message);
    this.code = code;
  }
}

export function malformed(message: string): DecodeFault {
  return new DecodeFault(ViolationCode.MALFORMED, message);
}

/** The error with the key under which it was found. */
export function within(error: unknown, key: string | number): unknown {
  if (error instanceof DecodeFault) error.keys.push(String(key));
  return error;
}

/** The violation that a fault is; anything else that was thrown is a bug of ours. */
export function refuseFault(error: unknown, payload: Buffer): Decoded {
  if (!(error instanceof DecodeFault)) {
    return refuse(ViolationCode.INTERNAL, `the decoder failed: ${messageOf(error)}`, payload);
  }
  return refuse(error.code, error.message, payload, formatPointer(error.keys.toReversed()));
}

/** A violation that shows the first bytes in hexadecimal digits. */
export function refuse(code: ViolationCode, message: string, payload: Buffer, path = ''): Decoded {
  const violation: Violation = { code, path, message: message.slice(0, 500), value: payload.toString('hex', 0, 100) };
  return { ok: false, violation };
}
