import { describe, expect, it } from 'vitest';
import type { Frame } from '../../../../common/feature.ts';
import { createRandom } from '../../../../common/random.ts';
import { compareFrames, type FeatureComparison } from '../../../../drift/compare.ts';
import { frame } from '../../../support/frame.ts';

interface Reading {
  site: string;
  firmware: number;
  speed: number;
  temperature: number | null;
  status: string;
}

function readings(seed: number, change: (reading: Reading, random: () => number) => void = () => {}): Frame {
  const random = createRandom(seed);
  const rows = Array.from({ length: 12_000 }, () => {
    const reading: Reading = {
      site: 'abcdefgh'[random.below(8)] as string,
      firmware: random.next() < 0.8 ? 1.4 : 1.5,
      speed: 30 * Math.exp(0.4 * random.normal()),
      temperature: 18 + 6 * random.normal(),
      status: ['ok', 'warn', 'off'][random.below(3)] as string,
    };
    change(reading, () => random.next());
    return reading;
  });
  const names = ['site', 'firmware', 'speed', 'temperature', 'status'] as const;
  return frame(Object.fromEntries(names.map((name) => [name, rows.map((reading) => reading[name])])));
}

const before = readings(1);
const alarms = (current: Frame): Record<string, FeatureComparison> =>
  Object.fromEntries(
    compareFrames(before, current)
      .filter(({ alarm }) => alarm)
      .map((one) => [one.name, one]),
  );

describe('the cause of a change between two files', () => {
  it('is nothing where nothing changed', () => {
    expect(alarms(readings(2))).toEqual({});
  });

  it('is a unit, of all rows', () => {
    const { speed, ...others } = alarms(
      readings(2, (reading) => {
        reading.speed *= 3.6;
      }),
    );
    expect(speed?.cause).toMatchObject({ story: { kind: 'unit', factor: 3.6 }, where: null });
    expect(speed?.why).toMatch(
      /^is 3\.6\d? times the reference: kilometres an hour instead of metres a second.*\? the /,
    );
    expect(others).toEqual({});
  });

  it('is a unit, in the rows of one site', () => {
    const { speed } = alarms(
      readings(2, (reading) => {
        if (reading.site === 'c') reading.speed *= 3.6;
      }),
    );
    expect(speed?.cause).toMatchObject({
      story: { kind: 'unit', factor: 3.6 },
      where: { conditions: [{ feature: 'site', value: 'c' }] },
    });
    expect(speed?.cause?.text).toMatch(
      /^it comes from site c: 1\d % of events carry .* % of the change; there it is 3\.6/,
    );
  });

  it('is a firmware, by its number, that loses values', () => {
    const { temperature } = alarms(
      readings(2, (reading, random) => {
        if (reading.firmware === 1.5 && random() < 0.5) reading.temperature = null;
      }),
    );
    expect(temperature?.cause).toMatchObject({ where: { conditions: [{ feature: 'firmware', value: '1.5' }] } });
  });

  it('is a site, of categories', () => {
    const { status } = alarms(
      readings(2, (reading) => {
        if (reading.site === 'a') reading.status = 'failed';
      }),
    );
    expect(status?.cause?.where?.conditions).toEqual([{ feature: 'site', value: 'a' }]);
    expect(status?.why).toContain('"failed"');
  });

  it('is no other number that moved with it', () => {
    const colder = readings(2, (reading) => {
      const cold = reading.temperature !== null && reading.temperature > 20;
      if (cold) reading.speed *= 1.8;
      if (cold) reading.temperature = 10 * Math.round((reading.temperature ?? 0) / 5);
    });
    const found = alarms(colder);
    expect(Object.keys(found).sort()).toEqual(['speed', 'temperature']);
    for (const one of Object.values(found)) expect(one.cause?.where ?? null).toBeNull();
  });

  it('is not made up where values merely moved', () => {
    const { temperature } = alarms(
      readings(2, (reading, random) => {
        if (random() < 0.3) reading.temperature = 40 * random();
      }),
    );
    expect(temperature?.alarm).toBe(true);
    expect(temperature?.cause).toBeUndefined();
  });
});
