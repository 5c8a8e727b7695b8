import type { Admin } from 'kafkajs';
import type { KafkaSourceConfig } from '../../config/schema.ts';
import type { PartitionState } from './client.ts';

export interface StartPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /**
   * To be committed before anything is read: without it, what comes between the first assignment and the first commit would be
   * skipped by the next owner, who finds nothing committed and looks for the start again.
   */
  readonly isFirst: boolean;
}

/**
 * Where partitions begin of which the group has committed nothing. In a topic that is new to the group `start` decides. Where
 * the group has committed for other partitions of the topic, this one was added later: with `latest` it is read from its
 * beginning, so that nothing is lost until it is noticed.
 */
export async function startPositions(
  admin: Pick<Admin, 'fetchTopicOffsetsByTimestamp'>,
  request: { readonly start: KafkaSourceConfig['start']; readonly states: readonly PartitionState[] },
): Promise<readonly StartPosition[]> {
  const { start, states } = request;
  const known = new Set(states.filter(({ committed }) => committed !== undefined).map(({ topic }) => topic));
  const fresh = states.filter(({ committed }) => committed === undefined);
  const byTime = new Map<string, ReadonlyMap<number, number>>();
  if (typeof start === 'number')
    for (const topic of new Set(fresh.map((state) => state.topic))) {
      const found = await admin.fetchTopicOffsetsByTimestamp(topic, start);
      byTime.set(topic, new Map(found.map(({ partition, offset }) => [partition, Number(offset)])));
    }
  return fresh.map(({ topic, partition, low, high }) => {
    const isAdded = known.has(topic);
    const atTime = byTime.get(topic)?.get(partition);
    const atEnd = start === 'latest' && !isAdded;
    return { topic, partition, offset: atTime ?? (atEnd ? high : low), isFirst: start !== 'earliest' && !isAdded };
  });
}
