import type { IntakeSource } from '../../../common/read-model.ts';

/** Two topics as a worker reads them: one in full flow, one of labels whose broker is away. */
export function demoSources(): readonly IntakeSource[] {
  return [
    {
      source: 'flights',
      role: 'events',
      connected: true,
      partitions: 12,
      messages: 2_493_940,
      messagesPerSecond: 23_456.7,
      lag: 41_200,
      lastCommitSeconds: 0.0123,
      lastCommitAtMs: Date.now() - 2000,
      rebalances: 3,
      tombstones: 17,
    },
    {
      source: 'flight-labels',
      role: 'labels',
      connected: false,
      partitions: 0,
      messages: 0,
      messagesPerSecond: 0,
      lag: 0,
      lastCommitSeconds: null,
      lastCommitAtMs: null,
      rebalances: 0,
      tombstones: 0,
    },
  ];
}
