import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
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

const startLimitMs = 60_000;
const clusterId = 'dGlkZW1hcmstdGVzdC1rYQ';

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

function properties(options: BrokerOptions, ports: { readonly client: number; readonly controller: number }): string {
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

/** The ports stay the same when a directory is opened again: the quorum's voters are written in its storage. */
async function portsOf(options: BrokerOptions): Promise<{ readonly client: number; readonly controller: number }> {
  const file = join(options.directory, 'ports.json');
  if (existsSync(file)) {
    const known = JSON.parse(readFileSync(file, 'utf8')) as { client: number; controller: number };
    return options.port === undefined ? known : { ...known, client: options.port };
  }
  const ports = { client: options.port ?? (await freePort()), controller: await freePort() };
  writeFileSync(file, JSON.stringify(ports));
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

/**
 * A real Apache Kafka of one node in KRaft mode, for tests and trials. It listens on 127.0.0.1 only and ends with this
 * process. Throws TOOL_MISSING where Java or the jars are absent or the broker does not come up.
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const classPath = kafkaClassPath();
  const { directory } = options;
  mkdirSync(directory, { recursive: true });
  const ports = await portsOf(options);
  const file = join(directory, 'server.properties');
  writeFileSync(file, properties(options, ports));
  const java = ['-Xmx512m', '-cp', classPath];
  if (!existsSync(join(directory, 'data', 'meta.properties')))
    execFileSync('java', [...java, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', file], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });

  const log = join(directory, 'broker.log');
  const child: ChildProcess = spawn('java', [...java, 'kafka.Kafka', file], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => appendFileSync(log, data));
  const exited = once(child, 'exit');
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  void exited.then(() => process.off('exit', killWithUs));

  const deadline = Date.now() + startLimitMs;
  while (!(await answers(ports.client))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new TidemarkError(ErrorCode.TOOL_MISSING, 'the Kafka broker did not come up', {
        place: directory,
        cure: `Its output is in ${log}.`,
      });
    }
    await delay(50);
  }
  return {
    brokers: `127.0.0.1:${ports.client}`,
    port: ports.client,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
