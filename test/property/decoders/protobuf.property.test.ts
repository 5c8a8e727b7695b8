import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { plainProtobuf } from '../../../consumers/decoders/protobuf/format.ts';
import { parseProto } from '../../../consumers/decoders/protobuf/parse.ts';

const limits = { maxBytes: 1e9, maxDepth: 1000, maxFieldBytes: 1e9 };
const text = `syntax = "proto3";
package shop;
enum Kind { NONE = 0; RED = 1; BLUE = 5; }
message Line { string sku = 1; sint32 count = 2; optional double price = 3; }
message Order {
  string id = 1; int32 a = 2; uint32 b = 3; int64 c = 4; uint64 d = 5; sint64 e = 6; fixed32 f = 7; sfixed32 g = 8;
  fixed64 h = 9; sfixed64 i = 10; float j = 11; double k = 12; bool l = 13; bytes m = 14; Kind kind = 15;
  repeated int64 numbers = 16; repeated string texts = 17; repeated Line lines = 18; repeated int32 loose = 19 [packed = false];
  map<string, int32> counts = 20; map<int64, Line> byNumber = 21; Line main = 22; repeated Kind kinds = 23;
  oneof payment { string card = 24; Line cash = 25; }
}`;
const ours = parseProto({ name: 'shop.proto', text }, () => undefined);
const read = plainProtobuf(ours.root.lookupType('shop.Order'), limits);
const theirs = protobuf.parse(text, { keepCase: true }).root.lookupType('shop.Order');

const safe = fc.maxSafeInteger();
const safeNat = fc.maxSafeNat();
const double = fc.double({ noDefaultInfinity: true, noNaN: true });
const float = double.map(Math.fround).filter(Number.isFinite);
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const string = fc.string({ unit: 'grapheme' });
const kind = fc.constantFrom('NONE', 'RED', 'BLUE');
const line = fc.record({ sku: string, count: fc.integer(), price: double }, { requiredKeys: ['sku', 'count'] });
const order = fc
  .record({
    id: string,
    a: fc.integer(),
    b: uint32,
    c: safe,
    d: safeNat,
    e: safe,
    f: uint32,
    g: fc.integer(),
    h: safeNat,
    i: safe,
    j: float,
    k: double,
    l: fc.boolean(),
    m: fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64')),
    kind,
    numbers: fc.array(safe, { maxLength: 5 }),
    texts: fc.array(string, { maxLength: 5 }),
    lines: fc.array(line, { maxLength: 3 }),
    loose: fc.array(fc.integer(), { maxLength: 5 }),
    counts: fc.dictionary(fc.stringMatching(/^[a-z]{0,5}$/), fc.integer(), { maxKeys: 4, noNullPrototype: true }),
    byNumber: fc.dictionary(safe.map(String), line, { maxKeys: 3, noNullPrototype: true }),
    kinds: fc.array(kind, { maxLength: 4 }),
  })
  .chain((base) =>
    fc.oneof(
      fc.constant(base),
      line.map((main) => ({ ...base, main })),
      string.map((card) => ({ ...base, card })),
      line.map((cash) => ({ ...base, cash })),
    ),
  );

const encode = (value: object): Buffer => Buffer.from(theirs.encode(theirs.fromObject(value)).finish());

describe('Protobuf', () => {
  it('comes out as protobufjs wrote it', () => {
    fc.assert(
      fc.property(order, (value) => {
        expect(read(encode(value), 0)).toEqual({ ok: true, value });
      }),
      { numRuns: 300 },
    );
  });

  it('is merged where two messages follow one another, as the specification says', () => {
    fc.assert(
      fc.property(line, line, (one, two) => {
        const body = Buffer.concat([encode({ main: one }), encode({ main: two })]);
        const merged = {
          ...one,
          ...Object.fromEntries(
            Object.entries(two).filter(([key, value]) => key === 'price' || (value !== '' && value !== 0)),
          ),
        };
        const decoded = read(body, 0);
        expect(decoded.ok && decoded.value['main']).toEqual(merged);
      }),
      { numRuns: 200 },
    );
  });

  it('never throws on bytes that are damaged, cut off or random, and takes none that protobufjs cannot read', () => {
    const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(order, bytes, fc.nat(), fc.nat({ max: 255 }), (value, random, at, byte) => {
        const damaged = encode(value);
        if (damaged.length > 0) damaged[at % damaged.length] = byte;
        for (const body of [random, damaged, damaged.subarray(0, at % (damaged.length + 1))]) {
          const decoded = read(body, 0);
          if (decoded.ok) expect(() => theirs.decode(body)).not.toThrow();
          else expect(decoded.violation.code).not.toBe('internal');
        }
      }),
      { numRuns: 600 },
    );
  });
});
