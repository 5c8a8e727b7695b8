import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Broker, startBroker } from '../../../scripts/kafka/broker.ts';
import type { Store } from '../../../store/client.ts';
import { cleanUp, freePort, type Running, startStore, temporary, tidemark, until } from '../bad-input/harness.ts';
import { describeWithKafka } from '../kafka/gate.ts';
import { type Producing, producing } from '../kafka/members.ts';
import { firstMs, monitorState, openOrders, produceOrders, writeOrders } from './orders.ts';

const partitions = 4;
/** 100 minutes of orders; from the 40th to the 70th the amounts are in cents. */
const count = 6000;
const faults = { partitions, cents: [2400, 4200] as const };

interface Mails {
  readonly port: number;
  /** Message-IDs in the order they were accepted, by the pipeline that sent them. */
  readonly ids: Map<string, string[]>;
  /** Called before a mail is accepted, with the pipeline it is of; what it awaits holds the sender. */
  hold: (pipeline: string) => Promise<void>;
}

describeWithKafka('monitors of one pipeline', () => {
  let directory: string;
  let broker: Broker;
  let log: Producing;
  let storeUrl: string;
  let mails: Mails;
  let server: SMTPServer;
  let undisturbed: Awaited<ReturnType<typeof outcome>>;

  beforeAll(async () => {
    directory = await temporary();
    const port = await freePort();
    storeUrl = `http://127.0.0.1:${port}`;
    [broker] = await Promise.all([
      startBroker({ directory: join(directory, 'broker') }),
      startStore(join(directory, 'store'), port),
    ]);
    log = await producing(broker.brokers);
    mails = { port: 0, ids: new Map(), hold: async () => {} };
    server = new SMTPServer({
      disabledCommands: ['STARTTLS'],
      authOptional: true,
      onData(stream, _session, callback) {
        const accept = async (): Promise<void> => {
          const { messageId = '', subject = '' } = await simpleParser(stream);
          const pipeline = /\[([a-z]+)\]/.exec(subject)?.[1] ?? '';
          await mails.hold(pipeline);
          mails.ids.set(pipeline, [...(mails.ids.get(pipeline) ?? []), messageId]);
        };
        accept().then(() => callback(), callback);
      },
    });
    server.on('error', () => undefined);
    const listening = server.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    mails = { ...mails, port: (listening.address() as AddressInfo).port };
    undisturbed = await run('calm', async () => {});
  });
  afterAll(async () => {
    await log?.close();
    await cleanUp();
    await broker?.stop();
    server?.close();
  });

  interface Pipeline {
    readonly path: string;
    readonly name: string;
    readonly store: Store;
    /** A line for each run of the training command. */
    readonly runs: () => readonly string[];
  }

  async function makePipeline(name: string): Promise<Pipeline> {
    const files = join(directory, name);
    const labels = `${name}-labels`;
    // The broker may not know a topic's leader at once; one that is there by then is left as it is.
    const make = (topic: string, number: number) =>
      log.createTopic(topic, number).then(
        () => true,
        () => false,
      );
    await until(() => make(name, partitions));
    await until(() => make(labels, 1));
    const path = await writeOrders({
      directory: files,
      pipeline: name,
      brokers: broker.brokers,
      topic: name,
      storeUrl,
      more: `labels:
  source: { kafka: { brokers: ["${broker.brokers}"], topic: ${labels}, group: ${labels}, sessionTimeout: 6s, maxWait: 50ms } }
  id: /id
  value: /value
  time: /at
alerts:
  - { name: ops, mail: { url: "smtp://127.0.0.1:${mails.port}", from: tidemark@example.com, to: [ops@example.com] } }
models:
  - { name: basket, retrain: { command: ["${process.execPath}", train.mjs], minRows: 1 } }
actions:
  - { when: severity >= low, alert: [ops], cooldown: 1s }
  - { when: severity >= low, retrain: basket, cooldown: 1s }
`,
    });
    await writeFile(
      join(files, 'train.mjs'),
      "import { appendFileSync } from 'node:fs'; appendFileSync('runs.txt', 'run\\n'); process.stderr.write('no model here'); process.exit(1);\n",
    );
    const runs = join(files, 'runs.txt');
    return {
      path,
      name,
      store: await openOrders(storeUrl, name),
      runs: () => (existsSync(runs) ? readFileSync(runs, 'utf8').trim().split('\n') : []),
    };
  }

  async function startMonitor(path: string): Promise<Running> {
    const monitor = tidemark(['monitor', path, '--log-level', 'info']);
    await monitor.waitFor(/the monitor is ready/);
    return monitor;
  }

  const leads = (monitor: Running) => monitor.waitFor(/this monitor leads"/);

  async function produce({ name }: Pipeline, from: number, to: number): Promise<void> {
    await produceOrders(log, { topic: name, from, to, faults });
    const labels = Array.from({ length: (to - from) / 10 }, (_, index) => {
      const at = from + index * 10;
      return {
        value: JSON.stringify({ id: `o${at}`, value: 1, at: new Date(firstMs + at * 1000).toISOString() }),
        partition: 0,
      };
    });
    await log.send(`${name}-labels`, labels);
  }

  /** The last window that can close is judged, its actions are taken and its runs have ended. */
  async function finished({ store }: Pipeline): Promise<void> {
    const lastMs = firstMs + Math.floor((count - 60) / 600) * 600_000;
    await until(async () => ((await monitorState(store))?.closedThroughMs ?? 0) >= lastMs);
    await until(async () => {
      const [row] = await store.query<{ open: string }>(
        `SELECT countIf(now NOT IN ('succeeded', 'failed')) AS open FROM
         (SELECT argMax(state, (seq, revision)) AS now FROM ${store.database}.job_log FINAL GROUP BY job_id)`,
      );
      return Number(row?.open) === 0;
    });
  }

  /** Everything that was decided and done, without what may differ: rounds, attempts, wall clock, panes after the last window. */
  async function outcome({ store, name, runs }: Pipeline) {
    const from = (table: string) => `${store.database}.${table} FINAL`;
    const decided: Record<string, unknown> = { ...(await monitorState(store)) };
    for (const key of ['round', 'seen', 'closedThroughMs', 'lastPaneMs']) delete decided[key];
    const jobs = await store.query<{ entry: string }>(
      `SELECT argMax(entry, (seq, revision)) AS entry FROM ${from('job_log')} GROUP BY job_id ORDER BY job_id`,
    );
    return {
      decided,
      incidents: await store.query(
        `SELECT incident_id, seq, at, kind, state FROM ${from('incident_log')} ORDER BY incident_id, seq`,
      ),
      judgements: await store.query(
        `SELECT window_start, comparison, segment, feature, n_current, statistic, value, critical, alarm, why
         FROM ${from('judgements')} ORDER BY window_start, comparison, segment, feature`,
      ),
      actions: await store.query(
        `SELECT action_key, stage, outcome FROM ${from('action_log')} ORDER BY action_key, stage`,
      ),
      jobs: jobs.map(({ entry }) => {
        const { id, state: now, requestedAtMs, datasetRows } = JSON.parse(entry) as Record<string, unknown>;
        return { id, now, requestedAtMs, datasetRows };
      }),
      mails: mails.ids.get(name) ?? [],
      runs: runs().length,
    };
  }

  /** One pipeline from its first order to its last, with two monitors and what `disturb` does to them. */
  async function run(name: string, disturb: (two: readonly [Running, Running], pipeline: Pipeline) => Promise<void>) {
    const pipeline = await makePipeline(name);
    const worker = tidemark(['worker', pipeline.path]);
    await worker.waitFor(/the worker reads/);
    const first = await startMonitor(pipeline.path);
    await leads(first);
    const second = await startMonitor(pipeline.path);
    await produce(pipeline, 0, 3600);
    const disturbed = disturb([first, second], pipeline);
    await produce(pipeline, 3600, count);
    await disturbed;
    await finished(pipeline);
    const result = await outcome(pipeline);
    for (const process of [worker, second]) expect((await process.stop('SIGTERM')).code).toBe(0);
    await first.stop('SIGTERM');
    await pipeline.store.close();
    return result;
  }

  const incidentsOpen = async ({ store }: Pipeline) =>
    (await store.query(`SELECT 1 FROM ${store.database}.incident_log LIMIT 1`)).length > 0;

  const actionsDone = async ({ store }: Pipeline) =>
    (await store.query(`SELECT 1 FROM ${store.database}.action_log WHERE stage = 'done' LIMIT 1`)).length > 0;

  it('find what was put in, undisturbed', () => {
    expect(undisturbed.incidents.length).toBeGreaterThan(2);
    expect(undisturbed.judgements.length).toBeGreaterThan(20);
    expect(undisturbed.mails.length).toBeGreaterThan(0);
    expect(new Set(undisturbed.mails).size).toBe(undisturbed.mails.length);
    expect(undisturbed.jobs.length).toBeGreaterThan(0);
    expect(undisturbed.jobs.map(({ now }) => now)).toEqual(undisturbed.jobs.map(() => 'failed'));
    expect(undisturbed.runs).toBe(undisturbed.jobs.length);
  });

  it('lose their leader by SIGKILL while it sends an alert: another goes on, and everything is done once', async () => {
    let release: () => void = () => {};
    let held = false;
    const killed = await run('killed', async ([leader, other], pipeline) => {
      const gone = new Promise<void>((resolve) => {
        release = resolve;
      });
      mails.hold = async (name) => {
        if (name !== 'killed' || held) return;
        held = true;
        await gone;
        // The answer goes nowhere: this attempt is none.
        throw new Error('its sender is dead');
      };
      await until(() => held);
      await leader.stop('SIGKILL');
      release();
      await leads(other);
      expect(await incidentsOpen(pipeline)).toBe(true);
    });
    expect(killed).toEqual({ ...undisturbed, mails: killed.mails });
    expect(killed.mails.length).toBe(undisturbed.mails.length);
    expect(new Set(killed.mails).size).toBe(killed.mails.length);
  });

  it('lose their leader to SIGSTOP for longer than its session: when it wakes it decides nothing again', async () => {
    let woken = '';
    const paused = await run('paused', async ([leader, other], pipeline) => {
      // In the middle of a round: its alert is sent, the rest of it is not done.
      await until(() => actionsDone(pipeline));
      process.kill(leader.pid, 'SIGSTOP');
      await leads(other);
      await finished(pipeline);
      const before = await outcome(pipeline);
      process.kill(leader.pid, 'SIGCONT');
      await leader.waitFor(/this monitor leads no more/);
      woken = JSON.stringify([before, await outcome(pipeline)]);
    });
    const [before, after] = JSON.parse(woken) as [typeof paused, typeof paused];
    expect(after).toEqual(before);
    // A run of the training command that the pause interrupted is started anew under its id, by the new leader.
    expect(paused).toEqual({ ...undisturbed, mails: paused.mails, runs: paused.runs });
    expect(paused.runs - undisturbed.runs).toBeLessThanOrEqual(1);
    expect(paused.mails.length).toBe(undisturbed.mails.length);
    expect(new Set(paused.mails).size).toBe(paused.mails.length);
  });
});
