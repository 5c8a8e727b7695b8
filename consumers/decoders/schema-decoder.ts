import { type Decoded, type DecodeLimits, type Decoder, decodeWithoutBytes } from './decoder.ts';
import { type ReadPayload, tooLarge } from './payload.ts';

/** Events of one schema that is known beforehand. There is nothing to prepare. */
export function createSchemaDecoder(read: ReadPayload, limits: DecodeLimits): Decoder {
  return {
    waits: false,
    decode(message) {
      const { value } = message;
      if (message.record !== undefined || value === null) return decodeWithoutBytes(message) as Decoded;
      return value.length > limits.maxBytes ? tooLarge(value, limits) : read(value, 0);
    },
    prepare: () => undefined,
  };
}
