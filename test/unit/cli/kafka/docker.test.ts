import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { containerNameOf, runArguments, stopArguments } from '../../../../cli/kafka/docker.ts';
import { kafkaVersion } from '../../../../scripts/kafka/jars.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

/** The values of `--env`, by name. */
function environmentOf(args: readonly string[]): ReadonlyMap<string, string> {
  const entries = args.flatMap((word, at) => (word === '--env' ? [args[at + 1] as string] : []));
  return new Map(entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]));
}

describe('the broker in a container', () => {
  const args = runArguments({ name: 'tidemark-kafka-x', port: 9192, version: '4.1.0' });
  const environment = environmentOf(args);

  it('is detached and named, with its data in a volume and one port, of this machine only', () => {
    expect(args.slice(0, 8)).toEqual([
      'run',
      '--detach',
      '--name',
      'tidemark-kafka-x',
      '--publish',
      '127.0.0.1:9192:9192',
      '--volume',
      'tidemark-kafka-x:/var/lib/kafka/data',
    ]);
    expect(args.at(-1)).toBe('apache/kafka:4.1.0');
    expect(environment.get('KAFKA_LOG_DIRS')).toBe('/var/lib/kafka/data');
  });

  it('listens for everybody inside and sends clients back to the published port', () => {
    expect(environment.get('KAFKA_LISTENERS')).toBe('CLIENT://0.0.0.0:9192,CONTROLLER://127.0.0.1:9093');
    expect(environment.get('KAFKA_ADVERTISED_LISTENERS')).toBe('CLIENT://127.0.0.1:9192');
  });

  it('gives the controller a port of its own and names it as the one voter', () => {
    for (const port of [9092, 9093, 9094]) {
      const settings = environmentOf(runArguments({ name: 'x', port, version: '4.1.0' }));
      const controller = /CONTROLLER:\/\/127\.0\.0\.1:(\d+)$/.exec(settings.get('KAFKA_LISTENERS') ?? '')?.[1];
      expect(controller).not.toBe(String(port));
      expect(settings.get('KAFKA_CONTROLLER_QUORUM_VOTERS')).toBe(`1@127.0.0.1:${controller}`);
    }
  });

  it('has a cluster id of 16 bytes in base64, as Kafka demands', () => {
    expect(Buffer.from(environment.get('CLUSTER_ID') ?? '', 'base64url')).toHaveLength(16);
  });

  it('has one name a directory, of the characters Docker allows', () => {
    const name = containerNameOf('/home/me/my project/.tidemark/kafka dev');
    expect(name).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/);
    expect(name).not.toBe(containerNameOf('/home/you/my project/.tidemark/kafka dev'));
  });

  it('is given time to end in order', () => {
    expect(stopArguments('x')).toEqual(['stop', '--time', '60', 'x']);
  });

  it('is of the version that the jars and docker-compose.yml have', () => {
    const compose = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8')) as {
      readonly services: Readonly<Record<string, { readonly image: string }>>;
    };
    expect(compose.services['kafka']?.image).toBe(`apache/kafka:${kafkaVersion}`);
    expect(readFileSync(join(root, 'scripts/kafka/pom.xml'), 'utf8')).toContain(
      `<kafka.version>${kafkaVersion}</kafka.version>`,
    );
  });
});
