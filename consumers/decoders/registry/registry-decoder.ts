import type { SourceBatch } from '../../../common/source.ts';
import { ViolationCode } from '../../../common/violation.ts';
import { type Decoded, type DecodeLimits, type Decoder, decodeWithoutBytes } from '../decoder.ts';
import { refuse } from '../fault.ts';
import { type ReadPayload, tooLarge } from '../payload.ts';
import type { SchemaCache } from './schema-cache.ts';

/** Magic byte 0, then the schema's id in four bytes, most significant first. */
const frameBytes = 5;

/** Events in Confluent's wire format; each names its schema by id. */
export function createRegistryDecoder(cache: SchemaCache, limits: DecodeLimits): Decoder {
  // Of one event after the other the schema is nearly always the same.
  let lastId = -1;
  let last: ReadPayload | undefined;

  function readerOf(id: number): ReadPayload | undefined {
    if (id !== lastId || last === undefined) {
      last = cache.get(id);
      lastId = id;
    }
    return last;
  }

  return {
    waits: cache.waits,
    decode(message) {
      const { value } = message;
      if (message.record !== undefined || value === null) return decodeWithoutBytes(message) as Decoded;
      if (value.length > limits.maxBytes) return tooLarge(value, limits);
      if (!isFramed(value)) return badFrame(value);
      const id = value.readUInt32BE(1);
      const read = readerOf(id);
      if (read !== undefined) return read(value, frameBytes);
      return refuse(ViolationCode.INTERNAL, `schema ${id} was not prepared, or forgotten: raise registry.cache`, value);
    },
    prepare(batch: SourceBatch, signal) {
      let seen = -1;
      let missing: Set<number> | undefined;
      // What was given up may be asked for again by now.
      last = undefined;
      for (const { value, record } of batch.messages) {
        if (record !== undefined || value === null || value.length > limits.maxBytes || !isFramed(value)) continue;
        const id = value.readUInt32BE(1);
        if (id === seen) continue;
        seen = id;
        if (cache.get(id) !== undefined) continue;
        missing ??= new Set();
        missing.add(id);
      }
      return missing === undefined ? undefined : cache.wait(missing, batch.partition.source, signal);
    },
  };
}

function isFramed(value: Buffer): boolean {
  return value.length >= frameBytes && value[0] === 0 && isId(value.readUInt32BE(1));
}

/** Registries count from 1, in 31 bits. What is no id needs not be asked for. */
function isId(number: number): boolean {
  return number > 0 && number < 0x8000_0000;
}

function badFrame(value: Buffer): Decoded {
  if (value.length < frameBytes) {
    const message = `expected at least ${frameBytes} bytes (magic byte 0 and the schema's id), found ${value.length}`;
    return refuse(ViolationCode.BAD_FRAME, message, value);
  }
  const first = value[0] as number;
  if (first === 0) {
    return refuse(ViolationCode.BAD_FRAME, `expected the id of a schema, found ${value.readUInt32BE(1)}`, value);
  }
  const guess = first === 0x7b ? ', as JSON without a schema begins' : '';
  const message = `expected the magic byte 0, found ${first}${guess}`;
  return refuse(ViolationCode.BAD_FRAME, message, value);
}
