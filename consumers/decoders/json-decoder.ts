import type { SourceMessage } from '../../common/source.ts';
import { type Decoded, type DecodeLimits, tombstone } from './decoder.ts';
import { createFlatReader } from './flat-json.ts';
import { decodeJson } from './json.ts';

export interface JsonDecoderOptions {
  readonly limits: DecodeLimits;
  /** JSON pointers of all that is read from an event. */
  readonly pointers: readonly string[];
  /** The caller looks at keys that no pointer names. */
  readonly seesUnknownKeys: boolean;
}

/**
 * Decodes one message. What it returns is good until the next call: a flat event is read into one record that is used anew.
 */
export function createJsonDecoder({ limits, pointers, seesUnknownKeys }: JsonDecoderOptions) {
  const keys = pointers.map((pointer) => pointer.slice(1));
  // A pointer into nested objects cannot be read flat.
  const flat = keys.every((key) => !/[/~]/.test(key));
  const readFlat = flat ? createFlatReader({ keys, onlyKeys: seesUnknownKeys, ...limits }) : undefined;
  return (message: SourceMessage): Decoded => {
    if (message.record !== undefined) return { ok: true, value: message.record };
    if (message.value === null) return tombstone;
    const value = readFlat?.(message.value);
    return value === undefined ? decodeJson(message.value, limits) : { ok: true, value };
  };
}
