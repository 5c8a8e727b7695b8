import avsc from 'avsc';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import { avroFormat } from '../../../../consumers/decoders/avro/format.ts';
import { plainProtobuf } from '../../../../consumers/decoders/protobuf/format.ts';
import { parseProto } from '../../../../consumers/decoders/protobuf/parse.ts';
import { contractOf, judge, valueAt } from '../../validators/events.ts';

const limits = { maxBytes: 10_000, maxDepth: 8, maxFieldBytes: 100 };
const contract = contractOf('e: { type: vector, dimension: 3, required: true }');

describe('a vector', () => {
  it('comes from an array of Avro', () => {
    const schema = { type: 'record', name: 'R', fields: [{ name: 'e', type: { type: 'array', items: 'float' } }] };
    const decode = avroFormat(limits).compile({ text: JSON.stringify(schema), references: [] });
    const bytes = (e: number[]) => avsc.Type.forSchema(schema as never).toBuffer({ e });
    const judged = (e: number[]) => {
      const decoded = decode(bytes(e), 0);
      if (!decoded.ok) throw new Error(decoded.violation.message);
      return judge(contract, decoded.value);
    };
    expect(valueAt(judged([1, -2, 0.5]))).toEqual([1, -2, 0.5]);
    expect(judged([1, 2]).violations[0]?.message).toBe('expected a vector of 3 numbers, found a vector of 2');
    expect(judged([1, Number.NaN, 2]).said).toEqual(['not_finite /e']);
  });

  it('comes from a repeated number of Protobuf, packed or not, and is absent where none is set', () => {
    const text = (packed: boolean) => `syntax = "proto2"; message M { repeated float e = 1 [packed = ${packed}]; }`;
    for (const packed of [true, false]) {
      const type = protobuf.parse(text(packed)).root.lookupType('M');
      const root = parseProto({ name: 'a.proto', text: text(packed) }, () => undefined).root;
      const decode = plainProtobuf(root.lookupType('M'), limits);
      const judged = (e: number[]) => {
        const decoded = decode(Buffer.from(type.encode(type.create({ e })).finish()), 0);
        if (!decoded.ok) throw new Error(decoded.violation.message);
        return judge(contract, decoded.value);
      };
      expect(valueAt(judged([1, -2, 0.5]))).toEqual([1, -2, 0.5]);
      expect(judged([1, 2, 3, 4]).said).toEqual(['type_mismatch /e']);
      expect(judged([]).said).toEqual(['missing /e']);
    }
  });
});
