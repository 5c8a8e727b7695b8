import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { ViolationCode } from '../../../../common/violation.ts';
import { plainProtobuf, protobufFormat } from '../../../../consumers/decoders/protobuf/format.ts';
import { parseProto } from '../../../../consumers/decoders/protobuf/parse.ts';

const limits = { maxBytes: 10_000, maxDepth: 8, maxFieldBytes: 100 };
const bytes = (...values: number[]) => Buffer.from(values);
const read = (text: string, message: string, given = limits) =>
  plainProtobuf(parseProto({ name: 'a.proto', text }, () => undefined).root.lookupType(message), given);

function value(text: string, body: Buffer) {
  const decoded = read(text, 'M')(body, 0);
  if (!decoded.ok) throw new Error(`${decoded.violation.code} ${decoded.violation.path} ${decoded.violation.message}`);
  return decoded.value;
}

function refused(text: string, body: Buffer, given = limits) {
  const decoded = read(text, 'M', given)(body, 0);
  if (decoded.ok) throw new Error('expected a violation');
  return decoded.violation;
}

const proto3 = (body: string) => `syntax = "proto3"; ${body}`;
const proto2 = (body: string) => `syntax = "proto2"; ${body}`;

describe('fields of Protobuf that are not set', () => {
  it('are their defaults, or nothing where the schema tells the two apart', () => {
    const text = proto3(`message M { int64 a = 1; optional int32 b = 2; string c = 3; bool d = 4; Kind e = 5; M f = 6;
      repeated int32 g = 7; map<string, int32> h = 8; oneof o { string i = 9; int32 j = 10; } bytes k = 11; double l = 12; }
      enum Kind { NONE = 0; RED = 1; }`);
    expect(value(text, bytes())).toEqual({ a: 0, c: '', d: false, e: 'NONE', g: [], h: {}, k: '', l: 0 });
    expect(value(text, bytes(16, 0, 80, 0))).toMatchObject({ b: 0, j: 0 });
  });

  it('are what proto2 declares', () => {
    const text =
      proto2(`message M { optional int32 a = 1 [default = 7]; optional string b = 2 [default = "x"]; optional bool c = 3;
      optional Kind d = 4 [default = RED]; optional int64 e = 5 [default = -5]; optional bool f = 6 [default = true]; }
      enum Kind { NONE = 0; RED = 1; }`);
    expect(value(text, bytes())).toEqual({ a: 7, b: 'x', d: 'RED', e: -5, f: true });
  });

  it('are a violation where proto2 requires them', () => {
    const text = proto2('message M { optional N n = 1; } message N { required int32 a = 1; }');
    expect(value(text, bytes())).toEqual({});
    expect(refused(text, bytes(10, 0))).toMatchObject({ code: ViolationCode.MISSING, path: '/n/a' });
  });

  it('do not share their lists', () => {
    const of = read(proto3('message M { repeated int32 g = 1; }'), 'M');
    const one = of(bytes(8, 1), 0);
    const two = of(bytes(), 0);
    expect([one, two].map((decoded) => decoded.ok && decoded.value)).toEqual([{ g: [1] }, { g: [] }]);
  });
});

describe('values of Protobuf', () => {
  it('has integers beyond 2^53 as bigints, to their last digit', () => {
    const text = proto3('message M { int64 a = 1; uint64 b = 2; sint64 c = 3; fixed64 d = 4; sfixed64 e = 5; }');
    const ones = Array<number>(9).fill(255);
    const body = bytes(
      8,
      ...ones,
      1,
      16,
      ...ones,
      1,
      24,
      ...ones,
      1,
      33,
      ...ones.slice(1),
      41,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      128,
    );
    expect(value(text, body)).toEqual({
      a: -1,
      b: 2n ** 64n - 1n,
      c: -(2n ** 63n),
      d: 2n ** 64n - 1n,
      e: -(2n ** 63n),
    });
  });

  it('has the last member of a oneof, and takes packed and loose items of one list', () => {
    const text = proto3('message M { oneof o { int32 a = 1; string b = 2; } repeated int32 c = 3; }');
    expect(value(text, bytes(8, 5, 18, 1, 0x61))).toEqual({ b: 'a', c: [] });
    expect(value(text, bytes(24, 1, 26, 2, 2, 3, 24, 4))).toEqual({ c: [1, 2, 3, 4] });
  });

  it('has symbols, and the number of what the schema has no symbol for', () => {
    const text = proto3('message M { Kind a = 1; } enum Kind { NONE = 0; RED = 1; }');
    expect(value(text, bytes(8, 1))).toEqual({ a: 'RED' });
    expect(value(text, bytes(8, 9))).toEqual({ a: 9 });
  });

  it('has keys of maps that are names of a prototype as data, and messages without fields as values', () => {
    const text = proto3('message M { map<string, N> a = 1; map<int32, int32> b = 2; } message N { int32 x = 1; }');
    const key = Buffer.from('__proto__');
    const body = Buffer.concat([bytes(10, key.length + 2, 10, key.length), key, bytes(18, 2, 8, 5)]);
    const { a, b } = value(text, body) as { a: Record<string, unknown>; b: unknown };
    expect(Object.entries(a)).toEqual([['__proto__', { x: 0 }]]);
    expect(Object.getPrototypeOf(a)).toBe(Object.prototype);
    expect(b).toEqual({ 5: 0 });
  });

  it('has well-known types as what they stand for', () => {
    const names = ['timestamp', 'duration', 'wrappers', 'struct'].map(
      (name) => `import "google/protobuf/${name}.proto";`,
    );
    const of = 'google.protobuf.';
    const text = proto3(`${names.join('')} import "confluent/type/decimal.proto"; import "confluent/meta.proto";
      message M { option (confluent.message_meta).doc = "an order"; ${of}Timestamp a = 1; ${of}Duration b = 2; ${of}Int64Value c = 3;
      ${of}StringValue d = 4; ${of}Struct e = 5; confluent.type.Decimal f = 6; ${of}BoolValue g = 7; repeated ${of}Timestamp h = 8; }`);
    const { root } = parseProto({ name: 'a.proto', text }, () => undefined);
    const type = root.lookupType('M');
    const listOf = (...values: object[]) => ({ listValue: { values } });
    const message = type.fromObject({
      a: { seconds: 981_500_000, nanos: 123_456_000 },
      b: { seconds: 1, nanos: 500_000_000 },
      c: { value: 0 },
      e: {
        fields: { n: { numberValue: 1.5 }, l: listOf({ stringValue: 'x' }, { nullValue: 0 }), o: { structValue: {} } },
      },
      f: { value: Buffer.from([0x30, 0x39]), scale: 2 },
      g: { value: true },
      h: [{ seconds: 0 }, { seconds: 1, nanos: 1 }],
    });
    const decoded = plainProtobuf(type, limits)(Buffer.from(type.encode(message).finish()), 0);
    expect(decoded).toEqual({
      ok: true,
      value: {
        a: '2001-02-06T22:53:20.123456Z',
        b: 1.5,
        c: 0,
        e: { n: 1.5, l: ['x', null], o: {} },
        f: 123.45,
        g: true,
        h: ['1970-01-01T00:00:00.000Z', '1970-01-01T00:00:01.000000001Z'],
      },
    });
  });

  it('passes over fields and groups that the schema does not know, and reads groups that it does', () => {
    const text = proto2('message M { optional int32 a = 1; optional group G = 2 { optional int32 x = 1; } }');
    const unknown = bytes(0x1b, 8, 1, 0x1c, 0x25, 1, 2, 3, 4, 0x2a, 1, 0, 0x31, 1, 2, 3, 4, 5, 6, 7, 8, 0x38, 0xff, 1);
    const decoded = value(text, Buffer.concat([unknown, bytes(0x13, 8, 3, 0x14, 8, 2)]));
    expect(decoded).toMatchObject({ a: 2 });
    expect(Object.values(decoded)).toContainEqual({ x: 3 });
  });
});

describe('bytes that are no value of a Protobuf schema', () => {
  const text = proto3(
    'message M { int32 a = 1; string b = 2; M c = 3; repeated M d = 4; map<string, M> e = 5; double f = 6; }',
  );
  it.each([
    [[8], '/a', 'end too early'],
    [[10, 1, 0x61], '/a', 'expected a varint, found bytes with a length'],
    [[16, 1], '/b', 'expected bytes with a length, found a varint'],
    [[18, 5, 0x61], '/b', 'end too early'],
    [[0x31, 1, 2], '/f', 'end too early'],
    [[26, 3, 8], '/c', 'end too early'],
    [[26, 2, 26, 5], '/c/c', 'end too early'],
    [[34, 0, 34, 2, 16, 1], '/d/1/b', 'expected bytes with a length'],
    [[42, 7, 10, 1, 0x6b, 18, 2, 16, 1], '/e/k/b', 'expected bytes with a length'],
    [[0], '', 'a field without number'],
    [[0x0f], '/a', 'wire type 7'],
    [[0x1c], '/c', 'the end of a group'],
    [[0x4b, 8, 1], '', 'end too early'],
    [[0x4b, 0x54], '', 'group 9 ends as group 10'],
  ])('%j', (body, path, message) => {
    const violation = refused(text, Buffer.from(body));
    expect(violation).toMatchObject({ code: ViolationCode.MALFORMED, path });
    expect(violation.message).toContain(message);
  });

  it('break the limits of the pipeline', () => {
    const long = Buffer.concat([bytes(18, 101), Buffer.alloc(101, 0x61)]);
    expect(refused(text, long)).toMatchObject({ code: ViolationCode.FIELD_TOO_LARGE, path: '/b' });
    expect(refused(text, bytes(18, 2, 0xc3, 0x28))).toMatchObject({ code: ViolationCode.INVALID_UTF8, path: '/b' });
    let deep = bytes();
    for (let level = 0; level < 9; level++) deep = Buffer.concat([bytes(26, deep.length), deep]);
    expect(refused(text, deep).code).toBe(ViolationCode.TOO_DEEP);
    // Groups that nobody knows go deep, too.
    expect(refused(text, Buffer.alloc(5000, 0x4b), { ...limits, maxDepth: 1e9 }).code).toBe(ViolationCode.TOO_DEEP);
  });
});

describe('message indexes', () => {
  const text = proto3(
    'package p; message A { message B { int32 x = 1; } message C { int32 y = 1; } } message D { int32 z = 1; }',
  );
  const decode = protobufFormat(limits).compile({ text, references: [] });
  it.each([
    [[2, 2, 8, 7], { z: 7 }],
    [[4, 0, 2, 8, 7], { y: 7 }],
    [[4, 0, 0, 8, 7], { x: 7 }],
    [[0], {}],
    [[2, 0], {}],
  ])('%j lead to the message', (body, expected) => {
    expect(decode(Buffer.from(body), 0)).toEqual({ ok: true, value: expected });
  });

  it.each([
    [[], ViolationCode.BAD_FRAME],
    [[1], ViolationCode.BAD_FRAME],
    [[4, 0], ViolationCode.BAD_FRAME],
    [[0xfe, 0xff, 0x03], ViolationCode.BAD_FRAME],
    [[2, 8], ViolationCode.SCHEMA_UNUSABLE],
    [[6, 0, 0, 0], ViolationCode.SCHEMA_UNUSABLE],
  ])('%j lead nowhere', (body, code) => {
    expect(decode(Buffer.from(body), 0)).toMatchObject({ ok: false, violation: { code } });
  });
});

describe('parseProto', () => {
  it('says which import was not found, and where a file is wrong', () => {
    const parse = (source: string) => () => parseProto({ name: 'a.proto', text: source }, () => undefined);
    expect(parse(proto3('import "b.proto"; message M { int32 a = 1; }'))).toThrow(
      'a.proto: the import b.proto was not found',
    );
    expect(parse(proto3('message M { int32 a = ; }'))).toThrow(/^a\.proto: .*line 1/);
    expect(parse(proto3('message M { Nowhere a = 1; }'))).toThrow(/Nowhere/);
  });

  it('counts the messages of the file itself, where an import shares its package', () => {
    const { messages } = parseProto(
      {
        name: 'a.proto',
        text: proto3('package p; import "b.proto"; message A { B b = 1; } message C { int32 c = 1; }'),
      },
      (path) => ({ name: path, text: proto3('package p; message B { int32 b = 1; }') }),
    );
    expect(messages.map(({ name }) => name)).toEqual(['A', 'C']);
    expect(messages[0]).toBeInstanceOf(protobuf.Type);
  });
});
