import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { piecesOf, type Span, sharedSpans } from '../../../store/span-plan.ts';

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

describe('sharedSpans', () => {
  it('cuts where any begins or ends, and says who needs what', () => {
    const span = (fromMs: number, toMs: number) => ({ fromMs, toMs });
    expect(sharedSpans([[[span(0, 10)]], [[span(5, 10)], [span(10, 15)]]])).toEqual([
      { fromMs: 0, toMs: 5, uses: [{ sum: 0, occasion: 0 }] },
      {
        fromMs: 5,
        toMs: 10,
        uses: [
          { sum: 0, occasion: 0 },
          { sum: 1, occasion: 0 },
        ],
      },
      { fromMs: 10, toMs: 15, uses: [{ sum: 1, occasion: 1 }] },
    ]);
  });

  it('gives every sum each moment of its spans once, and no other', () => {
    const place = fc.integer({ min: 0, max: 30 });
    const spans = fc.array(fc.tuple(place, place), { maxLength: 4 }).map((pairs) => {
      let at = -1;
      const apart: Span[] = [];
      for (const [gap, length] of pairs) {
        const fromMs = at + 1 + (gap % 4);
        apart.push({ fromMs, toMs: fromMs + (length % 6) });
        at = fromMs + (length % 6);
      }
      return apart.map((span) => [span]);
    });
    fc.assert(
      fc.property(fc.array(spans, { maxLength: 5 }), (sums) => {
        const shared = sharedSpans(sums);
        for (let ms = 0; ms < 60; ms++) {
          const found = shared.filter(({ fromMs, toMs }) => fromMs <= ms && ms < toMs);
          expect(found.length).toBeLessThanOrEqual(1);
          const expected = sums.flatMap((occasions, sum) =>
            occasions.flatMap((of, occasion) =>
              of.some(({ fromMs, toMs }) => fromMs <= ms && ms < toMs) ? [{ sum, occasion }] : [],
            ),
          );
          const uses = [...(found[0]?.uses ?? [])].sort((a, b) => a.sum - b.sum);
          expect(uses).toEqual(expected);
        }
      }),
    );
  });
});
