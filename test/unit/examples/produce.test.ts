import { describe, expect, it } from 'vitest';
import { createPlacer } from '../../../examples/flights/produce.ts';

describe('the partition of a line', () => {
  const place = createPlacer(12);
  const line = (id: string, rest = '') => Buffer.from(`{"id":"${id}"${rest}}`);

  it('is a function of its id alone, so both lines of a flight that is sent twice meet', () => {
    expect(place(line('f0000007', ',"distance":1'), 3)).toMatchObject({ key: 'f0000007' });
    expect(place(line('f0000007', ',"distance":1'), 3).partition).toBe(place(line('f0000007'), 900).partition);
  });

  it('is the one that other Kafka clients choose for the key', () => {
    // toPositive(murmur2(key)) mod 12 of org.apache.kafka.common.utils.Utils.
    expect(['f0000001', 'f0000002', 'f0000003', 'f0499999'].map((id) => place(line(id), 0).partition)).toEqual([
      4, 9, 0, 5,
    ]);
  });

  it('spreads the flights evenly', () => {
    const counts = new Array<number>(12).fill(0);
    for (let row = 0; row < 12_000; row++) {
      const { partition } = place(line(`f${String(row).padStart(7, '0')}`), row);
      counts[partition] = (counts[partition] as number) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1150);
  });

  it('is by turns where the line has no id to be found', () => {
    const broken = Buffer.from([0xff, 0xfe, 0x7b]);
    expect(place(broken, 25)).toEqual({ value: broken, partition: 1 });
  });
});
