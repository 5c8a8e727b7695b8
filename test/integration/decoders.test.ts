import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { noMetrics, silentLogger, systemClock } from '../../common/ports.ts';
import type { SourceBatch } from '../../common/source.ts';
import { createTroubleBoard } from '../../common/trouble.ts';
import { pipelineSchema } from '../../config/schema.ts';
import { createDecoder } from '../../consumers/decoders/create-decoder.ts';
import type { Decoded, Decoder } from '../../consumers/decoders/decoder.ts';
import { type Registry, startRegistry } from '../../scripts/kafka/registry.ts';
import { describeWithRegistry } from './decoders/gate.ts';
import { avroBytes, framed, protoBytes, register, until } from './decoders/registering.ts';

const partition = { source: 'orders', partition: 0, role: 'events' } as const;
const batchOf = (values: readonly Buffer[]): SourceBatch => ({
  partition,
  messages: values.map((value, offset) => ({ offset, key: null, value })),
  nextOffset: values.length,
});

describeWithRegistry('a real schema registry', () => {
  let directory: string;
  let registry: Registry;
  const troubles = createTroubleBoard(systemClock);

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tidemark-registry-'));
    registry = await startRegistry({ directory });
  });
  afterAll(async () => {
    await registry?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function decoderFor(format: string, keys: object = {}, registryKeys: object = {}): Promise<Decoder> {
    const { event } = pipelineSchema.parse({
      pipeline: 'p',
      source: { http: {} },
      contract: 'c',
      event: { format, time: '/t', registry: { url: registry.url, timeout: '5s', ...registryKeys }, ...keys },
    });
    const ports = { troubles, clock: systemClock, logger: silentLogger, metrics: noMetrics, random: () => 0 };
    const decoder = await createDecoder(event, { directory, limits: event, ...ports });
    if (decoder === undefined) throw new Error('JSON has no decoder of its own');
    return decoder;
  }

  async function decodeAll(decoder: Decoder, values: readonly Buffer[]): Promise<Decoded[]> {
    const batch = batchOf(values);
    await decoder.prepare(batch, new AbortController().signal);
    return batch.messages.map((message) => decoder.decode(message));
  }

  it('has two versions of an Avro schema in one topic, and a type that another subject gives', async () => {
    const money = JSON.stringify({
      type: 'record',
      name: 'Money',
      namespace: 'shop',
      fields: [
        { name: 'amount', type: { type: 'bytes', logicalType: 'decimal', precision: 12, scale: 2 } },
        { name: 'currency', type: 'string' },
      ],
    });
    const order = (...more: object[]) =>
      JSON.stringify({
        type: 'record',
        name: 'Order',
        namespace: 'shop',
        fields: [
          { name: 'id', type: 'long' },
          { name: 'placed', type: { type: 'long', logicalType: 'timestamp-millis' } },
          { name: 'total', type: 'shop.Money' },
          ...more,
        ],
      });
    await register(registry.url, { subject: 'shop.Money', type: 'AVRO', schema: money });
    const references = [{ name: 'shop.Money', subject: 'shop.Money', version: 1 }];
    const subject = 'orders-value';
    const first = await register(registry.url, { subject, type: 'AVRO', schema: order(), references });
    const coupon = { name: 'coupon', type: ['null', 'string'], default: null };
    const second = await register(registry.url, { subject, type: 'AVRO', schema: order(coupon), references });
    expect(second).not.toBe(first);

    const whole = (schema: string) => schema.replace('"shop.Money"', money);
    const value = { id: 7, placed: 981_500_000_123, total: { amount: Buffer.from([0x30, 0x39]), currency: 'EUR' } };
    const old = framed(first, avroBytes(whole(order()), value));
    const young = framed(second, avroBytes(whole(order(coupon)), { ...value, coupon: { string: 'X' } }));
    const expected = { id: 7, placed: '2001-02-06T22:53:20.123Z', total: { amount: 123.45, currency: 'EUR' } };
    const decoder = await decoderFor('avro');
    expect(await decodeAll(decoder, [old, young, old])).toEqual([
      { ok: true, value: expected },
      { ok: true, value: { ...expected, coupon: 'X' } },
      { ok: true, value: expected },
    ]);
    // All is known by now: nothing is waited for.
    expect(decoder.prepare(batchOf([old, young]), new AbortController().signal)).toBeUndefined();
  });

  it('has Protobuf with an import, and messages within messages by their indexes', async () => {
    const money = 'syntax = "proto3"; package shop; message Money { int64 cents = 1; string currency = 2; }';
    const body =
      'message Ignored { bool b = 1; } message Order { string id = 1; Money total = 2; google.protobuf.Timestamp at = 3; message Line { string sku = 1; } }';
    const text = `syntax = "proto3"; package shop; import "shop/money.proto"; import "google/protobuf/timestamp.proto"; ${body}`;
    await register(registry.url, { subject: 'shop/money.proto', type: 'PROTOBUF', schema: money });
    const references = [{ name: 'shop/money.proto', subject: 'shop/money.proto', version: 1 }];
    const id = await register(registry.url, { subject: 'proto-value', type: 'PROTOBUF', schema: text, references });

    const stamp = 'message Stamp { int64 seconds = 1; int32 nanos = 2; }';
    const flat = `syntax = "proto3"; package shop; message Money { int64 cents = 1; string currency = 2; } ${stamp} ${body.replace('google.protobuf.Timestamp', 'Stamp')}`;
    const order = protoBytes(flat, 'shop.Order', {
      id: 'a',
      total: { cents: 5 },
      at: { seconds: 981_500_000, nanos: 5e6 },
    });
    const line = protoBytes(flat, 'shop.Order.Line', { sku: 'S' });
    const decoder = await decoderFor('protobuf');
    const [byOrder, byLine, byShort, byNone] = await decodeAll(decoder, [
      // Lengths and indexes are zigzag: [1], [1, 0], [0] in short, [3].
      framed(id, Buffer.from([2, 2]), order),
      framed(id, Buffer.from([4, 2, 0]), line),
      framed(id, Buffer.from([0]), Buffer.from([8, 1])),
      framed(id, Buffer.from([2, 6]), order),
    ]);
    expect(byOrder).toEqual({
      ok: true,
      value: { id: 'a', total: { cents: 5, currency: '' }, at: '2001-02-06T22:53:20.005Z' },
    });
    expect(byLine).toEqual({ ok: true, value: { sku: 'S' } });
    expect(byShort).toEqual({ ok: true, value: { b: true } });
    expect(byNone).toMatchObject({ ok: false, violation: { code: 'schema_unusable' } });
  });

  it('has JSON Schema that refers to another, and checks by it when asked to', async () => {
    const address = JSON.stringify({ type: 'object', properties: { zip: { type: 'string' } }, required: ['zip'] });
    const order = JSON.stringify({
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: { id: { type: 'integer' }, to: { $ref: 'address.json' } },
    });
    await register(registry.url, { subject: 'address', type: 'JSON', schema: address });
    const references = [{ name: 'address.json', subject: 'address', version: 1 }];
    const id = await register(registry.url, { subject: 'json-value', type: 'JSON', schema: order, references });
    const right = framed(id, Buffer.from('{"id":1,"to":{"zip":"1"}}'));
    const wrong = framed(id, Buffer.from('{"id":1,"to":{"zip":1}}'));
    expect(await decodeAll(await decoderFor('json-schema', { validate: true }), [right, wrong])).toMatchObject([
      { ok: true, value: { id: 1, to: { zip: '1' } } },
      { ok: false, violation: { code: 'schema_violated', path: '/to/zip', value: '1' } },
    ]);
    expect((await decodeAll(await decoderFor('json-schema'), [wrong]))[0]).toMatchObject({ ok: true });
  });

  it('says of a schema of another format that it cannot be used', async () => {
    const schema = JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' });
    const id = await register(registry.url, { subject: 'other', type: 'JSON', schema });
    const [decoded] = await decodeAll(await decoderFor('avro'), [framed(id, Buffer.from('{}'))]);
    expect(decoded).toMatchObject({
      ok: false,
      violation: {
        code: 'schema_unusable',
        message: `schema ${id} cannot be used: it is of the format JSON, not AVRO`,
      },
    });
  });

  it('is waited for while it is away and while it does not know an id, and the trouble is over when that is', async () => {
    const schema = (name: string) => JSON.stringify({ type: 'record', name, fields: [{ name: 'x', type: 'int' }] });
    const known = await register(registry.url, { subject: 'known', type: 'AVRO', schema: schema('Known') });
    const decoder = await decoderFor('avro');
    const signal = new AbortController().signal;
    await decoder.prepare(batchOf([framed(known, Buffer.from([2]))]), signal);
    const unknown = known + 1;
    const batch = batchOf([framed(unknown, Buffer.from([4]))]);
    let prepared = false;
    const waiting = decoder.prepare(batch, signal)?.then(() => {
      prepared = true;
    });
    await until('the unknown schema is a trouble', () => troubles.current().length === 1);
    expect(troubles.current()[0]?.title).toContain(`does not know schema ${unknown}`);

    const { port } = registry;
    await registry.stop();
    await until('the registry that is away is a trouble', () => troubles.current().length === 2);
    expect(troubles.current()[1]?.title).toContain('does not answer');
    // What is known goes on.
    const old = batchOf([framed(known, Buffer.from([6]))]);
    expect(decoder.prepare(old, signal)).toBeUndefined();
    expect(decoder.decode(old.messages[0] as never)).toEqual({ ok: true, value: { x: 3 } });
    expect(prepared).toBe(false);

    registry = await startRegistry({ directory, port });
    expect(await register(registry.url, { subject: 'late', type: 'AVRO', schema: schema('Late') })).toBe(unknown);
    await waiting;
    expect(decoder.decode(batch.messages[0] as never)).toEqual({ ok: true, value: { x: 2 } });
    expect(troubles.current()).toEqual([]);
  });

  it('gives an unknown id up after the time that the pipeline says', async () => {
    const decoder = await decoderFor('avro', {}, { unknownAfter: '1s' });
    const [decoded] = await decodeAll(decoder, [framed(2_000_000_000, Buffer.from([2]))]);
    expect(decoded).toMatchObject({ ok: false, violation: { code: 'schema_unknown' } });
  });

  it('is not waited for any longer when the partition is taken away', async () => {
    const decoder = await decoderFor('avro');
    const abort = new AbortController();
    const waiting = decoder.prepare(batchOf([framed(2_000_000_001, Buffer.from([2]))]), abort.signal);
    abort.abort();
    await expect(waiting).rejects.toThrow();
  });
});
