import protobuf, { type Enum, type Field, type FieldBase, type OneOf, type Type } from 'protobufjs';
import { ViolationCode } from '../../../common/violation.ts';
import { type Cursor, enter, leave, readVarint } from '../cursor.ts';
import { DecodeFault, malformed, within } from '../fault.ts';
import { setKey } from '../values.ts';
import { defaultOf, type Scalar, scalarOf } from './scalars.ts';
import { convertKnown } from './well-known.ts';
import { readTag, skipField, wireNames, wires } from './wire.ts';

type Values = Record<string, unknown>;

/** Reads the fields of a message up to the cursor's end, or to the end of group `group` where it is above 0, into `into`. */
export type ReadMessage = (cursor: Cursor, into: Values, group: number) => Values;

/** What is to be done with a field that is met. */
interface Plan {
  readonly name: string;
  /** Wire types it may have. */
  readonly wire: number;
  readonly packable: boolean;
  readonly take: (cursor: Cursor, message: Values, wire: number, number: number) => void;
}

/**
 * How messages of a type are read, as the contract wants them: see `docs/decoders.md`.
 *
 * protobufjs reads the schema. Its own decoder would cost a second pass over every message (64-bit integers are objects there, texts
 * are not checked to be UTF-8, and a field of another wire type is passed over in silence).
 */
export function compileProtobuf(type: Type): ReadMessage {
  const known = new Map<Type, ReadMessage>();
  const compile = (of: Type): ReadMessage => {
    const found = known.get(of);
    if (found !== undefined) return found;
    // A message that holds itself is found here while it is being made.
    let made: ReadMessage | undefined;
    known.set(of, (...parameters) => (made as ReadMessage)(...parameters));
    made = messageRead(of, compile);
    known.set(of, made);
    return made;
  };
  return compile(type);
}

function messageRead(type: Type, compile: (of: Type) => ReadMessage): ReadMessage {
  const fields = type.fieldsArray.map((field) => field.resolve());
  const plans = new Map<number, Plan>();
  for (const field of fields) plans.set(field.id, planOf(field, compile));
  const defaults = fields.flatMap((field) => {
    const value = absentValue(field);
    return value === undefined ? [] : [{ name: field.name, value }];
  });
  const required = fields.filter((field) => field.required).map(({ name }) => name);
  const lists = fields.filter(({ repeated }) => repeated).map(({ name }) => name);
  const maps = fields.filter(({ map }) => map).map(({ name }) => name);

  return (cursor, into, group) => {
    enter(cursor);
    for (const { name, value } of defaults) if (!Object.hasOwn(into, name)) setKey(into, name, value);
    for (const name of lists) if (!Object.hasOwn(into, name)) setKey(into, name, []);
    for (const name of maps) if (!Object.hasOwn(into, name)) setKey(into, name, {});
    for (;;) {
      if (cursor.at >= cursor.end) {
        if (group > 0) throw malformed(`the bytes end within group ${group}`);
        break;
      }
      const tag = readTag(cursor);
      const wire = tag & 7;
      const number = tag >>> 3;
      if (wire === wires.endGroup && group > 0 && number === group) break;
      const plan = plans.get(number);
      if (plan === undefined) {
        skipField(cursor, wire, number);
        continue;
      }
      if (wire !== plan.wire && !(plan.packable && wire === wires.bytes)) {
        const found = wireNames[wire] ?? `wire type ${wire}`;
        throw within(malformed(`expected ${wireNames[plan.wire]}, found ${found} before ${cursor.at}`), plan.name);
      }
      try {
        plan.take(cursor, into, wire, number);
      } catch (error) {
        throw within(error, plan.name);
      }
    }
    for (const name of required) {
      if (Object.hasOwn(into, name)) continue;
      throw within(new DecodeFault(ViolationCode.MISSING, 'the schema requires the field'), name);
    }
    leave(cursor);
    return into;
  };
}

/** What stands where the field is not in the message; undefined where nothing does. */
function absentValue(field: Field): unknown {
  if (field.resolvedType instanceof protobuf.Type) return undefined;
  const declared = field.getOption('default') !== undefined;
  if (field.repeated || field.map || field.required || (field.hasPresence && !declared)) return undefined;
  return defaultOf(field);
}

function planOf(field: Field, compile: (of: Type) => ReadMessage): Plan {
  const { name } = field;
  if (field instanceof protobuf.MapField)
    return { name, wire: wires.bytes, packable: false, take: takeEntry(field, compile) };
  const one = readerOf(field, compile, field.delimited);
  if (field.repeated) {
    return {
      name,
      wire: one.wire,
      packable: one.packable,
      take(cursor, message, wire, number) {
        const items = message[name] as unknown[];
        try {
          if (wire === one.wire) items.push(one.read(cursor, undefined, number));
          else inBytes(cursor, () => items.push(one.read(cursor, undefined, number)));
        } catch (error) {
          throw within(error, items.length);
        }
      },
    };
  }
  const siblings = siblingsOf(field);
  return {
    name,
    wire: one.wire,
    packable: false,
    take(cursor, message, _wire, number) {
      // Of a oneof only the last one counts.
      for (const sibling of siblings) delete message[sibling];
      setKey(message, name, one.read(cursor, Object.hasOwn(message, name) ? message[name] : undefined, number));
    },
  };
}

function siblingsOf(field: Field): readonly string[] {
  const oneof: OneOf | null = field.partOf;
  return oneof === null ? [] : oneof.fieldsArray.filter((other) => other !== field).map(({ name }) => name);
}

interface ValueRead {
  readonly wire: number;
  readonly packable: boolean;
  /** `before` is what the field had; messages are merged with it. */
  readonly read: (cursor: Cursor, before: unknown, number: number) => unknown;
}

function readerOf(field: FieldBase, compile: (of: Type) => ReadMessage, delimited = false): ValueRead {
  const { resolvedType, type } = field;
  if (resolvedType instanceof protobuf.Enum) return { ...varint, read: enumRead(resolvedType) };
  if (resolvedType === null) {
    const scalar: Scalar = scalarOf(type);
    return { wire: scalar.wire, packable: scalar.wire !== wires.bytes, read: scalar.read };
  }
  const readMessage = compile(resolvedType);
  const convert = convertKnown(resolvedType.fullName);
  const start = (before: unknown): Values =>
    convert === undefined && before !== null && typeof before === 'object' ? (before as Values) : {};
  const finish = (values: Values): unknown => (convert === undefined ? values : convert(values));
  if (delimited) {
    return {
      wire: wires.startGroup,
      packable: false,
      read: (cursor, before, number) => finish(readMessage(cursor, start(before), number)),
    };
  }
  return {
    wire: wires.bytes,
    packable: false,
    read(cursor, before) {
      const end = enterBytes(cursor);
      const values = readMessage(cursor, start(before), 0);
      cursor.end = end;
      return finish(values);
    },
  };
}

const varint = { wire: wires.varint, packable: true } as const;

/** The symbol; the number where the schema has none for it. */
function enumRead({ valuesById }: Enum): (cursor: Cursor) => unknown {
  const names = new Map(Object.entries(valuesById).map(([number, name]) => [Number(number), name]));
  return (cursor) => {
    readVarint(cursor);
    const number = cursor.low | 0;
    return names.get(number) ?? number;
  };
}

function takeEntry(field: protobuf.MapField, compile: (of: Type) => ReadMessage): Plan['take'] {
  const key = scalarOf(field.keyType);
  const value = readerOf(field, compile);
  const none = (): unknown =>
    field.resolvedType instanceof protobuf.Type
      ? (convertKnown(field.resolvedType.fullName) ?? ((values: Values) => values))(
          readEmpty(compile(field.resolvedType)),
        )
      : defaultOf(field);
  return (cursor, message) => {
    const end = enterBytes(cursor);
    let keyed: unknown = key.initial;
    let valued: unknown;
    let found = false;
    while (cursor.at < cursor.end) {
      const tag = readTag(cursor);
      if (tag === ((1 << 3) | key.wire)) keyed = key.read(cursor);
      else if (tag === ((2 << 3) | value.wire)) {
        found = true;
        try {
          valued = value.read(cursor, undefined, 2);
        } catch (error) {
          throw within(error, String(keyed));
        }
      } else skipField(cursor, tag & 7, tag >>> 3);
    }
    cursor.end = end;
    setKey(message[field.name] as Values, String(keyed), found ? valued : none());
  };
}

const emptyCursor = (): Cursor => ({
  bytes: Buffer.alloc(0),
  at: 0,
  end: 0,
  depth: 0,
  freeItems: 0,
  maxDepth: 1,
  maxFieldBytes: 0,
  low: 0,
  high: 0,
});

function readEmpty(read: ReadMessage): Values {
  return read(emptyCursor(), {}, 0);
}

/** Narrows the cursor to the bytes that follow their length; the answer is the end to go back to. */
function enterBytes(cursor: Cursor): number {
  readVarint(cursor);
  const length = cursor.high === 0 ? cursor.low : Number.POSITIVE_INFINITY;
  const { end } = cursor;
  if (length > end - cursor.at) {
    throw malformed(`the bytes end too early: ${length} are needed at ${cursor.at}, ${end - cursor.at} are left`);
  }
  cursor.end = cursor.at + length;
  return end;
}

function inBytes(cursor: Cursor, readOne: () => void): void {
  const end = enterBytes(cursor);
  while (cursor.at < cursor.end) readOne();
  cursor.end = end;
}
