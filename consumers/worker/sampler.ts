import { type BottomK, createBottomK, keepItem } from '../../common/bottom-k.ts';
import { priorityOf, prioritySeed } from '../../common/priority.ts';
import type { ChunkRow, SampleRows } from '../../common/rows.ts';
import { chunkIdOf } from './chunk-rows.ts';
import type { Prepared } from './prepared.ts';

/** Panes whose bounds are remembered; older ones only cost some rows more when late events come. */
const panesRemembered = 256;

/**
 * Chooses the events whose rows are kept for looking at several features at once: of each chunk and pane those `perPane` with
 * the smallest priorities, which depend on their position alone. The smallest of a pane over all chunks are among them, so the
 * sample of a pane is the same however it was cut into chunks and however often a chunk was written.
 *
 * What `perPane` counted events of the pane beat already is left out: over n events a pane costs about
 * perPane · ln(n / perPane) rows, not perPane a chunk.
 */
export interface Sampler {
  /** Duplicates are left out, as they are from profiles. Undefined where nothing is kept. */
  sample(prepared: Prepared, paneMs: number, perPane: number): SampleRows | undefined;
  /** These chunks count: from now on their rows displace others. */
  counted(samples: SampleRows | undefined, owned: readonly ChunkRow[]): void;
}

interface Kept extends BottomK {
  readonly chunk: number;
  readonly pane: number;
  /** Priorities above are beaten by what is counted. */
  readonly ceiling: number;
}

export function createSampler(): Sampler {
  /** By start of the pane, ms since 1970; the latest last. */
  const bounds = new Map<number, BottomK>();
  return {
    sample(prepared, paneMs, perPane) {
      if (perPane === 0 || prepared.events.rows === 0) return undefined;
      const groups = groupsOf(prepared, paneMs, perPane, (startMs) => {
        const known = bounds.get(startMs);
        return known !== undefined && known.priorities.length === perPane ? known.bound : Number.POSITIVE_INFINITY;
      });
      return rowsOf(groups, prepared, paneMs, perPane);
    },
    counted(samples, owned) {
      if (samples === undefined) return;
      const ids = new Set(owned.map(({ chunkId }) => chunkId));
      for (let at = 0; at < samples.rowOf.length; at++) {
        if (!ids.has(samples.chunkIds[samples.chunkOf[at] as number] as string)) continue;
        const startMs = samples.paneStartMs[at] as number;
        const kept = boundOf(bounds, startMs, samples.perPane);
        const priority = samples.priority[at] as number;
        if (priority < kept.bound) keepItem(kept, priority, 0);
      }
    },
  };
}

function boundOf(bounds: Map<number, BottomK>, startMs: number, perPane: number): BottomK {
  const known = bounds.get(startMs);
  if (known !== undefined && known.priorities.length === perPane) return known;
  const fresh = createBottomK(perPane);
  bounds.set(startMs, fresh);
  if (bounds.size > panesRemembered) bounds.delete(bounds.keys().next().value as number);
  return fresh;
}

/** Hot: every event passes through. A comparison is all that most of them cost beside their priority. */
function groupsOf(
  { events, chunkOf, chunks }: Prepared,
  paneMs: number,
  perPane: number,
  ceilingOf: (paneStartMs: number) => number,
): readonly Kept[] {
  const seeds = Int32Array.from(chunks, ({ partition }) => prioritySeed(partition.source, partition.partition));
  const groups: Kept[] = [];
  const known = new Map<number, Map<number, Kept>>();
  const { eventTimeMs, duplicate, offset } = events;
  let paneFromMs = Number.NaN;
  let paneEndMs = Number.NaN;
  let chunk = -1;
  let seed = 0;
  let kept: Kept | undefined;
  for (let row = 0; row < events.rows; row++) {
    const timeMs = eventTimeMs[row] as number;
    if (chunkOf[row] !== chunk || !(timeMs >= paneFromMs && timeMs < paneEndMs)) {
      chunk = chunkOf[row] as number;
      seed = seeds[chunk] as number;
      const pane = Math.floor(timeMs / paneMs);
      paneFromMs = pane * paneMs;
      paneEndMs = paneFromMs + paneMs;
      const byPane = known.get(chunk) ?? new Map<number, Kept>();
      known.set(chunk, byPane);
      kept = byPane.get(pane);
      if (kept === undefined) {
        kept = { ...createBottomK(perPane), chunk, pane, ceiling: ceilingOf(paneFromMs) };
        byPane.set(pane, kept);
        groups.push(kept);
      }
    }
    const priority = priorityOf(seed, offset[row] as number);
    const group = kept as Kept;
    if (priority >= group.bound || priority > group.ceiling || duplicate[row] === 1) continue;
    keepItem(group, priority, row);
  }
  return groups;
}

function rowsOf(
  groups: readonly Kept[],
  { chunks }: Prepared,
  paneMs: number,
  perPane: number,
): SampleRows | undefined {
  const rows = groups.reduce((sum, { size }) => sum + size, 0);
  if (rows === 0) return undefined;
  const samples: SampleRows = {
    perPane,
    rowOf: new Int32Array(rows),
    priority: new Float64Array(rows),
    paneStartMs: new Float64Array(rows),
    chunkOf: new Int32Array(rows),
    chunkIds: chunks.map(chunkIdOf),
  };
  let at = 0;
  for (const { chunk, pane, size, items, priorities } of groups)
    for (let index = 0; index < size; index++, at++) {
      samples.rowOf[at] = items[index] as number;
      samples.priority[at] = priorities[index] as number;
      samples.paneStartMs[at] = pane * paneMs;
      samples.chunkOf[at] = chunk;
    }
  return samples;
}
