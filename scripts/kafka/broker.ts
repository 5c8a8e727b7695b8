import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ErrorCode, TidemarkError } from '../../common/error.ts';
import { kafkaClassPath } from './jars.ts';
import { type BrokerPorts, type PropertiesOptions, scramArguments, serverProperties } from './properties.ts';

export interface BrokerOptions extends PropertiesOptions {
  /** On 127.0.0.1; default: any free one. */
  readonly port?: number;
}

export interface Broker {
  /** host:port, for clients. */
  readonly brokers: string;
  readonly port: number;
  /** host:port of the further listeners, by name. */
  readonly listeners: Readonly<Record<string, string>>;
  /** Shuts down in order. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): void;
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

/** Those that the directory was last used with. */
export function knownPorts(directory: string): (Omit<BrokerPorts, 'extra'> & Partial<BrokerPorts>) | undefined {
  const file = join(directory, 'ports.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/**
 * The ports of a directory stay the same when it is opened again, unless another one is asked for. The controller's, which
 * nobody else uses, gives way where it is taken by now.
 */
export async function portsOf(options: Pick<BrokerOptions, 'directory' | 'port' | 'listeners'>): Promise<BrokerPorts> {
  const known = knownPorts(options.directory);
  const extra: Record<string, number> = { ...known?.extra };
  for (const { name } of options.listeners ?? []) extra[name] ??= await freePort();
  const ports = {
    extra,
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
  /** host:port of the further listeners, by name. */
  readonly listeners: Readonly<Record<string, string>>;
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
  writeFileSync(file, serverProperties(options, ports));
  const java = ['-Xmx512m', ...logging, '-cp', classPath];
  if (!existsSync(join(directory, 'data', 'meta.properties')))
    formatStorage(
      [
        ...java,
        'kafka.tools.StorageTool',
        'format',
        '-t',
        clusterId,
        '-c',
        file,
        ...scramArguments(options.users ?? []),
      ],
      directory,
    );
  const args = [...java, 'kafka.Kafka', file];
  const listeners = Object.fromEntries(
    (options.listeners ?? []).map(({ name }) => [name, `127.0.0.1:${ports.extra[name]}`]),
  );
  return { command: 'java', args, port: ports.client, listeners, log: join(directory, 'broker.log') };
}

/**
 * A real Apache Kafka of one node in KRaft mode, for tests and trials. It listens on 127.0.0.1 only and ends with this
 * process. Throws TOOL_MISSING where Java or the jars are absent, BROKER_FAILED where the broker does not come up.
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const { directory } = options;
  const { command, args, port, listeners, log } = await prepareBroker(options);
  const output = openSync(log, 'a');
  const child: ChildProcess = spawn(command, args, { stdio: ['ignore', output, output] });
  closeSync(output);
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
    listeners,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
