import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type Base, openBase, openRuntime, type Runtime } from '../../cli/runtime/runtime.ts';
import { noMetrics, silentLogger } from '../../common/ports.ts';
import { loadPipeline } from '../../config/load.ts';
import { type Broker, startBroker } from '../../scripts/kafka/broker.ts';
import { type Registry, startRegistry } from '../../scripts/kafka/registry.ts';
import { describeWithRegistry } from './decoders/gate.ts';
import { avroBytes, framed, register, until } from './decoders/registering.ts';
import { type Producing, producing } from './kafka/members.ts';

const contract = {
  contract: 'orders',
  version: 1,
  features: {
    amount: { type: 'number', required: true },
    country: { type: 'string' },
  },
};

const fields = [
  { name: 'id', type: 'long' },
  { name: 'placed', type: { type: 'long', logicalType: 'timestamp-millis' } },
  { name: 'amount', type: 'double' },
];
const schemaOf = (...more: object[]) =>
  JSON.stringify({ type: 'record', name: 'Order', namespace: 'shop', fields: [...fields, ...more] });
const first = schemaOf();
const second = schemaOf({ name: 'country', type: ['null', 'string'], default: null });
const startMs = Date.parse('2026-01-05T10:00:00Z');

/** Where alerts are posted to. */
async function listenForAlerts() {
  const alerts: unknown[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      alerts.push(JSON.parse(Buffer.concat(chunks).toString()));
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { alerts, url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

describeWithRegistry('Avro from a broker into the store', () => {
  let directory: string;
  let registry: Registry;
  let broker: Broker;
  let producer: Producing;
  let base: Base;
  let runtime: Runtime;
  let running: Promise<void>;
  let ids: { readonly first: number; readonly second: number };
  let sent = 0;
  let hook: Awaited<ReturnType<typeof listenForAlerts>>;

  const topic = 'orders';
  const send = (partition: number, values: readonly Buffer[]) =>
    producer.send(
      topic,
      values.map((value) => ({ value, partition })),
    );
  const orders = (count: number, version: 'first' | 'second') =>
    Array.from({ length: count }, () => {
      const id = sent++;
      const order = { id, placed: startMs + id * 1000, amount: id / 2 };
      return version === 'first'
        ? framed(ids.first, avroBytes(first, order))
        : framed(ids.second, avroBytes(second, { ...order, country: { string: 'DE' } }));
    });
  async function ask<T extends object>(sql: string): Promise<T[]> {
    return base.store.query<T>(sql.replaceAll('DB.', `${base.store.database}.`));
  }
  async function rowsOf(partition: number): Promise<number> {
    const [row] = await ask<{ n: string }>(`SELECT count() AS n FROM DB.events FINAL WHERE partition = ${partition}`);
    return Number(row?.n);
  }
  async function incidentStates(): Promise<string[]> {
    const rows = await ask<{ last: string }>(
      `SELECT argMax(kind, seq) AS last FROM DB.incident_log
       WHERE JSONExtractString(state, 'kind') = 'operational' GROUP BY incident_id`,
    );
    return rows.map(({ last }) => last);
  }

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'tidemark-avro-'));
    [broker, registry] = await Promise.all([
      startBroker({ directory: join(directory, 'broker') }),
      startRegistry({ directory: join(directory, 'registry') }),
    ]);
    ids = {
      first: await register(registry.url, { subject: 'orders-value', type: 'AVRO', schema: first }),
      second: await register(registry.url, { subject: 'orders-value', type: 'AVRO', schema: second }),
    };
    producer = await producing(broker.brokers);
    await producer.createTopic(topic, 2);
    hook = await listenForAlerts();
    await writeFile(join(directory, 'contract.yaml'), stringify(contract));
    const pipeline = {
      pipeline: 'orders',
      source: { kafka: { brokers: [broker.brokers], topic, group: 'tidemark-orders', maxWait: '50ms' } },
      event: { format: 'avro', registry: { url: registry.url, timeout: '5s' }, id: '/id', time: '/placed' },
      contract: 'contract.yaml',
      flush: { interval: '200ms' },
      alerts: [{ name: 'people', webhook: { url: hook.url } }],
      actions: [{ when: 'operational', alert: ['people'] }],
      store: { url: `embedded:${join(directory, 'store')}` },
    };
    await writeFile(join(directory, 'pipeline.yaml'), stringify(pipeline));
    base = await openBase(await loadPipeline(join(directory, 'pipeline.yaml'), {}), directory);
    runtime = await openRuntime(base, {
      logger: silentLogger,
      metrics: noMetrics,
      once: false,
      consoleUrl: () => undefined,
    });
    running = runtime.run();
  });
  afterAll(async () => {
    runtime?.stop();
    await running;
    await runtime?.close();
    await base?.store.close();
    await producer?.close();
    await registry?.stop();
    await broker?.stop();
    hook?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('is stored as the contract reads it, and what is no Avro becomes a dead letter with its reason', async () => {
    const [cut = Buffer.alloc(0)] = orders(1, 'first');
    await send(0, [...orders(50, 'first'), Buffer.from('{"id":1}'), cut.subarray(0, -3), ...orders(50, 'first')]);
    await send(1, orders(20, 'first'));
    await until('the orders are stored', async () => (await rowsOf(0)) === 100 && (await rowsOf(1)) === 20);
    // The tables of a flush are written one after the other.
    const readLetters = () => ask<{ reason: string }>('SELECT reason FROM DB.dead_letters FINAL ORDER BY offset');
    await until('the dead letters are stored', async () => (await readLetters()).length >= 2);
    const letters = await readLetters();
    expect(letters.map(({ reason }) => reason)).toEqual(['bad_frame', 'malformed']);
    const [row] = await ask<object>(
      "SELECT id, toUnixTimestamp64Milli(event_time) AS t, f_amount, f_country FROM DB.events FINAL WHERE id = '4'",
    );
    expect(row).toMatchObject({ id: '4', f_amount: 2, f_country: null });
  });

  it('goes on with what is known while the registry is away, holds the partition of what is not, and loses nothing', async () => {
    const { port } = registry;
    await registry.stop();
    await send(1, [...orders(10, 'second'), ...orders(10, 'first')]);
    await until('an operational incident is open', async () => (await incidentStates()).length > 0);
    expect(await incidentStates()).not.toContain('closed');
    await until('people are told', () => hook.alerts.length > 0);
    expect(hook.alerts).toMatchObject([{ severity: 'high', cause: 'schema-registry', features: [], numbers: [] }]);
    await send(0, orders(30, 'first'));
    await until('the other partition goes on', async () => (await rowsOf(0)) === 130);
    expect(await rowsOf(1)).toBe(20);

    registry = await startRegistry({ directory: join(directory, 'registry'), port });
    await until('what was held is stored', async () => (await rowsOf(1)) === 40);
    await until('the incident is closed', async () => (await incidentStates()).every((state) => state === 'closed'));
    const [row] = await ask<object>(
      `SELECT count() AS n, uniqExact(id) AS ids, countIf(f_country = 'DE') AS german, sum(duplicate) AS duplicates
       FROM DB.events FINAL`,
    );
    expect(row).toMatchObject({ n: '170', ids: '170', german: '10', duplicates: '0' });
  });
});
