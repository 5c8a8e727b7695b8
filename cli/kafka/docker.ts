import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';

/** A broker in a container, where there is no Java: the same version, the data in a volume of the container's name. */
export interface Container {
  readonly name: string;
  /** On 127.0.0.1 of this machine. */
  readonly port: number;
  readonly version: string;
}

const clusterId = 'dGlkZW1hcmstZG9ja2Vycw';
const stopLimitS = 60;

/** One name a directory: the folder's own name to be recognised, and a digest of its whole path. */
export function containerNameOf(directory: string): string {
  const digest = createHash('sha256').update(directory).digest('hex').slice(0, 10);
  const readable = basename(directory)
    .replaceAll(/[^A-Za-z0-9_.-]/g, '-')
    .slice(0, 30);
  return `tidemark-kafka-${readable}-${digest}`;
}

/**
 * `docker run …`. Clients are told to come back to 127.0.0.1, so the port has to be the same on both sides of the container.
 * The image's user owns /var/lib/kafka/data, and a new volume takes that over; a folder of the host would not.
 */
export function runArguments({ name, port, version }: Container): readonly string[] {
  const controllerPort = port === 9093 ? 9094 : 9093;
  const settings = {
    CLUSTER_ID: clusterId,
    KAFKA_NODE_ID: 1,
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_LISTENERS: `CLIENT://0.0.0.0:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    KAFKA_ADVERTISED_LISTENERS: `CLIENT://127.0.0.1:${port}`,
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    KAFKA_INTER_BROKER_LISTENER_NAME: 'CLIENT',
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_CONTROLLER_QUORUM_VOTERS: `1@127.0.0.1:${controllerPort}`,
    KAFKA_LOG_DIRS: '/var/lib/kafka/data',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: 1,
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: 1,
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: 1,
    KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: 1,
    KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: 1,
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: 0,
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: false,
    KAFKA_HEAP_OPTS: '-Xmx512m -Xms256m',
  };
  return [
    ...['run', '--detach', '--name', name],
    ...['--publish', `127.0.0.1:${port}:${port}`],
    ...['--volume', `${name}:/var/lib/kafka/data`],
    ...Object.entries(settings).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
    `apache/kafka:${version}`,
  ];
}

export const stopArguments = (name: string) => ['stop', '--time', String(stopLimitS), name] as const;
export const removeArguments = (name: string) => ['rm', '--force', name] as const;
export const removeVolumeArguments = (name: string) => ['volume', 'rm', '--force', name] as const;
export const runningArguments = (name: string) => ['inspect', '--format', '{{.State.Running}}', name] as const;
export const logArguments = (name: string, lines: number) => ['logs', '--tail', String(lines), name] as const;

export interface DockerAnswer {
  readonly ok: boolean;
  /** Standard output and standard error, in this order. */
  readonly text: string;
}

export function docker(args: readonly string[]): DockerAnswer {
  const { status, stdout, stderr } = spawnSync('docker', args, { encoding: 'utf8' });
  return { ok: status === 0, text: `${stdout ?? ''}${stderr ?? ''}`.trim() };
}

/** Whether there is a client whose engine answers. */
export function dockerAvailable(): boolean {
  const { status } = spawnSync('docker', ['info', '--format', '{{.ServerVersion}}'], {
    stdio: 'ignore',
    timeout: 10_000,
  });
  return status === 0;
}
