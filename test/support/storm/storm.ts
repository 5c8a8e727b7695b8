import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createRandom, type Random } from '../../../common/random.ts';
import { type Broker, freePort, startBroker } from '../../../scripts/kafka/broker.ts';
import { lettersByKcat, readCommitted } from '../kafka-read.ts';
import type { SensorStream } from '../sensors/event.ts';
import { registerSensorModel, writeSensorPipeline } from '../sensors/pipeline.ts';
import { committedIn, createTopic, messagesIn, type SensorTopic } from '../sensors/produce.ts';
import { compareLetters, comparePlaces, findDifferences } from './differences.ts';
import { expectFrom } from './expected.ts';
import { startLoad } from './load.ts';
import { type Supervised, supervise } from './supervised.ts';

export interface StormPlan {
  readonly seed: number;
  readonly partitions: number;
  readonly workers: number;
  readonly perSecond: number;
  readonly kills: number;
  readonly brokerRestarts: number;
  readonly storeOutages: number;
  /** Length of an outage of the store, ms. */
  readonly outageMs: { readonly least: number; readonly most: number };
  /** Each time a further worker joins and leaves: two rebalances. */
  readonly visits: number;
  /** Between two faults, ms, about. */
  readonly everyMs: number;
}

export interface StormResult {
  readonly differences: readonly string[];
  readonly messages: number;
  readonly duplicates: number;
  readonly deadLetters: number;
  readonly kills: number;
  readonly seconds: number;
  /** Ends of processes that nobody had asked for. */
  readonly unexpected: readonly string[];
  /** The longest that a worker took to leave after SIGTERM, ms. */
  readonly slowestStopMs: number;
}

const topic = 'readings';
const lettersTopic = 'readings-dead';
const group = 'tidemark-sensors';
type Fault = 'kill' | 'broker' | 'store' | 'visit';

/** Three workers under steady load in which everything fails, in a seeded order; then what the tables hold against the topic. */
export async function runStorm(directory: string, plan: StormPlan, say: (text: string) => void): Promise<StormResult> {
  const begun = performance.now();
  const random = createRandom(plan.seed);
  const place = join(directory, 'broker');
  let broker = await startBroker({ directory: place });
  const at: SensorTopic = { brokers: broker.brokers, topic };
  const stream: SensorStream = { startMs: Date.parse('2026-01-05T08:00:00Z'), stepMs: 1000 / plan.perSecond };
  const storePort = await freePort();
  const storeUrl = `http://127.0.0.1:${storePort}`;
  const store = supervise('store', ['store', '--dir', join(directory, 'store'), '--port', String(storePort)], {
    cwd: directory,
  });
  const running: Supervised[] = [store];
  try {
    await createTopic(at, plan.partitions);
    await createTopic({ ...at, topic: lettersTopic }, 3);
    const pipeline = await writeSensorPipeline({
      directory,
      source: { kafka: { brokers: [broker.brokers], topic, group, sessionTimeout: '6s' } },
      storeUrl,
      changes: { flush: { rows: 5000, interval: '500ms' }, deadLetters: { topic: lettersTopic } },
    });
    await untilStoreAnswers(storeUrl);
    await registerSensorModel(pipeline, stream, directory);
    const worker = (name: string) => supervise(name, ['worker', pipeline], { cwd: directory });
    const workers = Array.from({ length: plan.workers }, (_, number) => worker(`worker ${number + 1}`));
    running.push(...workers);
    const load = startLoad(at, stream, plan);
    let slowestStopMs = 0;
    let kills = 0;
    for (const fault of inRandomOrder(plan, random)) {
      await delay(plan.everyMs * (0.5 + random.next()));
      const standing = `${load.made} made, ${await committedIn(at, group).catch(() => 'unknown')} committed`;
      if (fault === 'kill') {
        const victim = workers[random.below(workers.length)] as Supervised;
        victim.kill('SIGKILL');
        kills++;
        say(`${victim.name} killed (${standing})`);
      } else if (fault === 'broker') {
        say(`broker restarts (${standing})`);
        broker = await restart(broker, place, random);
      } else if (fault === 'store') {
        const ms = Math.round(plan.outageMs.least + random.next() * (plan.outageMs.most - plan.outageMs.least));
        say(`store away for ${ms} ms (${standing})`);
        await storeOutage(store, ms, random);
      } else {
        say(`a further worker comes and goes (${standing})`);
        const visitor = worker('visitor');
        await delay(6000 + random.next() * 3000);
        slowestStopMs = Math.max(slowestStopMs, await visitor.stop());
      }
    }
    await load.stop();
    const messages = await messagesIn(at);
    say(`the load has ended: ${messages} messages in the topic`);
    await untilCommitted(at, messages, say);
    for (const each of workers) slowestStopMs = Math.max(slowestStopMs, await each.stop());
    const expected = await expectFrom(at, stream);
    const letters = await readCommitted({ ...at, topic: lettersTopic, atLeast: expected.deadLetters.size });
    const byKcat = lettersByKcat({ ...at, topic: lettersTopic });
    const differences = [
      ...(await findDifferences(storeUrl, 'tidemark_sensors', expected)),
      ...compareLetters(expected, letters),
      ...(byKcat === undefined ? [] : comparePlaces(expected, byKcat)),
    ];
    return {
      differences,
      messages,
      duplicates: [...expected.events.values()].filter(({ duplicate }) => duplicate).length,
      deadLetters: expected.deadLetters.size,
      kills,
      seconds: Math.round((performance.now() - begun) / 1000),
      unexpected: running.flatMap((each) => each.unexpected),
      slowestStopMs,
    };
  } finally {
    await Promise.all(running.map((each) => each.stop()));
    await broker.stop();
  }
}

function inRandomOrder(plan: StormPlan, random: Random): Fault[] {
  const times: readonly [Fault, number][] = [
    ['kill', plan.kills],
    ['broker', plan.brokerRestarts],
    ['store', plan.storeOutages],
    ['visit', plan.visits],
  ];
  const faults = times.flatMap(([fault, count]) => Array.from({ length: count }, () => fault));
  for (let at = faults.length - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [faults[at], faults[other]] = [faults[other] as Fault, faults[at] as Fault];
  }
  return faults;
}

/** In order or by SIGKILL, and away for up to two seconds. */
async function restart(broker: Broker, directory: string, random: Random): Promise<Broker> {
  if (random.below(2) === 0) await broker.stop();
  else broker.kill();
  await delay(500 + random.next() * 1500);
  return startBroker({ directory, port: broker.port });
}

/** Killed and started later, or stopped and continued: connections refused, or answers that do not come. */
async function storeOutage(store: Supervised, ms: number, random: Random): Promise<void> {
  if (random.below(2) === 0) {
    store.holdFor(ms);
    store.kill('SIGKILL');
    await delay(ms);
    return;
  }
  store.kill('SIGSTOP');
  await delay(ms);
  store.kill('SIGCONT');
}

async function untilStoreAnswers(url: string): Promise<void> {
  for (let tries = 300; ; tries--) {
    const answer = await fetch(`${url}/ping`).catch(() => undefined);
    if (answer?.ok === true) return;
    if (tries === 0) throw new Error(`the store does not answer at ${url}`);
    await delay(100);
  }
}

const limitMs = 300_000;

async function untilCommitted(at: SensorTopic, messages: number, say: (text: string) => void): Promise<void> {
  const deadline = performance.now() + limitMs;
  let last = -1;
  for (;;) {
    const committed = await committedIn(at, group);
    if (committed >= messages) return;
    if (performance.now() > deadline) throw new Error(`the group stays at ${committed} of ${messages} messages`);
    if (committed !== last) say(`${committed} of ${messages} committed`);
    last = committed;
    await delay(2000);
  }
}
