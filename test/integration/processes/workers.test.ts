import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Broker, startBroker } from '../../../scripts/kafka/broker.ts';
import type { Store } from '../../../store/client.ts';
import { cleanUp, freePort, type Running, startStore, temporary, tidemark, until } from '../bad-input/harness.ts';
import { describeWithKafka } from '../kafka/gate.ts';
import { type Producing, producing } from '../kafka/members.ts';
import { countsByPartition, monitorState, openOrders, produceOrders, sealedPanes, writeOrders } from './orders.ts';

const topic = 'orders';
const partitions = 6;
const count = 12_000;
const faults = { partitions, brokenEvery: 101 };

describeWithKafka('workers of one pipeline on one machine', () => {
  let directory: string;
  let broker: Broker;
  let log: Producing;
  let storeUrl: string;

  beforeAll(async () => {
    directory = await temporary();
    const port = await freePort();
    storeUrl = `http://127.0.0.1:${port}`;
    [broker] = await Promise.all([
      startBroker({ directory: join(directory, 'broker') }),
      startStore(join(directory, 'store'), port),
    ]);
    log = await producing(broker.brokers);
    await log.createTopic(topic, partitions);
  });
  afterAll(async () => {
    await log?.close();
    await cleanUp();
    await broker?.stop();
  });

  const pipelineOf = (pipeline: string) =>
    writeOrders({ directory: join(directory, 'files'), pipeline, brokers: broker.brokers, topic, storeUrl });

  async function startWorker(path: string): Promise<Running> {
    const worker = tidemark(['worker', path]);
    await worker.waitFor(/the worker reads; health and metrics are at http/);
    return worker;
  }

  async function readOf(store: Store): Promise<number> {
    const [row] = await store.query<{ read: string }>(`SELECT sum(read) AS read FROM ${store.database}.chunks FINAL`);
    return Number(row?.read);
  }

  /** End of the last minute that what is committed closes, with the 30 s of lateness of the pipeline. */
  async function closableMs(store: Store): Promise<number> {
    const [row] = await store.query<{ ms: string }>(
      `SELECT min(reached) AS ms FROM (SELECT toUnixTimestamp64Milli(max(watermark)) AS reached FROM ${store.database}.chunks FINAL GROUP BY partition)`,
    );
    return Math.floor((Number(row?.ms) - 30_000) / 60_000) * 60_000;
  }

  /** The monitor has looked at everything that is committed and sealed what it closes. */
  async function sealed(store: Store): Promise<{ readonly panes: object[]; readonly closedThroughMs: number }> {
    let state: Awaited<ReturnType<typeof monitorState>>;
    // A round may have seen the last chunks and not yet how far in time they reach: the next one closes what is left.
    const closable = await closableMs(store);
    await until(async () => {
      state = await monitorState(store);
      const seen = Object.values(state?.seen ?? {}).reduce((sum, offset) => sum + offset, 0);
      return seen === count && state?.closedThroughMs === closable;
    });
    return { panes: await sealedPanes(store), closedThroughMs: state?.closedThroughMs ?? 0 };
  }

  it('come, go and are killed under load, and count what a single one counts', async () => {
    const many = await pipelineOf('many');
    const store = await openOrders(storeUrl, 'many');
    let produced = 0;
    const produce = async (to: number) => {
      await produceOrders(log, { topic, from: produced, to, faults });
      produced = to;
    };
    // The first makes the tables; the others meet them half-made or made.
    const [first, second, third] = await Promise.all([startWorker(many), startWorker(many), startWorker(many)]);
    const monitor = tidemark(['monitor', many]);
    const producingAll = (async () => {
      for (let to = 500; to <= count; to += 500) await produce(to);
    })();
    await until(async () => (await readOf(store)) > 2000);
    // In order: what it has taken in is committed before it goes.
    expect((await first.stop('SIGTERM')).code).toBe(0);
    await until(async () => (await readOf(store)) > 5000);
    await second.stop('SIGKILL');
    const fourth = await startWorker(many);
    await producingAll;
    await until(async () => (await readOf(store)) === count);
    const ofMany = { counts: await countsByPartition(store), ...(await sealed(store)) };
    for (const worker of [third, fourth, monitor]) expect((await worker.stop('SIGTERM')).code).toBe(0);
    await store.close();

    const one = await pipelineOf('one');
    const alone = await openOrders(storeUrl, 'one');
    const only = await startWorker(one);
    await until(async () => (await readOf(alone)) === count);
    const judge = tidemark(['monitor', one]);
    const ofOne = { counts: await countsByPartition(alone), ...(await sealed(alone)) };
    for (const process of [only, judge]) expect((await process.stop('SIGTERM')).code).toBe(0);
    await alone.close();

    const total = (name: string) =>
      ofMany.counts.reduce((sum, row) => sum + Number((row as Record<string, string>)[name]), 0);
    const broken = Math.floor(count / faults.brokenEvery);
    expect([total('read'), total('rejected'), total('letters'), total('events')]).toEqual([
      count,
      broken,
      broken,
      count - broken,
    ]);
    expect(total('duplicates')).toBeGreaterThan(broken * 0.9);
    expect(ofMany.counts).toEqual(ofOne.counts);
    expect(ofMany.closedThroughMs).toBe(ofOne.closedThroughMs);
    expect(ofMany.panes.length).toBeGreaterThan(500);
    expect(ofMany.panes).toEqual(ofOne.panes);
  });
});
