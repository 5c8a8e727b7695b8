import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bottomRows } from '../../common/bottom-k.ts';
import { createDictionary } from '../../common/columns.ts';
import { packTexts } from '../../common/pack-texts.ts';
import { priorityOf, prioritySeed } from '../../common/priority.ts';
import type { ChunkRow, SampleRows } from '../../common/rows.ts';
import { chunkIdOf } from '../../consumers/worker/chunk-rows.ts';
import type { ChunkTally, Prepared } from '../../consumers/worker/prepared.ts';
import { createSampler } from '../../consumers/worker/sampler.ts';

const paneMs = 1000;

interface Event {
  readonly partition: number;
  readonly offset: number;
  readonly timeMs: number;
  readonly duplicate: boolean;
}

/** One flush of events, one chunk for each of two partitions. */
function flushOf(events: readonly Event[]): Prepared {
  const source = createDictionary(['trips']);
  const rows = events.length;
  const text = {
    kind: 'text',
    codes: new Int32Array(rows),
    dictionary: source,
    validity: new Uint8Array((rows + 7) >> 3).fill(255),
  } as const;
  const chunks = [0, 1].map((partition): ChunkTally => {
    const offsets = events.filter((event) => event.partition === partition).map(({ offset }) => offset);
    return {
      partition: { source: 'trips', partition, role: 'events' },
      epoch: 1,
      from: Math.min(0, ...offsets),
      to: Math.max(0, ...offsets) + 1,
      read: offsets.length,
      verdicts: [0, 0, 0, 0],
      duplicates: 0,
      late: 0,
      labels: 0,
      watermarkMs: 0,
    };
  });
  const none = new Float64Array(0);
  return {
    events: {
      rows,
      source: text,
      partition: Uint32Array.from(events, ({ partition }) => partition),
      offset: Float64Array.from(events, ({ offset }) => offset),
      epoch: new Float64Array(rows),
      eventTimeMs: Float64Array.from(events, ({ timeMs }) => timeMs),
      arrivalTimeMs: new Float64Array(rows),
      id: packTexts(events.map(() => '')),
      tenant: text,
      verdict: new Uint8Array(rows),
      violations: text,
      duplicate: Uint8Array.from(events, ({ duplicate }) => Number(duplicate)),
      late: new Uint8Array(rows),
      fields: [],
      columns: [],
    },
    frame: { rows, fields: [], columns: [] },
    chunkOf: Int32Array.from(events, ({ partition }) => partition),
    invalid: [],
    labels: {
      rows: 0,
      source: text,
      partition: new Uint32Array(0),
      offset: none,
      epoch: none,
      id: packTexts([]),
      labelTimeMs: none,
      value: none,
    },
    deadLetters: [],
    chunks,
    outcomes: [],
  };
}

const rowOf = (chunk: ChunkTally): ChunkRow => ({ chunkId: chunkIdOf(chunk) }) as ChunkRow;

const events = fc.array(
  fc.record({
    partition: fc.integer({ min: 0, max: 1 }),
    timeMs: fc.integer({ min: 0, max: 3 * paneMs - 1 }),
    duplicate: fc.boolean(),
  }),
  { maxLength: 300 },
);

/** What is kept of a pane in the end: the smallest priorities of what was written, as the reader takes them. */
function smallest(written: readonly { pane: number; priority: number }[], perPane: number): Map<number, number[]> {
  const panes = new Map<number, number[]>();
  for (const { pane, priority } of written) panes.set(pane, [...(panes.get(pane) ?? []), priority]);
  return new Map([...panes].map(([pane, all]) => [pane, all.sort((a, b) => a - b).slice(0, perPane)]));
}

describe('the sample of a pane', () => {
  it('is that of its events, whatever the flushes, and whichever chunks were lost on the way and read again', () => {
    fc.assert(
      fc.property(
        events,
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 12 }),
        fc.array(fc.boolean(), { maxLength: 12 }),
        (made, perPane, cuts, losses) => {
          const next = [0, 0];
          const all = made.map((event): Event => {
            const offset = next[event.partition] as number;
            next[event.partition] = offset + 1;
            return { ...event, offset };
          });
          const sampler = createSampler();
          const written: { pane: number; priority: number }[] = [];
          const keep = (samples: SampleRows | undefined, ids: ReadonlySet<string>) => {
            samples?.rowOf.forEach((_, at) => {
              if (!ids.has(samples.chunkIds[samples.chunkOf[at] as number] as string)) return;
              written.push({ pane: samples.paneStartMs[at] as number, priority: samples.priority[at] as number });
            });
          };
          for (let from = 0, flush = 0; from < all.length; flush++) {
            const size = cuts[flush % cuts.length] as number;
            const prepared = flushOf(all.slice(from, from + size));
            from += size;
            const samples = sampler.sample(prepared, paneMs, perPane);
            const lost = losses[flush] === true;
            // The chunk of partition 0 is lost first, and its events are read again.
            const owned = prepared.chunks.filter(({ partition }) => !lost || partition.partition === 1).map(rowOf);
            sampler.counted(samples, owned);
            keep(samples, new Set(owned.map(({ chunkId }) => chunkId)));
            if (!lost) continue;
            const again = sampler.sample(prepared, paneMs, perPane);
            const rest = prepared.chunks.filter(({ partition }) => partition.partition === 0).map(rowOf);
            sampler.counted(again, rest);
            keep(again, new Set(rest.map(({ chunkId }) => chunkId)));
          }
          const wanted = all
            .filter(({ duplicate }) => !duplicate)
            .map(({ partition, offset, timeMs }) => ({
              pane: Math.floor(timeMs / paneMs) * paneMs,
              priority: priorityOf(prioritySeed('trips', partition), offset),
            }));
          expect(smallest(written, perPane)).toEqual(smallest(wanted, perPane));
        },
      ),
    );
  });

  it('takes every row in the long run: priorities are spread evenly', () => {
    const seed = prioritySeed('trips', 3);
    const cells = new Float64Array(64);
    for (let offset = 0; offset < 64_000; offset++) {
      const cell = Math.floor(priorityOf(seed, offset) / 2 ** 26);
      cells[cell] = (cells[cell] as number) + 1;
    }
    // Chi-square with 63 degrees of freedom: above 120 with probability 2e-5.
    expect(cells.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)).toBeLessThan(120);
    // Offsets beyond 32 bits are told apart.
    expect(priorityOf(seed, 2 ** 40 + 7)).not.toBe(priorityOf(seed, 2 ** 41 + 7));
  });

  it('of a table are the rows with the smallest priorities', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(), { maxLength: 80 }), fc.integer({ min: 1, max: 20 }), (priorities, k) => {
        const rows = bottomRows(priorities.length, k, (row) => priorities[row] as number);
        const wanted = Array.from(priorities.keys())
          .sort((a, b) => (priorities[a] as number) - (priorities[b] as number))
          .slice(0, k)
          .sort((a, b) => a - b);
        expect(Array.from(rows)).toEqual(wanted);
      }),
    );
  });
});
