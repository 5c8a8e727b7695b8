import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { freePort, knownPorts, portsOf } from '../../scripts/kafka/broker.ts';
import { kafkaAvailable, kafkaFetched, kafkaVersion } from '../../scripts/kafka/jars.ts';
import {
  containerNameOf,
  docker,
  dockerAvailable,
  removeArguments,
  removeVolumeArguments,
  runningArguments,
  stopArguments,
} from './docker.ts';
import { assertPortFree, makeDirectory, removeFiles, withLock } from './files.ts';
import { lastWords, startContainer, startJava } from './launch.ts';
import { type BrokerRecord, isBrokerOf, readRecord, removeRecord } from './record.ts';
import { ensureTopics, isUp, type TopicSpec, type TopicState, topicsOf } from './topics.ts';

/**
 * One Apache Kafka a directory, for development and tests: it goes on after the command that started it, and is started
 * again on the data it left. It listens on 127.0.0.1 only.
 */
export type BrokerStatus =
  | { readonly state: 'stopped'; readonly directory: string }
  | (RunningBroker & {
      readonly state: 'running';
      readonly topics: readonly TopicState[];
    })
  /** The process is there and does not answer: it is starting or ending. */
  | (RunningBroker & { readonly state: 'silent' });

export interface RunningBroker {
  readonly directory: string;
  /** host:port, for clients. */
  readonly brokers: string;
  readonly version: string;
  /** The process or the container. */
  readonly runner: string;
}

export interface UpRequest {
  readonly directory: string;
  /** Default: the one of last time, else 9092. 0: any free one. */
  readonly port?: number;
  readonly topics: readonly TopicSpec[];
  /** What takes long is announced to people. */
  readonly say: (text: string) => void;
}

const defaultPort = 9092;
const anyPort = 0;
const startLimitMs = 120_000;
const stopLimitMs = 60_000;
const pollMs = 100;

const addressOf = ({ port }: BrokerRecord): string => `127.0.0.1:${port}`;

function describe(directory: string, record: BrokerRecord): RunningBroker {
  const runner = record.runner === 'java' ? `process ${record.pid}` : `container ${record.container}`;
  return { directory, brokers: addressOf(record), version: record.version, runner };
}

/** What is recorded, if it still runs. */
function runningIn(directory: string): BrokerRecord | undefined {
  const record = readRecord(directory);
  return record !== undefined && runs(directory, record) ? record : undefined;
}

function runs(directory: string, record: BrokerRecord): boolean {
  if (record.runner === 'java') return isBrokerOf(directory, record.pid);
  return docker(runningArguments(record.container)).text === 'true';
}

/**
 * Starts the broker where it does not run, waits until it answers and makes the topics that are missing. Throws TOOL_MISSING,
 * LISTEN_FAILED (the port), FILE_UNREADABLE (the directory), CONFIG_INVALID, BROKER_FAILED.
 */
export async function up(request: UpRequest): Promise<RunningBroker & { readonly started: boolean }> {
  const directory = resolve(request.directory);
  let record = runningIn(directory);
  const started = record === undefined;
  if (record === undefined) {
    const runner = chooseRunner();
    makeDirectory(directory);
    record = await withLock(directory, () => start({ ...request, directory }, runner));
  } else if (request.port !== undefined && request.port !== anyPort && request.port !== record.port) {
    throw new TidemarkError(ErrorCode.CONFIG_INVALID, `it is up already, at ${addressOf(record)}`, {
      place: `--port ${request.port}`,
      cure: 'Stop it by `tidemark kafka down` first, or leave --port out',
    });
  }
  await untilUp(directory, record);
  await ensureTopics(addressOf(record), request.topics);
  return { ...describe(directory, record), started };
}

function chooseRunner(): BrokerRecord['runner'] {
  const java = kafkaAvailable();
  if (java.available) return 'java';
  if (dockerAvailable()) return 'docker';
  throw new TidemarkError(ErrorCode.TOOL_MISSING, `no Kafka can be started here: ${java.why}, and no Docker answers`, {
    place: 'tidemark kafka',
    cure: 'Install Java 17 and Maven (Debian: apt-get install openjdk-17-jre-headless maven), or start Docker',
  });
}

async function start(request: UpRequest, runner: BrokerRecord['runner']): Promise<BrokerRecord> {
  const { directory, say } = request;
  // Another `up` may have been quicker.
  const running = runningIn(directory);
  if (running !== undefined) return running;
  removeRecord(directory);
  const port =
    request.port === anyPort ? await freePort() : (request.port ?? knownPorts(directory)?.client ?? defaultPort);
  await assertPortFree(port);
  if (runner === 'docker') {
    say(`starting apache/kafka:${kafkaVersion} in a container; the image is fetched once`);
    await portsOf({ directory, port });
    return startContainer(directory, { name: containerNameOf(directory), port, version: kafkaVersion });
  }
  if (!kafkaFetched()) say(`fetching Apache Kafka ${kafkaVersion} by Maven (54 MB, once) ...`);
  return startJava(directory, port);
}

async function untilUp(directory: string, record: BrokerRecord): Promise<void> {
  const deadlineMs = performance.now() + startLimitMs;
  while (!(await isUp(addressOf(record)))) {
    const ended = !runs(directory, record);
    if (!ended && performance.now() < deadlineMs) {
      await delay(pollMs);
      continue;
    }
    if (ended) removeRecord(directory);
    const what = ended ? 'the broker ended while it started' : `the broker does not answer at ${addressOf(record)}`;
    throw new TidemarkError(ErrorCode.BROKER_FAILED, `${what}; the last of its log:\n${lastWords(directory, record)}`, {
      place: directory,
      cure: 'Mend what the log names, or throw its data away by `tidemark kafka down --delete`',
    });
  }
}

/** Stops the broker in order and waits until it has ended. True where it ran. Throws BROKER_FAILED where it does not end. */
export async function down(request: { readonly directory: string; readonly delete: boolean }): Promise<boolean> {
  const directory = resolve(request.directory);
  const record = readRecord(directory);
  const running = record !== undefined && runs(directory, record);
  if (running && record.runner === 'java') await endProcess(directory, record.pid);
  if (record?.runner === 'docker') {
    if (running) docker(stopArguments(record.container));
    docker(removeArguments(record.container));
  }
  removeRecord(directory);
  if (request.delete) deleteData(directory);
  return running;
}

async function endProcess(directory: string, pid: number): Promise<void> {
  process.kill(pid, 'SIGTERM');
  const deadlineMs = performance.now() + stopLimitMs;
  while (isBrokerOf(directory, pid)) {
    if (performance.now() > deadlineMs) {
      throw new TidemarkError(ErrorCode.BROKER_FAILED, `process ${pid} has not ended after ${stopLimitMs / 1000} s`, {
        place: directory,
        cure: `End it by \`kill -9 ${pid}\`; what it has acknowledged is on the disk`,
      });
    }
    await delay(pollMs);
  }
}

function deleteData(directory: string): void {
  // Without an engine that answers there is nothing to delete in it.
  if (dockerAvailable()) {
    const name = containerNameOf(directory);
    docker(removeArguments(name));
    docker(removeVolumeArguments(name));
  }
  if (existsSync(directory)) removeFiles(directory);
}

export async function status(request: { readonly directory: string }): Promise<BrokerStatus> {
  const directory = resolve(request.directory);
  const record = runningIn(directory);
  if (record === undefined) return { state: 'stopped', directory };
  const running = describe(directory, record);
  if (!(await isUp(running.brokers))) return { state: 'silent', ...running };
  return { state: 'running', ...running, topics: await topicsOf(running.brokers) };
}
