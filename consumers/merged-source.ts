import {
  type AssignmentListener,
  type CommittedRange,
  type PartitionId,
  partitionKey,
  type Source,
  type SourceBatch,
} from '../common/source.ts';

/** Several sources as one: their messages as they come, each source's commits to itself. */
export function mergeSources(sources: readonly Source[]): Source {
  if (sources.length === 1) return sources[0] as Source;
  const ownerOf = new Map<string, Source>();
  const pending = new Map<Source, Promise<{ readonly source: Source; readonly batch: SourceBatch | undefined }>>();
  const over = new Set<Source>();
  const noted = (source: Source, partitions: readonly PartitionId[]) => {
    for (const partition of partitions) ownerOf.set(partitionKey(partition), source);
  };
  return {
    shared: sources.some(({ shared }) => shared),
    async start(listener) {
      for (const source of sources) {
        const own: AssignmentListener = {
          assigned: (partitions) => {
            noted(source, partitions);
            return listener.assigned(partitions);
          },
          revoked: (partitions) => listener.revoked(partitions),
        };
        await source.start(own);
      }
    },
    async read() {
      for (;;) {
        for (const source of sources) {
          if (over.has(source) || pending.has(source)) continue;
          pending.set(
            source,
            source.read().then((batch) => ({ source, batch })),
          );
        }
        if (pending.size === 0) return undefined;
        const { source, batch } = await Promise.race(pending.values());
        pending.delete(source);
        if (batch !== undefined) return batch;
        over.add(source);
      }
    },
    async commit(ranges) {
      const byOwner = new Map<Source, CommittedRange[]>();
      for (const range of ranges) {
        const owner = ownerOf.get(partitionKey(range.partition));
        if (owner !== undefined) byOwner.set(owner, [...(byOwner.get(owner) ?? []), range]);
      }
      for (const [owner, own] of byOwner) await owner.commit(own);
    },
    ends: () => sources.flatMap((source) => source.ends()),
    settle(outcomes) {
      for (const source of sources) source.settle?.(outcomes);
    },
    status: () => sources.flatMap((source) => source.status?.() ?? []),
    async close() {
      for (const source of sources) await source.close();
    },
  };
}
