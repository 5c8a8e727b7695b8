import type { KafkaSourceConfig, OutputConfig } from '../../../config/schema.ts';
import type { KafkaConnection } from '../client.ts';

/** How the brokers of an output are reached: by its own section, or as the source is. */
export function connectionOf(output: OutputConfig, source: KafkaSourceConfig | undefined): KafkaConnection {
  const { brokers } = output;
  if (brokers !== undefined) return { ...output, brokers };
  if (source === undefined) throw new Error('an output without brokers needs a Kafka source');
  return source;
}

/** True where both are reached by the same brokers: then offsets of the source's own partitions can be kept there. */
export function sameBrokers(one: Pick<KafkaConnection, 'brokers'>, other: Pick<KafkaConnection, 'brokers'>): boolean {
  return [...one.brokers].sort().join() === [...other.brokers].sort().join();
}
