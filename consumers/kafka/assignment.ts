import { ErrorCode, TidemarkError } from '../../common/error.ts';
import type { Logger, Metrics } from '../../common/ports.ts';
import { type AssignmentListener, type PartitionId, partitionKey } from '../../common/source.ts';
import type { PartitionState } from './client.ts';
import type { StartPosition } from './start-position.ts';

export interface StartedPartition {
  readonly partition: PartitionId;
  readonly offset: number;
  readonly epoch: number;
}

/**
 * Where each newly assigned partition goes on. The listener is told what is committed; where nothing is, it is told the start
 * with empty metadata. It may answer with a later offset than the committed one (after repair).
 */
export async function startPartitions(request: {
  readonly states: readonly PartitionState[];
  readonly role: PartitionId['role'];
  readonly starts: readonly StartPosition[];
  readonly listener: AssignmentListener;
  readonly logger: Logger;
  readonly metrics: Metrics;
}): Promise<readonly StartedPartition[]> {
  const { states, role, starts, listener, logger, metrics } = request;
  const answer = await listener.assigned(
    states.map(({ topic, partition, low, committed }) => {
      const start = starts.find((one) => one.topic === topic && one.partition === partition);
      return {
        source: topic,
        partition,
        role,
        committed: committed ?? { offset: start?.offset ?? low, metadata: '' },
      };
    }),
  );
  return states.map(({ topic, partition, low, high }) => {
    const id: PartitionId = { source: topic, partition, role };
    const started = answer.find((entry) => partitionKey(entry.partition) === partitionKey(id));
    if (started === undefined)
      throw new Error(`no start was given for partition ${partitionKey(id)}, which was assigned`);
    if (started.offset > high) throw topicReplaced(id, { offset: started.offset, high });
    if (started.offset < low) {
      reportDeleted({ logger, metrics, partition: id, from: started.offset, to: low });
      return { ...started, partition: id, offset: low };
    }
    return { ...started, partition: id };
  });
}

/** Messages the broker deleted before they were read: nobody can bring them back, so it is said aloud and counted. */
export function reportDeleted(report: {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly partition: PartitionId;
  readonly from: number;
  readonly to: number;
}): void {
  const { logger, metrics, partition, from, to } = report;
  const labels = { source: partition.source, partition: String(partition.partition) };
  metrics.count('tidemark_source_deleted_messages_total', to - from, labels);
  // From 0 it is the ordinary start of a topic that is older than its retention.
  const fields = { ...labels, from, to };
  if (from === 0) logger.info(fields, 'reading begins at the first offset the broker still has');
  else logger.error(fields, 'the broker deleted messages before they were read; raise retention.ms of the topic');
}

export function topicReplaced(
  partition: PartitionId,
  found: { readonly offset: number; readonly high: number },
): TidemarkError {
  return new TidemarkError(
    ErrorCode.SOURCE_UNAVAILABLE,
    `offsets up to ${found.offset} are stored, but the partition ends at ${found.high}: the topic was emptied or made anew`,
    {
      place: partitionKey(partition),
      cure: 'Read the new topic under another name, or with another pipeline, so that its offsets are not taken for the old ones.',
    },
  );
}
