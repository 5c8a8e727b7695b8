import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../../common/random.ts';
import { createAdwin } from '../../../../drift/detect/adwin.ts';
import type { Detector } from '../../../../drift/detect/detector.ts';
import { createKswin, kolmogorovTails } from '../../../../drift/detect/kswin.ts';
import { createPageHinkley } from '../../../../drift/detect/page-hinkley.ts';

interface Fixture {
  readonly streams: Readonly<
    Record<string, { readonly seed: number; readonly pieces: readonly (readonly [number, number, number])[] }>
  >;
  readonly detections: readonly {
    readonly detector: string;
    readonly setting: string;
    readonly stream: string;
    readonly alarms: readonly number[];
  }[];
  readonly kolmogorov: readonly { readonly n: number; readonly k: number; readonly p: number }[];
}

const fixture = JSON.parse(
  readFileSync(new URL('../../../fixtures/detect/reference.json', import.meta.url), 'utf8'),
) as Fixture;

/** The settings of make.py by the same names. */
const settings: Readonly<Record<string, () => Detector<unknown>>> = {
  'adwin default': () => createAdwin(),
  'adwin delta 0.2, clock 1': () => createAdwin({ delta: 0.2, clock: 1 }),
  'adwin three buckets': () => createAdwin({ maxBuckets: 3, minPart: 20, grace: 100 }),
  'pageHinkley default': () => createPageHinkley(),
  'pageHinkley threshold 20, delta 0.25': () => createPageHinkley({ threshold: 20, delta: 0.25 }),
  'pageHinkley threshold 30, alpha 1': () => createPageHinkley({ threshold: 30, keep: 1 }),
  'kswin default': () => createKswin({ seed: 42 }),
  'kswin alpha 1e-4': () => createKswin({ seed: 42, alpha: 1e-4 }),
  'kswin window 200': () => createKswin({ seed: 42, alpha: 1e-3, windowSize: 200, statSize: 50 }),
};

function bell(random: Random): number {
  let total = 0;
  for (let at = 0; at < 12; at++) total += random.next();
  return total - 6;
}

function streamOf(name: string): number[] {
  const { seed, pieces } = fixture.streams[name] as Fixture['streams'][string];
  const random = createRandom(seed);
  return pieces.flatMap(([length, mean, scale]) => Array.from({ length }, () => mean + scale * bell(random)));
}

describe('classical detectors', () => {
  it.each(fixture.detections.map((one) => [`${one.detector} ${one.setting}`, one] as const))(
    'alarm where river does: %s',
    (name, { stream, alarms }) => {
      const detector = (settings[name] as () => Detector<unknown>)();
      const found: number[] = [];
      streamOf(stream).forEach((value, at) => {
        if (detector.update(value)) found.push(at);
      });
      expect(found).toEqual(alarms);
    },
  );

  it('pass over what is not a finite number, or so large that sums would not be', () => {
    for (const [name, create] of Object.entries(settings)) {
      const detector = create();
      for (let at = 0; at < 200; at++) detector.update(at / 200);
      const before = detector.state();
      expect(detector.update(Number.NaN), name).toBe(false);
      expect(detector.update(Number.POSITIVE_INFINITY), name).toBe(false);
      expect(detector.update(-1e200), name).toBe(false);
      expect(detector.state()).toEqual(before);
    }
  });

  it('keep a bounded memory', () => {
    const random = createRandom(1);
    const detector = createAdwin();
    for (let at = 0; at < 100_000; at++) detector.update(random.next());
    expect(JSON.stringify(detector.state()).length).toBeLessThan(8000);
  });
});

describe('kolmogorovTails', () => {
  it.each(fixture.kolmogorov)('is exact: n = $n, k = $k', ({ n, k, p }) => {
    expect(Math.abs((kolmogorovTails(n)[k] as number) / p - 1)).toBeLessThan(1e-9);
  });
});
