import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { piecesOf } from '../../../store/span-plan.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

describe('piecesOf', () => {
  it('reads days in the middle, hours beside them and panes at the ends', () => {
    const from = Date.UTC(2026, 5, 1, 22, 30);
    const to = Date.UTC(2026, 5, 4, 1, 15);
    const at = (day: number, hour: number) => Date.UTC(2026, 5, day, hour);
    expect(piecesOf({ fromMs: from, toMs: to }, [hourMs, dayMs])).toEqual([
      { fromMs: from, toMs: at(1, 23), lengthMs: 0 },
      { fromMs: at(1, 23), toMs: at(2, 0), lengthMs: hourMs },
      { fromMs: at(2, 0), toMs: at(4, 0), lengthMs: dayMs },
      { fromMs: at(4, 0), toMs: at(4, 1), lengthMs: hourMs },
      { fromMs: at(4, 1), toMs: to, lengthMs: 0 },
    ]);
  });

  it('covers a span once, whatever it is, by pieces of whole lengths', () => {
    const minute = fc.integer({ min: 0, max: 20_000 }).map((n) => n * 60_000);
    fc.assert(
      fc.property(minute, minute, fc.subarray([hourMs, dayMs]), (a, b, lengths) => {
        const span = { fromMs: Math.min(a, b), toMs: Math.max(a, b) };
        const pieces = piecesOf(span, lengths);
        let at = span.fromMs;
        for (const { fromMs, toMs, lengthMs } of pieces) {
          expect(fromMs).toBe(at);
          expect(toMs).toBeGreaterThan(fromMs);
          if (lengthMs > 0) expect([fromMs % lengthMs, toMs % lengthMs]).toEqual([0, 0]);
          at = toMs;
        }
        expect(at).toBe(span.toMs);
      }),
    );
  });
});
