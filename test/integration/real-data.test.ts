import { describe, expect, it } from 'vitest';
import type { Frame } from '../../common/feature.ts';
import { selectRows } from '../../common/select.ts';
import { compareFrames } from '../../drift/compare.ts';
import { halfOf, halvings, pathOf, vegaSets } from '../../scripts/real-data/sets.ts';
import { readFrame } from '../../store/read-file.ts';

function half(frame: Frame, seed: number, side: 0 | 1): Frame {
  const rows = Int32Array.from({ length: frame.rows }, (_, row) => row).filter((row) => halfOf(seed, row) === side);
  return selectRows(frame, rows);
}

describe('random halves of real data give no alarm', () => {
  it.each(vegaSets)('$name: $what', async (set) => {
    const frame = await readFrame(pathOf(set, ''));
    expect(frame.rows).toBeGreaterThan(900);
    const alarms: string[] = [];
    for (let seed = 0; seed < halvings; seed++) {
      const compared = compareFrames(half(frame, seed, 0), half(frame, seed, 1));
      expect(compared).toHaveLength(frame.fields.length);
      for (const { name, alarm, why } of compared) if (alarm) alarms.push(`${seed} ${name}: ${why}`);
    }
    expect(alarms).toEqual([]);
  });

  it('and rows dealt by their order do, where the order means something', async () => {
    const set = vegaSets.find(({ name }) => name === 'sp500');
    if (set === undefined) throw new Error('sp500');
    const frame = await readFrame(pathOf(set, ''));
    const rows = (from: number, to: number) =>
      selectRows(
        frame,
        Int32Array.from({ length: to - from }, (_, at) => from + at),
      );
    const found = compareFrames(rows(0, frame.rows >> 1), rows(frame.rows >> 1, frame.rows));
    expect(found.filter(({ alarm }) => alarm).map(({ name }) => name)).toContain('close');
  });
});
