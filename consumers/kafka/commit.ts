import { type RetryOptions, retry } from '../../common/retry.ts';
import type { CommittedRange } from '../../common/source.ts';
import { isFenced, type KafkaPlace, translateKafkaError } from './errors.ts';
import type { KafkaOffsets, Ownership } from './ownership.ts';
import { partitionLost } from './ownership.ts';

function offsetsOf(ranges: readonly CommittedRange[]): KafkaOffsets {
  const topics = new Map<string, KafkaOffsets['topics'][number]['partitions']>();
  for (const { partition, to, metadata } of ranges) {
    const partitions = topics.get(partition.source) ?? [];
    partitions.push({ partition: partition.partition, offset: String(to), metadata });
    topics.set(partition.source, partitions);
  }
  return { topics: [...topics].map(([topic, partitions]) => ({ topic, partitions })) };
}

/** The next turn of the event loop: no promise is left half-way between a join and its announcement. */
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Commits ranges under the epochs they were read in.
 *
 * kafkajs commits with the member and generation it has at the moment of the call, and its own retries would go on after
 * a rejoin with the new generation, which the broker accepts. So each attempt is one request, made in the same turn as the
 * look at our epochs; a failure that may pass is tried again with back-off, as long as the partitions are ours.
 */
export async function commitRanges(request: {
  readonly ranges: readonly CommittedRange[];
  readonly ownership: Ownership;
  readonly place: KafkaPlace;
  readonly retryOptions: RetryOptions;
}): Promise<void> {
  const { ranges, ownership, place } = request;
  const first = ranges[0];
  if (first === undefined) return;
  ownership.check(ranges);
  await retry(async () => {
    await nextTurn();
    ownership.check(ranges);
    const { commit } = ownership;
    if (commit === undefined) throw partitionLost(first.partition, 'nothing was read in this epoch');
    try {
      await commit(offsetsOf(ranges));
    } catch (error) {
      if (isFenced(error)) throw partitionLost(first.partition, 'the broker refused the commit', error);
      throw translateKafkaError(error, place);
    }
  }, request.retryOptions);
}
