import { describe, expect, it } from 'vitest';
import type { CommittedRange, PartitionId } from '../../../../common/source.ts';
import { commitRanges } from '../../../../consumers/kafka/commit.ts';
import { createOwnership, type KafkaOffsets, type Ownership } from '../../../../consumers/kafka/ownership.ts';

const place = { brokers: ['localhost:9092'], topics: ['events'], group: 'g' };
const partition = (number: number): PartitionId => ({ source: 'events', partition: number, role: 'events' });
const range = (number: number, epoch: number): CommittedRange => ({
  partition: partition(number),
  chunkId: 'c',
  from: 0,
  to: 10,
  epoch,
  metadata: '{"chunk":"c"}',
});

/** What kafkajs throws for an answer of the broker. */
function protocolError(type: string): Error {
  const error = Object.assign(new Error(type), { type });
  error.name = 'KafkaJSProtocolError';
  return error;
}

function owning(commit: (offsets: KafkaOffsets) => Promise<void>): Ownership {
  const ownership = createOwnership();
  for (const number of [0, 1]) ownership.own(partition(number), { epoch: 7, offset: 0 });
  ownership.commit = commit;
  return ownership;
}

function commit(ownership: Ownership, ranges: readonly CommittedRange[], sleep: () => Promise<void> = async () => {}) {
  return commitRanges({ ranges, ownership, place, retryOptions: { sleep, random: () => 0.5 } });
}

describe('a commit', () => {
  it('asks once for all partitions, with the offset after the last message and the metadata', async () => {
    const asked: KafkaOffsets[] = [];
    await commit(
      owning(async (offsets) => void asked.push(offsets)),
      [range(0, 7), range(1, 7)],
    );
    expect(asked).toEqual([
      {
        topics: [
          {
            topic: 'events',
            partitions: [
              { partition: 0, offset: '10', metadata: '{"chunk":"c"}' },
              { partition: 1, offset: '10', metadata: '{"chunk":"c"}' },
            ],
          },
        ],
      },
    ]);
  });

  it('asks for nothing where one of the ranges is of another epoch', async () => {
    let asked = 0;
    const ownership = owning(async () => void asked++);
    await expect(commit(ownership, [range(0, 7), range(1, 6)])).rejects.toMatchObject({ code: 'PARTITION_LOST' });
    await expect(commit(ownership, [range(2, 7)])).rejects.toMatchObject({ code: 'PARTITION_LOST' });
    expect(asked).toBe(0);
  });

  it('is given up when the partition is lost between two attempts', async () => {
    let asked = 0;
    const ownership = owning(async () => {
      asked++;
      throw protocolError('GROUP_COORDINATOR_NOT_AVAILABLE');
    });
    // What a rejoin does while the first attempt waits to be repeated.
    const rejoin = async () => {
      ownership.revokeAll();
      for (const number of [0, 1]) ownership.own(partition(number), { epoch: 8, offset: 0 });
    };
    await expect(commit(ownership, [range(0, 7)], rejoin)).rejects.toMatchObject({ code: 'PARTITION_LOST' });
    expect(asked).toBe(1);
  });

  it.each(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'REBALANCE_IN_PROGRESS', 'FENCED_INSTANCE_ID'])(
    'that the broker refuses with %s has lost the partition, and is not repeated',
    async (type) => {
      let asked = 0;
      const refusing = owning(async () => {
        asked++;
        throw protocolError(type);
      });
      await expect(commit(refusing, [range(0, 7)])).rejects.toMatchObject({ code: 'PARTITION_LOST', retriable: false });
      expect(asked).toBe(1);
    },
  );

  it('is repeated until the coordinator is back', async () => {
    let asked = 0;
    await commit(
      owning(async () => {
        if (++asked < 4) throw protocolError('NOT_COORDINATOR_FOR_GROUP');
      }),
      [range(0, 7)],
    );
    expect(asked).toBe(4);
  });

  it('with more metadata than the broker takes is an error that says so', async () => {
    const refusing = owning(async () => {
      throw protocolError('OFFSET_METADATA_TOO_LARGE');
    });
    await expect(commit(refusing, [range(0, 7)])).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      retriable: false,
      cure: expect.stringContaining('offset.metadata.max.bytes'),
    });
  });
});
