import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { kafkaClassPath } from './jars.ts';

export interface BrokerOptions {
  /** Data and log of the broker; one that was used before is opened again. */
  readonly directory: string;
  /** On 127.0.0.1; default: any free one. */
  readonly port?: number;
  /** A login for SASL/PLAIN; default: anybody may connect. */
  readonly login?: { readonly username: string; readonly password: string };
}

export interface Broker {
  /** host:port, for clients. */
  readonly brokers: string;
  readonly port: number;
  /** Shuts down in order. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): void;
}

interface Ports {
  readonly client: number;
  readonly controller: number;
}

const startLimitMs = 60_000;
const clusterId = 'dGlkZW1hcmstdGVzdC1rYQ';
/** Warnings and errors with their time, on standard error. */
const logging = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss',
  '-Dorg.slf4j.simpleLogger.showShortLogName=true',
];

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

function properties(options: BrokerOptions, ports: Ports): string {
  const { directory, login } = options;
  const protocol = login === undefined ? 'PLAINTEXT' : 'SASL_PLAINTEXT';
  const lines = [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${ports.controller}`,
    `listeners=CLIENT://127.0.0.1:${ports.client},CONTROLLER://127.0.0.1:${ports.controller}`,
    `advertised.listeners=CLIENT://127.0.0.1:${ports.client}`,
    `listener.security.protocol.map=CLIENT:${protocol},CONTROLLER:PLAINTEXT`,
    'controller.listener.names=CONTROLLER',
    `log.dirs=${join(directory, 'data')}`,
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=4',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'transaction.state.log.num.partitions=4',
    'share.coordinator.state.topic.replication.factor=1',
    'share.coordinator.state.topic.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    'group.min.session.timeout.ms=2000',
    'auto.create.topics.enable=false',
    'log.retention.check.interval.ms=1000',
    'log.segment.delete.delay.ms=100',
    'log.initial.task.delay.ms=1000',
    'num.network.threads=2',
    'num.io.threads=2',
    'inter.broker.listener.name=CLIENT',
  ];
  if (login !== undefined) {
    const { username, password } = login;
    lines.push(
      'sasl.enabled.mechanisms=PLAIN',
      'sasl.mechanism.inter.broker.protocol=PLAIN',
      'listener.name.client.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required ' +
        `username="${username}" password="${password}" user_${username}="${password}";`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Those that the directory was last used with. */
export function knownPorts(directory: string): Ports | undefined {
  const file = join(directory, 'ports.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Ports) : undefined;
}

/**
 * The ports of a directory stay the same when it is opened again, unless another one is asked for. The controller's, which
 * nobody else uses, gives way where it is taken by now.
 */
export async function portsOf(options: Pick<BrokerOptions, 'directory' | 'port'>): Promise<Ports> {
  const known = knownPorts(options.directory);
  const ports = {
    client: options.port ?? known?.client ?? (await freePort()),
    controller: known === undefined || (await answers(known.controller)) ? await freePort() : known.controller,
  };
  writeFileSync(join(options.directory, 'ports.json'), JSON.stringify(ports));
  return ports;
}

async function answers(port: number): Promise<boolean> {
  const socket = createConnection({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function formatStorage(args: readonly string[], directory: string): void {
  const { status, stdout, stderr } = spawnSync('java', args, { encoding: 'utf8' });
  if (status === 0) return;
  throw new TidemarkError(ErrorCode.BROKER_FAILED, `the storage could not be made: ${stderr.trim() || stdout.trim()}`, {
    place: directory,
    cure: 'Choose another directory, or make this one writable.',
  });
}

/** How a broker is started: everything but the process. */
export interface PreparedBroker {
  readonly command: 'java';
  readonly args: readonly string[];
  /** On 127.0.0.1, for clients. */
  readonly port: number;
  /** Where the process's output goes. */
  readonly log: string;
}

/** Writes a broker's settings and formats its storage, once. Throws TOOL_MISSING where Java or the jars are absent, BROKER_FAILED. */
export async function prepareBroker(options: BrokerOptions): Promise<PreparedBroker> {
  const classPath = kafkaClassPath();
  const { directory } = options;
  mkdirSync(directory, { recursive: true });
  const ports = await portsOf(options);
  const file = join(directory, 'server.properties');
  writeFileSync(file, properties(options, ports));
  const java = ['-Xmx512m', ...logging, '-cp', classPath];
  if (!existsSync(join(directory, 'data', 'meta.properties')))
    formatStorage([...java, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', file], directory);
  const args = [...java, 'kafka.Kafka', file];
  return { command: 'java', args, port: ports.client, log: join(directory, 'broker.log') };
}

/**
 * A real Apache Kafka of one node in KRaft mode, for tests and trials. It listens on 127.0.0.1 only and ends with this
 * process. Throws TOOL_MISSING where Java or the jars are absent, BROKER_FAILED where the broker does not come up.
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { directory } = options;
  const { command, args, port, log } = await prepareBroker(options);
  const child: ChildProcess = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => appendFileSync(log, data));
  const exited = once(child, 'exit');
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  void exited.then(() => process.off('exit', killWithUs));

  const deadline = Date.now() + startLimitMs;
  while (!(await answers(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new TidemarkError(ErrorCode.BROKER_FAILED, 'the Kafka broker did not come up', {
        place: directory,
        cure: `Its output is in ${log}.`,
      });
    }
    await delay(50);
  }
  return {
    brokers: `127.0.0.1:${port}`,
    port,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
