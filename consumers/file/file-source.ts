import { basename, extname } from 'node:path';
import type { Frame } from '../../common/feature.ts';
import type { PartitionId, Source } from '../../common/source.ts';
import { createFrameReader } from './frame-reader.ts';
import { openNdjson } from './ndjson-reader.ts';
import type { PartitionReader } from './partition-reader.ts';

export interface FileInput {
  readonly path: string;
  readonly role: 'events' | 'labels';
  /** Source in positions; default: the file's name without its ending. */
  readonly name?: string;
  /** Events a second; default: as fast as they are taken. */
  readonly ratePerSecond?: number;
}

export interface FileSourceDeps {
  /** Reads a file of columns; files of lines are read here. */
  readonly readFrame: (path: string) => Promise<Frame>;
  /** The event time that taking in a partition has reached: files are read in step by it. */
  readonly progressMs: (partition: PartitionId) => number;
  readonly maxLineBytes: number;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** Messages a read; small beside a flush, so that flushes are cut where they should be. */
const maxMessages = 2048;

/**
 * Files as a bounded source, one partition each, read in step by event time: always the one that is furthest behind, so the
 * same files give the same order however often the process was killed. The `chunks` table is the only record of positions.
 */
export function createFileSource(inputs: readonly FileInput[], deps: FileSourceDeps): Source {
  let readers: { readonly reader: PartitionReader; readonly input: FileInput; startedAtMs: number; taken: number }[] =
    [];
  const done = new Set<PartitionReader>();

  async function openReader(input: FileInput): Promise<PartitionReader> {
    const { path, role } = input;
    const partition: PartitionId = { source: input.name ?? basename(path, extname(path)), partition: 0, role };
    if (/\.(ndjson|jsonl)$/i.test(path)) {
      return openNdjson({ path, partition, maxMessages, maxLineBytes: deps.maxLineBytes });
    }
    return createFrameReader(await deps.readFrame(path), partition, maxMessages);
  }

  return {
    shared: false,
    async start(listener) {
      const opened: PartitionReader[] = [];
      for (const input of inputs) opened.push(await openReader(input));
      const starts = await listener.assigned(opened.map(({ partition }) => partition));
      readers = opened.map((reader, at) => {
        reader.seek(starts[at]?.offset ?? 0);
        return { reader, input: inputs[at] as FileInput, startedAtMs: deps.now(), taken: 0 };
      });
    },
    async read() {
      for (;;) {
        const open = readers.filter(({ reader }) => !done.has(reader));
        if (open.length === 0) return undefined;
        const behind = open.reduce((a, b) =>
          deps.progressMs(b.reader.partition) < deps.progressMs(a.reader.partition) ? b : a,
        );
        const batch = await behind.reader.read();
        if (batch === undefined) {
          done.add(behind.reader);
          continue;
        }
        behind.taken += batch.messages.length;
        const rate = behind.input.ratePerSecond;
        if (rate !== undefined) {
          const dueMs = behind.startedAtMs + (behind.taken / rate) * 1000;
          if (dueMs > deps.now()) await deps.sleep(dueMs - deps.now());
        }
        return batch;
      }
    },
    commit: async () => {},
    ends: () => readers.map(({ reader }) => ({ partition: reader.partition, end: reader.end })),
    async close() {
      for (const { reader } of readers) await reader.close();
      readers = [];
    },
  };
}
