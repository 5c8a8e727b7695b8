import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parsePort } from '../../cli/commands/kafka.ts';
import { down, up } from '../../cli/kafka/dev-broker.ts';
import { topicsOf } from '../../cli/kafka/topics.ts';
import type { Runtime } from '../../cli/runtime/runtime.ts';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { topics } from './produce.ts';
import { explain, flightsDirectory, runFlights, startFlags } from './run.ts';

/**
 * The flights through a real Apache Kafka: `npm run start:kafka`. It starts a broker, sends the lines to two topics while they
 * are read, and stops all of it in the end. Ended or killed, it goes on where it was, sending too; `--fresh` begins anew.
 */
const here = dirname(fileURLToPath(import.meta.url));
const usage = `usage: npm run start:kafka -- [--once] [--json] [--fresh] [--port N] [--no-console] [--log-level LEVEL]
  --once        read everything that is sent, print a summary and exit
  --json        print the summary as one JSON object
  --fresh       forget an earlier run: its topics and its store
  --port        of the broker on 127.0.0.1 (default: any free one)
  --no-console  without API and console
  --log-level   debug, info, warn (default) or error`;

interface StartOptions {
  readonly once: boolean;
  readonly json: boolean;
  readonly fresh: boolean;
  readonly port: string;
  readonly 'no-console': boolean;
  readonly 'log-level': string;
}

try {
  const { values } = parseArgs({ options: { ...startFlags, port: { type: 'string', default: '0' } } });
  if (values.help) process.stdout.write(`${usage}\n`);
  else process.exitCode = await start(values);
} catch (error) {
  process.exitCode = explain(error, usage);
}

async function start(options: StartOptions) {
  const directory = flightsDirectory();
  const place = join(directory, 'kafka');
  const store = join(directory, 'kafka-store');
  if (options.fresh) {
    await down({ directory: place, delete: true });
    await rm(store, { recursive: true, force: true });
  }
  const port = parsePort(options.port) ?? 0;
  const say = (text: string) => void process.stderr.write(`tidemark: ${text}\n`);
  let producing: Producing | undefined;
  let ended = false;
  try {
    const { brokers } = await up({
      directory: place,
      port,
      topics: [topics.events, topics.labels],
      say,
    });
    say(`Kafka is up at ${brokers}`);
    process.env['KAFKA_BROKERS'] = brokers;
    let failure: unknown;
    const code = await runFlights({
      directory,
      store,
      pipeline: join(here, 'through-kafka.yaml'),
      once: false,
      json: options.json,
      console: !options['no-console'] && !options.once,
      logLevel: options['log-level'],
      onStarted: (runtime) => {
        producing = produce(brokers, directory);
        producing.done
          .then(async () => {
            if (ended) return;
            say('all flights are sent to the broker');
            if (options.once) await readToTheEnd(runtime, brokers, () => ended);
          })
          .catch((error) => {
            failure = error;
          })
          .finally(() => {
            if (failure !== undefined || options.once) runtime.stop();
          });
      },
    });
    ended = true;
    if (failure !== undefined) throw failure;
    return code;
  } finally {
    ended = true;
    await producing?.stop();
    await down({ directory: place, delete: false });
  }
}

interface Producing {
  /** Rejects where it failed, unless it was told to stop. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

/** In a process of its own: the worker's event loop is busy enough. It ends when the channel to this process is gone. */
function produce(brokers: string, directory: string): Producing {
  const child: ChildProcess = fork(join(here, 'produce.ts'), [brokers, directory]);
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  let stopped = false;
  const done = exited.then(([code, signal]) => {
    if (stopped || code === 0) return;
    throw new TidemarkError(ErrorCode.SOURCE_UNAVAILABLE, `sending the flights ended with ${code ?? signal}`, {
      place: `kafka ${brokers}`,
      cure: 'The message above says why; starting again goes on where it was',
    });
  });
  return {
    done,
    async stop() {
      stopped = true;
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

/** Until all that was sent counts, every window is judged and no retraining runs. A topic has no end, but the flights have one. */
async function readToTheEnd({ base, monitor, leads }: Runtime, brokers: string, isOver: () => boolean): Promise<void> {
  const sent = new Map((await topicsOf(brokers)).map(({ name, messages }) => [name, messages]));
  const counted = async (role: 'events' | 'labels'): Promise<number> => {
    const [row] = await base.store.query<{ n: string }>(
      `SELECT sum(read) AS n FROM \`${base.store.database}\`.chunks FINAL WHERE role = '${role}'`,
    );
    return Number(row?.n ?? 0);
  };
  const all = async (): Promise<boolean> =>
    (await counted('events')) >= (sent.get(topics.events.name) ?? 0) &&
    (await counted('labels')) >= (sent.get(topics.labels.name) ?? 0);
  while (!isOver() && !(leads() && (await all()))) await delay(500);
  if (isOver()) return;
  await monitor.round(Number.POSITIVE_INFINITY);
  while (!isOver() && (await base.stores.registry.interruptedJobs()).length > 0) await delay(200);
}
