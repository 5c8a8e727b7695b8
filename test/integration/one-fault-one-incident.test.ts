import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../common/random.ts';
import { cleanUp, temporary, tidemark } from './bad-input/harness.ts';

const dayMs = 86_400_000;
const referenceMs = Date.UTC(2026, 0, 5);
const streamMs = referenceMs + 28 * dayMs;
const perDay = 2400;
/** Days of a fault, and from the beginning of one to that of the next. */
const lasts = 3;
const every = 7;

interface Reading {
  site: string;
  firmware: string;
  speed: number;
  temperature: number;
  tilt: number;
  pressure: number;
  load: number | null;
  status: string;
}

/** One after the other, each for three days with four good ones between; what is to be said of it. */
const faults: readonly { readonly change: (reading: Reading, chance: () => number) => void; readonly says: RegExp }[] =
  [
    {
      change: (reading) => {
        reading.speed *= 2.9;
      },
      says: /^speed is (2\.[89]\d?|3\.0\d?) times the reference throughout/,
    },
    {
      change: (reading) => {
        if (reading.site === 'c') reading.speed += 25;
      },
      says: /^speed \(.*site c\) /,
    },
    {
      change: (reading) => {
        if (reading.firmware === '1.5') reading.load = (reading.load ?? 0) * 2.5;
      },
      says: /^load \(.*firmware 1\.5\) /,
    },
    {
      change: (reading) => {
        if (reading.site === 'd') reading.tilt *= -1;
      },
      says: /^tilt \(site d\) is minus the reference: the sign turned round\?/,
    },
    {
      change: (reading) => {
        reading.pressure *= 100;
      },
      says: /^pressure is 100 times the reference: hundredths instead of whole units\?/,
    },
    {
      change: (reading, chance) => {
        if (chance() < 0.04) reading.status = 'fault';
      },
      says: /^status has the new value fault/,
    },
    {
      change: (reading, chance) => {
        if (reading.site === 'b' && chance() < 0.5) reading.load = null;
      },
      says: /^load .*is missing in .*site b/,
    },
  ];

/** Readings of sensors at four sites, with a temperature that follows the day. */
function events(fromMs: number, days: number, change: (reading: Reading, day: number) => void): string {
  const random = createRandom(fromMs / dayMs);
  const gamma = (): number => -Math.log(random.next() * random.next() * random.next() * random.next());
  const lines: string[] = [];
  for (let at = 0; at < days * perDay; at++) {
    const ms = fromMs + (at + random.next()) * (dayMs / perDay);
    const reading: Reading = {
      site: 'abcd'[random.below(4)] as string,
      firmware: random.next() < 0.8 ? '1.4' : '1.5',
      speed: 1 + 7 * gamma(),
      temperature: 18 + 4 * Math.sin((2 * Math.PI * ms) / dayMs) + 4 * random.normal(),
      tilt: 5 + 2 * random.normal(),
      pressure: 1013 + 9 * random.normal(),
      load: Math.exp(0.8 * random.normal()),
      status: random.next() < 0.9 ? 'ok' : 'warn',
    };
    change(reading, Math.floor((ms - fromMs) / dayMs));
    lines.push(JSON.stringify({ id: `${fromMs}-${at}`, time: new Date(ms).toISOString(), ...reading }));
  }
  return lines.join('\n');
}

const beginOf = (fault: number): number => streamMs + (every * fault + 3) * dayMs;

interface Found {
  readonly title: string;
  readonly openedAt: number;
  readonly closedAt: number | null;
  readonly comparison: string;
  readonly alsoIn?: readonly string[];
}

/** Against training and against the same hours of the four weeks before, which hold the faults before. */
describe('seven faults of three days', () => {
  let incidents: readonly Found[];

  beforeAll(async () => {
    const directory = await temporary();
    await writeFile(
      join(directory, 'training.ndjson'),
      events(referenceMs, 28, () => {}),
    );
    const chance = createRandom(3);
    const stream = events(streamMs, every * faults.length, (reading, day) => {
      const into = (day - 3) % every;
      if (day >= 3 && into < lasts) faults[Math.floor((day - 3) / every)]?.change(reading, () => chance.next());
    });
    await writeFile(join(directory, 'stream.ndjson'), stream);
    await writeFile(
      join(directory, 'contract.yaml'),
      `contract: sensors
features:
  site: { type: string }
  firmware: { type: string }
  speed: { type: number }
  temperature: { type: number }
  tilt: { type: number }
  pressure: { type: number }
  load: { type: number }
  status: { type: string }
`,
    );
    const pipeline = join(directory, 'pipeline.yaml');
    await writeFile(
      pipeline,
      `pipeline: sensors
source: { file: { path: stream.ndjson } }
event: { id: /id, time: /time }
contract: contract.yaml
reference: training.ndjson
segments: [{ by: [site] }, { by: [firmware] }]
windows: { pane: 1h, lateness: 30s }
drift:
  - { against: training, window: 6h }
  - { against: seasonal, window: 6h, season: hour-of-day }
store: { url: "embedded:${join(directory, 'store')}" }
`,
    );
    const ended = await tidemark(['up', pipeline, '--once', '--no-console']).finished;
    expect(ended.code, ended.stderr).toBe(0);
    const listed = await tidemark(['incidents', pipeline, '--json']).finished;
    ({ incidents } = JSON.parse(listed.stdout) as { incidents: readonly Found[] });
    incidents = incidents.toSorted((a, b) => a.openedAt - b.openedAt);
  }, 240_000);
  afterAll(cleanUp);

  it('are seven incidents, each with its cause', () => {
    expect(incidents.map(({ title }) => title)).toEqual(faults.map(({ says }) => expect.stringMatching(says)));
  });

  it('are open from the second window on until a day after their end', () => {
    incidents.forEach(({ openedAt, closedAt }, fault) => {
      const begin = beginOf(fault);
      expect((openedAt - begin) / dayMs).toBeLessThanOrEqual(1);
      expect(openedAt).toBeGreaterThan(begin);
      expect(Math.abs(((closedAt ?? 0) - begin) / dayMs - lasts)).toBeLessThanOrEqual(1);
    });
  });

  it('are seen in both comparisons', () => {
    for (const { comparison, alsoIn } of incidents)
      expect([comparison, ...(alsoIn ?? [])].sort()).toEqual(['seasonal:6h:hour-of-day:28d', 'training:6h']);
  });
});
