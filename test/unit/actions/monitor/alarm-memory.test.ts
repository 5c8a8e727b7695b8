import { describe, expect, it } from 'vitest';
import { createAlarmMemory } from '../../../../actions/monitor/alarm-memory.ts';
import type { Judgement } from '../../../../drift/judge/judgement.ts';

const said = (windowStart: number, feature: string, alarm: boolean, segment = ''): Judgement =>
  ({ comparison: 'rolling:1h:7d', windowStart, segment, feature, alarm }) as Judgement;
const price = { segment: '', feature: 'price' };

function memoryOf(stored: readonly { startMs: number; segment: string; feature: string }[] = []) {
  const asked: [string, number][] = [];
  const memory = createAlarmMemory({
    async alarmedWindows(comparison, fromMs) {
      asked.push([comparison, fromMs]);
      return stored;
    },
  });
  return { memory, asked };
}

describe('the memory of alarms', () => {
  it('knows what is stored, reads it once, and forgets what is not asked for any more', async () => {
    const { memory, asked } = memoryOf([
      { startMs: 10, ...price },
      { startMs: 20, ...price },
      { startMs: 20, segment: 'city=Bonn', feature: 'price' },
    ]);
    expect((await memory.alarmsOf('rolling:1h:7d', 5))(price)).toEqual([10, 20]);
    expect((await memory.alarmsOf('rolling:1h:7d', 15))(price)).toEqual([20]);
    expect((await memory.alarmsOf('rolling:1h:7d', 15))({ segment: '', feature: 'city' })).toEqual([]);
    expect(asked).toEqual([['rolling:1h:7d', 5]]);
  });

  it('believes what was judged since rather than what is stored', async () => {
    const { memory } = memoryOf([{ startMs: 10, ...price }]);
    memory.observe([said(10, 'price', false), said(30, 'price', true), said(30, 'city', false)]);
    expect((await memory.alarmsOf('rolling:1h:7d', 0))(price)).toEqual([30]);
    // Judged again, of late events.
    memory.observe([said(30, 'price', false)]);
    expect((await memory.alarmsOf('rolling:1h:7d', 0))(price)).toEqual([]);
  });
});
