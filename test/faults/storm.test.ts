import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeWithKafka } from '../integration/kafka/gate.ts';
import { runStorm } from '../support/storm/storm.ts';

const seed = Number(process.env['TIDEMARK_SEED'] ?? Date.now() % 1_000_000);

describeWithKafka('three workers under steady load', () => {
  it(`count every message once through kills, outages and rebalances (TIDEMARK_SEED=${seed})`, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'tidemark-storm-'));
    const begun = performance.now();
    const say = (text: string) =>
      process.stderr.write(`${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
    say(`seed ${seed}`);
    try {
      const result = await runStorm(
        directory,
        {
          seed,
          partitions: 12,
          workers: 3,
          perSecond: 2000,
          kills: 30,
          brokerRestarts: 5,
          storeOutages: 5,
          outageMs: { least: 5000, most: 20_000 },
          visits: 5,
          everyMs: 5000,
        },
        say,
      );
      say(JSON.stringify(result));
      expect(result.differences).toEqual([]);
      expect(result.unexpected).toEqual([]);
      expect(result.kills).toBe(30);
      expect(result.duplicates).toBeGreaterThan(100);
      expect(result.deadLetters).toBeGreaterThan(100);
      expect(result.slowestStopMs).toBeLessThan(10_000);
    } catch (error) {
      say(`logs, topics and tables are left in ${directory}`);
      throw error;
    }
    await rm(directory, { recursive: true, force: true });
  });
});
