import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advanceDetectors, type DetectorsState, noDetectors } from '../../drift/detect/advance-detectors.ts';
import { type AdwinState, createAdwin } from '../../drift/detect/adwin.ts';
import { type ConformalState, createConformal } from '../../drift/detect/conformal.ts';
import type { Detector } from '../../drift/detect/detector.ts';
import { createKswin, type KswinState } from '../../drift/detect/kswin.ts';
import { createPageHinkley, type PageHinkleyState } from '../../drift/detect/page-hinkley.ts';
import type { SliceModel } from '../../drift/detect/slice-model.ts';

/** What a store does to a state. */
const stored = <State>(state: State): State => JSON.parse(JSON.stringify(state)) as State;

const value = fc.oneof(
  { weight: 20, arbitrary: fc.double({ min: -5, max: 5, noNaN: true }) },
  { weight: 1, arbitrary: fc.double() },
);
/** Long enough that detectors alarm now and then: a quiet piece, then another level. */
const stream = fc
  .tuple(
    fc.array(value, { minLength: 1, maxLength: 300 }),
    fc.array(value, { maxLength: 300 }),
    fc.integer({ min: 0, max: 20 }),
  )
  .map(([first, second, shift]) => [...first, ...second.map((one) => one + shift)]);

function sameAfterRestart<State>(create: (from?: State) => Detector<State>): void {
  fc.assert(
    fc.property(stream, fc.nat(), (values, cut) => {
      const straight = create();
      let restarted = create();
      const at = cut % values.length;
      values.forEach((one, index) => {
        if (index === at) restarted = create(stored(restarted.state()));
        expect(restarted.update(one)).toBe(straight.update(one));
      });
      expect(stored(restarted.state())).toEqual(stored(straight.state()));
    }),
    { numRuns: 60 },
  );
}

describe('a detector that is restarted anywhere goes on as if nothing had happened', () => {
  it('ADWIN', () => sameAfterRestart<AdwinState>((from) => createAdwin({ delta: 0.05, clock: 4 }, from)));
  it('Page–Hinkley', () => sameAfterRestart<PageHinkleyState>((from) => createPageHinkley({ threshold: 10 }, from)));
  it('KSWIN', () =>
    sameAfterRestart<KswinState>((from) => createKswin({ alpha: 0.01, windowSize: 40, statSize: 15, seed: 7 }, from)));
  it('conformal, both bets', () => {
    const reference = Array.from({ length: 60 }, (_, at) => Math.sin(at * 7) * 3);
    for (const bets of ['tilts', 'jumper'] as const)
      sameAfterRestart<ConformalState>((from) =>
        createConformal({ reference, valuesPerFalseAlarm: 50, seed: 3, bets }, from),
      );
  });

  it('all detectors of the slices', () => {
    const model: SliceModel = {
      sliceMs: 60_000,
      names: ['level', 'spread'],
      seasons: 24,
      means: [new Array<number>(24).fill(0.1), new Array<number>(24).fill(0)],
      typical: 10,
      bets: [
        { score: 0, rate: 0.5, cost: 0.13, extra: 0.01, stake: 0.5 },
        { score: 0, rate: -0.5, cost: 0.13, extra: 0.01, stake: 0.25 },
        { score: 1, rate: 0.2, cost: 0.03, extra: 0, stake: 0.25 },
      ],
    };
    const watched = ['a', 'b'].map((key) => ({ key, modelId: '1', model }));
    const slice = fc.record({
      a: fc.option(fc.array(fc.double({ min: -40, max: 40, noNaN: true }), { minLength: 2, maxLength: 2 })),
      b: fc.array(fc.double({ min: -40, max: 40, noNaN: true }), { minLength: 2, maxLength: 2 }),
      n: fc.integer({ min: 0, max: 30 }),
    });
    fc.assert(
      fc.property(fc.array(slice, { minLength: 1, maxLength: 80 }), fc.nat(), (slices, cut) => {
        let straight: DetectorsState = noDetectors;
        let restarted: DetectorsState = noDetectors;
        slices.forEach(({ a, b, n }, at) => {
          const startMs = at * model.sliceMs;
          const measures = new Map([['b', { startMs, n, sums: b }]]);
          if (a !== null) measures.set('a', { startMs, n, sums: a });
          const window = { startMs, endMs: startMs + model.sliceMs, measures };
          const options = { watched, falseAlarmsPerWeek: 500 };
          const one = advanceDetectors(straight, window, options);
          const other = advanceDetectors(at === cut % slices.length ? stored(restarted) : restarted, window, options);
          expect(other.alarms).toEqual(one.alarms);
          straight = one.state;
          restarted = other.state;
        });
        expect(restarted).toEqual(straight);
        expect(Object.keys(straight.detectors)).toEqual(['a', 'b']);
      }),
      { numRuns: 100 },
    );
  });
});
