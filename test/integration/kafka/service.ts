import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../../../common/ports.ts';
import { type Broker, type BrokerOptions, startBroker } from '../../../scripts/kafka/broker.ts';
import { kafkaConfig, type Member, member, type Producing, producing } from './members.ts';

/** A broker with a directory of its own, a producer, and the members that a test has opened. */
export interface Service {
  readonly directory: string;
  readonly broker: Broker;
  readonly log: Producing;
  /** A source that has not joined yet; closed by `closeMembers`. `more`: keys of the configuration. */
  open(topic: string | readonly string[], more?: Readonly<Record<string, unknown>>, options?: Options): Opened;
  joined(
    topic: string | readonly string[],
    more?: Readonly<Record<string, unknown>>,
    options?: Options,
  ): Promise<Opened>;
  closeMembers(): Promise<void>;
  stop(): Promise<void>;
}

export type Opened = ReturnType<typeof member>;
export type Options = Partial<Parameters<typeof member>[1]>;

/** Keeps what is said. */
export function listening(): Logger & { readonly said: readonly string[] } {
  const said: string[] = [];
  const note = (fields: unknown, message: string) => void said.push(`${message} ${JSON.stringify(fields)}`);
  return { said, debug() {}, info: note, warn: note, error: note };
}

export async function startService(
  more: (directory: string) => Omit<BrokerOptions, 'directory'> = () => ({}),
): Promise<Service> {
  const directory = mkdtempSync(join(tmpdir(), 'tidemark-kafka-'));
  const broker = await startBroker({ directory: join(directory, 'broker'), ...more(directory) });
  const log = await producing(broker.brokers);
  let members: Member[] = [];
  const open: Service['open'] = (topic, given = {}, options = {}) => {
    const group = `group-${typeof topic === 'string' ? topic : topic.join('-')}`;
    const config = kafkaConfig({ group, brokers: broker.brokers, topic, ...given });
    const made = member(config, { logger: listening(), ...options });
    members.push(made);
    return made;
  };
  return {
    directory,
    broker,
    log,
    open,
    async joined(topic, given, options) {
      const made = open(topic, given, options);
      await made.start();
      return made;
    },
    async closeMembers() {
      await Promise.all(members.map(({ source }) => source.close()));
      members = [];
    },
    async stop() {
      await log.close();
      await broker.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The values of the next `count` messages. */
export async function readValues(reader: Member, count: number): Promise<string[]> {
  const values: string[] = [];
  while (values.length < count)
    for (const { value } of (await reader.next()).batch.messages) values.push(String(value));
  return values;
}

/** What starting a member fails with; undefined where it starts. */
export async function failureOf(
  reader: Opened,
): Promise<{ message: string; code?: string; cure?: string } | undefined> {
  try {
    await reader.start();
    return undefined;
  } catch (error) {
    return error as Error & { code?: string; cure?: string };
  }
}
