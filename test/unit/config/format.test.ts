import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TidemarkError } from '../../../common/error.ts';
import { noMetrics, silentLogger, systemClock } from '../../../common/ports.ts';
import { createTroubleBoard } from '../../../common/trouble.ts';
import { loadPipeline } from '../../../config/load.ts';
import { createDecoder } from '../../../consumers/decoders/create-decoder.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tidemark-format-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function load(event: string, { source = 'kafka: { brokers: [b], topic: t, group: g }', rest = '' } = {}) {
  const path = join(directory, 'p.yaml');
  await writeFile(
    path,
    `pipeline: p\nsource: { ${source} }\ncontract: c.yaml\nevent: { time: /t, id: /i, ${event} }\n${rest}`,
  );
  return loadPipeline(path, {});
}

const errorOf = (...parameters: Parameters<typeof load>): Promise<string> =>
  load(...parameters).then(
    () => 'nothing was refused',
    (error: TidemarkError) => error.toText(),
  );

const registry = 'registry: { url: "http://r:8081" }';

describe('a format', () => {
  it.each([
    'format: json',
    'format: avro, schema: a.avsc',
    `format: avro, ${registry}`,
    'format: protobuf, schema: a.proto, message: p.M',
    `format: protobuf, ${registry}`,
    'format: json-schema, schema: a.json',
    `format: json-schema, ${registry}, validate: true`,
    'format: avro, registry: { url: "https://r/apis/ccompat/v7", username: u, password: p, unknownAfter: 10m }',
  ])('may be %s', async (event) => {
    await expect(load(event)).resolves.toBeDefined();
  });

  it.each([
    ['schema: a.avsc', 'event.schema: json has no schema; is event.format avro, protobuf or json-schema?'],
    [registry, 'event.registry: json has no registry'],
    ['format: avro', 'event.format: avro needs schema (a file) or registry'],
    [`format: avro, schema: a, ${registry}`, 'event.registry: expected one of schema and registry'],
    ['format: avro, schema: a, message: M', 'event.message: avro has no message'],
    [`format: protobuf, ${registry}, message: M`, 'event.message: with a registry each event names its message'],
    ['format: avro, schema: a, validate: true', 'event.validate: it is for json-schema with registry'],
    ['format: json-schema, schema: a, validate: true', 'event.validate: with schema it is always done'],
    ['format: avro, registry: { url: "localhost:8081" }', 'event.registry.url: expected http://host:port'],
    ['format: avro, registry: { url: "http://u:p@r" }', 'event.registry.url: the login stands in registry.username'],
    ['format: avro, registry: { url: "http://r", password: p }', 'event.registry.password: there is no username'],
    ['format: avro, registry: { url: "http://r", timeout: 0s }', 'event.registry.timeout: expected more than nothing'],
    ['format: xml', 'event.format: expected one of "json", "avro", "protobuf", "json-schema"'],
  ])('is refused with its line where it contradicts itself: %s', async (event, expected) => {
    expect(await errorOf(event)).toMatch(new RegExp(`p\\.yaml:4:\\d+: ${expected.replace(/[.()?]/g, '\\$&')}`));
  });

  it('is refused where the source is JSON', async () => {
    const avro = 'format: avro, schema: a.avsc';
    expect(await errorOf(avro, { source: 'http: {}' })).toContain('event.format: HTTP takes JSON only');
    expect(await errorOf(avro, { source: 'file: { path: a.ndjson }' })).toContain('the lines of a.ndjson are JSON');
    await expect(load(avro, { source: 'file: { path: a.parquet }' })).resolves.toBeDefined();
    await expect(load('format: json-schema, schema: a', { source: 'http: {}' })).resolves.toBeDefined();
  });

  it('of labels has the registry of the events, unless it names its own', async () => {
    const labels = (format: string) =>
      `labels: { source: { kafka: { brokers: [b], topic: l, group: g } }, id: /i, value: /v, time: /t, ${format} }\n`;
    await expect(load(`format: avro, ${registry}`, { rest: labels('format: avro') })).resolves.toBeDefined();
    await expect(load('format: json', { rest: labels(`format: avro, ${registry}`) })).resolves.toBeDefined();
    expect(await errorOf('format: json', { rest: labels('format: avro') })).toContain(
      'labels.format: avro needs schema',
    );
  });
});

describe('the file of a schema', () => {
  async function decoderOf(event: string) {
    const { config } = await load(event);
    const ports = {
      troubles: createTroubleBoard(systemClock),
      clock: systemClock,
      logger: silentLogger,
      metrics: noMetrics,
    };
    const decoder = await createDecoder(config.event, {
      directory,
      limits: config.event,
      random: Math.random,
      ...ports,
    });
    if (decoder === undefined) throw new Error('JSON has no decoder of its own');
    return decoder;
  }
  const put = (name: string, text: string) => writeFile(join(directory, name), text);
  const message = (value: Buffer) => ({ offset: 0, key: null, value });

  it('decodes events of each format', async () => {
    await put('a.avsc', '{"type":"record","name":"A","fields":[{"name":"x","type":"int"}]}');
    await put('common.proto', 'syntax = "proto3"; package p; message X { int32 x = 1; }');
    await put(
      'a.proto',
      'syntax = "proto3"; package p; import "common.proto"; message M { X a = 1; } message N { int32 n = 1; }',
    );
    await put('a.json', '{"required":["x"]}');
    const decoded = async (event: string, ...bytes: number[]) =>
      (await decoderOf(event)).decode(message(Buffer.from(bytes)));
    expect(await decoded('format: avro, schema: a.avsc', 2)).toEqual({ ok: true, value: { x: 1 } });
    expect(await decoded('format: protobuf, schema: a.proto, message: p.M', 10, 2, 8, 5)).toEqual({
      ok: true,
      value: { a: { x: 5 } },
    });
    expect(await decoded('format: json-schema, schema: a.json', 0x7b, 0x7d)).toMatchObject({
      violation: { code: 'schema_violated', path: '' },
    });
    // A tombstone and a row of a file of columns have no bytes.
    const decoder = await decoderOf('format: avro, schema: a.avsc');
    expect(decoder.decode({ offset: 0, key: null, value: null })).toMatchObject({
      violation: { code: 'not_an_object' },
    });
    expect(decoder.decode({ offset: 0, key: null, value: null, record: { x: 1 } })).toEqual({
      ok: true,
      value: { x: 1 },
    });
    expect(decoder.decode(message(Buffer.alloc(2_000_000)))).toMatchObject({ violation: { code: 'event_too_large' } });
  });

  it.each([
    ['format: avro, schema: none.avsc', 'FILE_UNREADABLE', 'there is no such file'],
    ['format: avro, schema: bad.txt', 'CONFIG_INVALID', 'this is no schema for avro'],
    ['format: protobuf, schema: bad.txt', 'CONFIG_INVALID', 'this is no schema for protobuf'],
    ['format: protobuf, schema: a.proto', 'CONFIG_INVALID', 'it has several messages; name one by message: p.M, p.N'],
    ['format: protobuf, schema: a.proto, message: p.O', 'CONFIG_INVALID', 'p.O'],
    ['format: protobuf, schema: lost.proto', 'CONFIG_INVALID', 'the import nowhere.proto was not found'],
    ['format: json-schema, schema: bad.txt', 'CONFIG_INVALID', 'this is no schema for json-schema'],
    ['format: avro, schema: text.avsc', 'CONFIG_INVALID', 'events are records; this is the schema of a string'],
  ])('%s is refused: %s', async (event, code, reason) => {
    await put('bad.txt', '{');
    await put('text.avsc', '"string"');
    await put('lost.proto', 'syntax = "proto3"; import "nowhere.proto"; message M {}');
    await put('a.proto', 'syntax = "proto3"; package p; message M { int32 a = 1; } message N { int32 n = 1; }');
    await expect(decoderOf(event)).rejects.toMatchObject({ code, message: expect.stringContaining(reason) });
  });
});
