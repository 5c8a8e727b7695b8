import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { comparable, flightsDirectory, runWithKills, spawnFlights } from '../support/flights-run.ts';

const seed = Number(process.env['TIDEMARK_SEED'] ?? Date.now() % 1_000_000);

describe('the whole flights run', () => {
  const directories: { remove(): Promise<void> }[] = [];
  afterAll(async () => {
    for (const directory of directories) await directory.remove();
  });

  it(`comes to the same end when it is killed ten times (TIDEMARK_SEED=${seed})`, async () => {
    const undisturbed = await flightsDirectory();
    const disturbed = await flightsDirectory();
    directories.push(undisturbed, disturbed);
    const expected = await spawnFlights(undisturbed).done;
    expect(expected?.events['read']).toBe(2_493_940);
    // The stream is made already, so that every kill hits the training, the stream or a decision.
    for (const name of ['events.ndjson', 'labels.ndjson', 'january.arrow', 'injected.json']) {
      await cp(join(undisturbed.path, name), join(disturbed.path, name));
    }
    const { summary, killed } = await runWithKills(disturbed, { kills: 10, withinMs: 20_000, seed });
    expect(killed).toBe(10);
    expect(comparable(summary)).toEqual(comparable(expected as NonNullable<typeof expected>));
    for (const { kind, injected, found } of summary.faults) expect({ kind, found }).toEqual({ kind, found: injected });
  });
});
