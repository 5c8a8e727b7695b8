import { Partitioners } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../../common/random.ts';
import { partitionOf } from '../../../../../consumers/kafka/outgoing/partition-of.ts';

const partitions = Array.from({ length: 1000 }, (_, partitionId) => ({ partitionId, leader: 1 }));

describe('the partition of a key', () => {
  it.each([
    // Hashes of UtilsTest.testMurmur2 in Apache Kafka.
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('is that of Java for %s', (key, hash) => {
    expect(partitionOf(Buffer.from(key), 0x7fffffff)).toBe((hash & 0x7fffffff) % 0x7fffffff);
  });

  it('is that of kafkajs for bytes of any length', () => {
    const random = createRandom(5);
    const partitioner = Partitioners.DefaultPartitioner();
    for (let length = 0; length < 60; length++) {
      const key = Buffer.from(Array.from({ length }, () => random.below(256)));
      const message = { key, value: null };
      const metadata = partitions as unknown as Parameters<typeof partitioner>[0]['partitionMetadata'];
      expect(partitionOf(key, partitions.length)).toBe(
        partitioner({ topic: 't', partitionMetadata: metadata, message }),
      );
    }
  });
});
