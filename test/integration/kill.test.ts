import { afterAll, describe, expect, it } from 'vitest';
import { comparable, flightsDirectory, runWithKills, spawnFlights } from '../support/flights-run.ts';

const seed = Number(process.env['TIDEMARK_SEED'] ?? 7);

describe('a run that is killed', () => {
  const directories: { remove(): Promise<void> }[] = [];
  afterAll(async () => {
    for (const directory of directories) await directory.remove();
  });

  it(`ends with the counts of an undisturbed run, however often it is killed (seed ${seed})`, async () => {
    const undisturbed = await flightsDirectory('2001-02-15');
    const disturbed = await flightsDirectory('2001-02-15');
    directories.push(undisturbed, disturbed);
    const expected = await spawnFlights(undisturbed).done;
    expect(expected).toBeDefined();
    if (expected === undefined) return;
    const { read, valid, coerced, flagged, rejected, deadLettered } = expected.events as Record<string, number>;
    expect(read).toBeGreaterThan(200_000);
    expect(read).toBe((valid as number) + (coerced as number) + (flagged as number) + (rejected as number));
    expect(deadLettered).toBe(rejected);
    const { summary, killed } = await runWithKills(disturbed, { kills: 5, withinMs: 6000, seed });
    expect(killed).toBeGreaterThan(2);
    expect(comparable(summary)).toEqual(comparable(expected));
  });
});
