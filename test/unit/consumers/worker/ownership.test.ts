import { describe, expect, it } from 'vitest';
import { ErrorCode, TidemarkError } from '../../../../common/error.ts';
import { noMetrics, silentLogger } from '../../../../common/ports.ts';
import type { ChunkRow } from '../../../../common/rows.ts';
import type { AssignmentListener, PartitionId, Source, SourceBatch } from '../../../../common/source.ts';
import { pipelineSchema } from '../../../../config/schema.ts';
import { createIntake } from '../../../../consumers/worker/intake.ts';
import { createPartitions } from '../../../../consumers/worker/partitions.ts';
import { createWorker, type WorkerStore } from '../../../../consumers/worker/worker.ts';
import { createSegmenter } from '../../../../drift/segment.ts';
import { compileContract } from '../../../../validators/compile.ts';
import { parseContract } from '../../../../validators/parse.ts';

const partition: PartitionId = { source: 'topic', partition: 0, role: 'events' };
const contract = parseContract('contract: sizes\nversion: 1\nfeatures:\n  size: { type: integer }\n', 'contract.yaml');

/** Ten events from `from` on. */
function ten(from: number, epoch: number): SourceBatch {
  const messages = Array.from({ length: 10 }, (_, at) => ({
    offset: from + at,
    key: null,
    value: Buffer.from(JSON.stringify({ id: from + at, time: '2026-03-01T00:00Z', size: 1 })),
  }));
  return { partition, messages, nextOffset: from + 10, epoch };
}

/** A source that hands over what the test says, when it says so. */
function scripted(script: {
  readonly reads: readonly ((epoch: () => number) => Promise<SourceBatch | undefined>)[];
  /** Takes the partition away and gives it back while the first commit is waited for; the commit is refused then. */
  readonly onGivenBack?: () => void;
}) {
  let listener: AssignmentListener;
  let epoch = 0;
  let at = 0;
  let closed = 0;
  let rebalanced = false;
  const assign = async () => {
    const [start] = await listener.assigned([{ ...partition, committed: { offset: 0, metadata: '' } }]);
    epoch = start?.epoch ?? 0;
  };
  const source: Source = {
    shared: true,
    ends: () => [],
    async start(given) {
      listener = given;
      await assign();
    },
    read: async () => script.reads[at++]?.(() => epoch),
    async commit(ranges) {
      if (script.onGivenBack !== undefined && !rebalanced) {
        rebalanced = true;
        listener.revoked([partition]);
        await assign();
        script.onGivenBack();
      }
      if (ranges.some((range) => range.epoch !== epoch))
        throw new TidemarkError(ErrorCode.PARTITION_LOST, 'the broker refused the commit');
    },
    close: async () => void closed++,
  };
  return { source, closed: () => closed };
}

function workerOf(source: Source, writeChunks: WorkerStore['writeChunks']) {
  let nowMs = 1000;
  return createWorker({
    source,
    intake: createIntake({
      event: pipelineSchema.shape.event.parse({ format: 'json', id: '/id', time: '/time' }),
      labels: undefined,
      contract: compileContract(contract, { envelope: ['/id', '/time'] }),
      paneMs: 60_000,
      latenessMs: 0,
      capacityRows: 16,
      wantsOutcomes: false,
    }),
    partitions: createPartitions(),
    store: {
      writeRows: async () => undefined,
      writeChunks,
      lastChunk: async () => undefined,
      isCounted: async () => false,
      panesOf: async () => [],
      recentIds: async () => [],
      lastFlush: async () => 0,
    },
    score: async () => [],
    profilePlan: () => ({
      features: [],
      measurers: new Map(),
      paneMs: 60_000,
      segments: [],
      segmenter: createSegmenter([]),
      segmentPanesMs: [],
      samplesPerPane: 0,
    }),
    onCommitted: async () => undefined,
    flushRows: 10,
    flushIntervalMs: 1e9,
    duplicateWindow: 100,
    clock: { now: () => nowMs++ },
    logger: silentLogger,
    metrics: noMetrics,
    sleep: async () => undefined,
    random: () => 0.5,
  });
}

describe('a worker whose partition changes hands', () => {
  it('goes on where the group stands when it gets the partition back while a commit is refused', async () => {
    const chunks: ChunkRow[] = [];
    let back: () => void = () => undefined;
    const givenBack = new Promise<void>((resolve) => {
      back = resolve;
    });
    let first = 0;
    const { source } = scripted({
      reads: [
        async (epoch) => {
          first = epoch();
          return ten(0, first);
        },
        // Read under the first epoch, handed over under the second.
        async () => {
          await givenBack;
          return ten(10, first);
        },
        async (epoch) => ten(0, epoch()),
        async (epoch) => ten(10, epoch()),
      ],
      onGivenBack: () => back(),
    });
    await workerOf(source, async (written) => void chunks.push(...written)).run();
    expect(chunks.map(({ from, to, read }) => [from, to, read])).toEqual([
      [0, 10, 10],
      [10, 20, 10],
    ]);
    expect(new Set(chunks.map(({ epoch }) => epoch)).size).toBe(1);
  });

  it('leaves its source when a write fails for good, though the next batch is read already', async () => {
    const { source, closed } = scripted({
      reads: [async (epoch) => ten(0, epoch()), async (epoch) => ten(10, epoch()), async (epoch) => ten(20, epoch())],
    });
    const worker = workerOf(source, async () => {
      throw new Error('the disk is gone');
    });
    await expect(worker.run()).rejects.toThrow('the disk is gone');
    expect(closed()).toBe(1);
  });
});
