import type { Type } from 'protobufjs';
import { ViolationCode } from '../../../common/violation.ts';
import { type Cursor, readZigzag } from '../cursor.ts';
import type { DecodeLimits } from '../decoder.ts';
import { DecodeFault } from '../fault.ts';
import type { Format } from '../format.ts';
import { payloadReader, type ReadPayload } from '../payload.ts';
import { compileProtobuf, type ReadMessage } from './compile.ts';
import { messagesOf, type ProtoSchema, parseProto } from './parse.ts';

/** Nested deeper, a message cannot be named: protoc itself allows 32 levels. */
const indexesMax = 64;

/** Messages of Protobuf in Confluent's wire format: behind the schema's id stands which of its messages it is. */
export function protobufFormat(limits: DecodeLimits): Format {
  return {
    schemaType: 'PROTOBUF',
    compile({ text, references }) {
      const files = new Map(references.map((reference) => [reference.name, reference]));
      const schema = parseProto({ name: 'the schema', text }, (path) => files.get(path));
      const known = new Map<string, ReadMessage>();
      return payloadReader((cursor) => {
        const indexes = readIndexes(cursor);
        const key = indexes.join('.');
        let read = known.get(key);
        if (read === undefined) {
          read = compileProtobuf(messageAt(schema, indexes));
          known.set(key, read);
        }
        return read(cursor, {}, 0);
      }, limits);
    },
  };
}

/** The way to the message: its place among those of the file, then within that message, and so on. A single 0 is short for [0]. */
function readIndexes(cursor: Cursor): readonly number[] {
  const count = readIndex(cursor);
  if (count === 0) return [0];
  if (count > indexesMax) throw badIndexes(`${count} of them`);
  const indexes: number[] = [];
  for (let left = count; left > 0; left--) indexes.push(readIndex(cursor));
  return indexes;
}

function readIndex(cursor: Cursor): number {
  let index: number | bigint;
  try {
    index = readZigzag(cursor);
  } catch (error) {
    throw badIndexes(error instanceof Error ? error.message : String(error));
  }
  if (typeof index !== 'number' || index < 0) throw badIndexes(`an index of ${index}`);
  return index;
}

function badIndexes(found: string): DecodeFault {
  return new DecodeFault(
    ViolationCode.BAD_FRAME,
    `expected indexes of the message behind the schema's id, found ${found}`,
  );
}

function messageAt({ messages }: ProtoSchema, indexes: readonly number[]): Type {
  let among = messages;
  let found: Type | undefined;
  for (const index of indexes) {
    found = among[index];
    if (found === undefined) {
      const message = `the schema has no message ${indexes.join('.')} (counted from 0, within one another)`;
      throw new DecodeFault(ViolationCode.SCHEMA_UNUSABLE, message);
    }
    among = messagesOf(found);
  }
  return found as Type;
}

/** Messages of one type, without anything before them. */
export function plainProtobuf(type: Type, limits: DecodeLimits): ReadPayload {
  const read = compileProtobuf(type);
  return payloadReader((cursor) => read(cursor, {}, 0), limits);
}
