import { describe, expect, it } from 'vitest';
import { noMetrics } from '../../../../common/ports.ts';
import type { CommittedRange, PartitionId } from '../../../../common/source.ts';
import { createRateMeter } from '../../../../consumers/kafka/rate-meter.ts';
import { createTracker } from '../../../../consumers/kafka/tracker.ts';

describe('the rate meter', () => {
  it('is the mean of the last ten whole seconds', () => {
    let now = 1_000_000;
    const meter = createRateMeter(() => now);
    expect(meter.perSecond()).toBe(0);
    for (let second = 0; second < 30; second++) {
      meter.add(second < 15 ? 100 : 300);
      now += 1000;
    }
    expect(meter.perSecond()).toBe(300);
    now += 5000;
    expect(meter.perSecond()).toBe(150);
    now += 60_000;
    expect(meter.perSecond()).toBe(0);
  });

  it('takes the seconds there are while it is young, and never the one that is not over', () => {
    let now = 0;
    const meter = createRateMeter(() => now);
    meter.add(50);
    expect(meter.perSecond()).toBe(0);
    now = 1000;
    meter.add(1000);
    expect(meter.perSecond()).toBe(50);
  });
});

describe('the tracker', () => {
  const id = (partition: number, source = 'a'): PartitionId => ({ source, partition, role: 'events' });
  const range = (partition: PartitionId, to: number): CommittedRange => ({
    partition,
    chunkId: '',
    from: 0,
    to,
    epoch: 1,
    metadata: '',
  });

  function tracker() {
    const gauges = new Map<string, number>();
    const made = createTracker({
      topics: ['a', 'b'],
      role: 'events',
      metrics: {
        ...noMetrics,
        gauge: (name, value, labels) => void gauges.set(`${name} ${Object.values(labels ?? {}).join('/')}`, value),
      },
      now: () => 5000,
    });
    return { ...made, gauges };
  }

  it('knows the lag of each topic from what is committed and what is there', () => {
    const { assigned, taken, committed, status } = tracker();
    assigned([
      { partition: id(0), offset: 10, high: 100 },
      { partition: id(1), offset: 0, high: 0 },
      { partition: id(0, 'b'), offset: 7, high: 7 },
    ]);
    expect(status().map(({ source, lag, partitions }) => [source, lag, partitions])).toEqual([
      ['a', 90, 2],
      ['b', 0, 1],
    ]);
    taken({ partition: id(0), messages: 50, bytes: 1, tombstones: 3, nextOffset: 60, high: 120 });
    committed([range(id(0), 60)], 0.25);
    const [a, b] = status();
    expect(a).toMatchObject({ lag: 60, messages: 50, tombstones: 3, lastCommitSeconds: 0.25, lastCommitAtMs: 5000 });
    expect(b).toMatchObject({ lag: 0, messages: 0, lastCommitSeconds: null });
  });

  it('reports no lag of partitions that are gone: their owner does', () => {
    const { assigned, revoked, status, gauges } = tracker();
    assigned([{ partition: id(0), offset: 0, high: 100 }]);
    expect(gauges.get('tidemark_source_lag_messages a/0')).toBe(100);
    expect(gauges.get('tidemark_source_partitions a')).toBe(1);
    revoked([id(0)]);
    expect(gauges.get('tidemark_source_lag_messages a/0')).toBe(0);
    expect(gauges.get('tidemark_source_partitions a')).toBe(0);
    expect(status()[0]).toMatchObject({ lag: 0, partitions: 0 });
  });
});
