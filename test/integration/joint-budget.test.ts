import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { numberColumn, textColumn } from '../../common/columns.ts';
import type { Frame } from '../../common/feature.ts';
import { createRandom } from '../../common/random.ts';
import { selectRows } from '../../common/select.ts';
import { compareFrames } from '../../drift/compare.ts';
import { compareJoint } from '../../drift/joint/compare-joint.ts';
import { judgeJoint } from '../../drift/joint/judge-joint.ts';
import { buildReference } from '../../drift/reference/build-reference.ts';
import { readFrame } from '../../store/read-file.ts';
import { openScratchEngine } from '../../store/scratch-engine.ts';

const hourMs = 3_600_000;
const perHour = 150;
const referenceHours = 2 * 168;

interface Stream {
  readonly seed: number;
  readonly hours: number;
  /** How much a weekly season, and an autocorrelated level, move means, correlations and shares. */
  readonly season: number;
  readonly level: number;
  /** Taken off Fisher's z of the pair after the reference; marginals stay as they are. */
  readonly change?: number;
}

function streamOf({ seed, hours, season, level, change = 0 }: Stream): { frame: Frame; timesMs: Float64Array } {
  const random = createRandom(seed);
  const rows = (referenceHours + hours) * perHour;
  const a: number[] = [];
  const b: number[] = [];
  const c: (number | null)[] = [];
  const d: string[] = [];
  const timesMs = new Float64Array(rows);
  let wave = 0;
  for (let row = 0; row < rows; row++) {
    const hour = Math.floor(row / perHour);
    if (row % perHour === 0) wave = 0.8 * wave + 0.6 * random.normal();
    const moved = level * wave + season * Math.sin((2 * Math.PI * hour) / 168);
    const rho = Math.tanh(0.8 + moved - (hour >= referenceHours ? change : 0));
    const x = random.normal();
    a.push(x + moved);
    b.push(Math.exp(rho * x + Math.sqrt(1 - rho * rho) * random.normal()));
    c.push(random.next() < 0.05 ? null : Math.floor(3 * Math.abs(random.normal())));
    d.push(random.next() < 0.3 + 0.1 * moved ? 'u' : (['v', 'w', 'x'][random.below(3)] as string));
    timesMs[row] = (row / perHour) * hourMs;
  }
  const fields = [
    { name: 'a', type: 'number' },
    { name: 'b', type: 'number' },
    { name: 'c', type: 'integer' },
    { name: 'd', type: 'string' },
  ] as const;
  return {
    frame: { rows, fields, columns: [numberColumn(a), numberColumn(b), numberColumn(c), textColumn(d)] },
    timesMs,
  };
}

/** Alarms of the windows after the reference, by name; no smallest effect to help. */
function alarmsOf(stream: Stream): Record<string, number> {
  const { frame, timesMs } = streamOf(stream);
  const all = Int32Array.from({ length: frame.rows }, (_, row) => row);
  const cut = referenceHours * perHour;
  const reference = buildReference({
    frame: selectRows(frame, all.subarray(0, cut)),
    timesMs: timesMs.subarray(0, cut),
    origin: 'null',
    segments: [],
    windowsMs: [hourMs],
    joint: { features: [], windowsMs: [hourMs] },
  });
  const alarms: Record<string, number> = {};
  for (let hour = 0; hour < stream.hours; hour++) {
    const startMs = (referenceHours + hour) * hourMs;
    const judged = judgeJoint({
      reference,
      sample: selectRows(frame, all.subarray(cut + hour * perHour, cut + (hour + 1) * perHour)),
      comparison: 'training:1h',
      window: { startMs, endMs: startMs + hourMs },
      budget: { falseAlarmsPerWeek: 1, minEffect: 0 },
      judgementsPerWeek: 4 * 168,
    });
    for (const { feature, alarm } of judged) if (alarm) alarms[feature] = (alarms[feature] ?? 0) + 1;
  }
  return alarms;
}

const total = (counts: Record<string, number>) => Object.values(counts).reduce((sum, count) => sum + count, 0);

describe('joint judgements of streams in which nothing changes', () => {
  it('stay within the budget: at most one false alarm a week', () => {
    const weeks = 4;
    const streams = [
      { season: 0, level: 0 },
      { season: 0.2, level: 0.1 },
    ];
    const alarms = streams.flatMap((stream) => [1, 2].map((seed) => alarmsOf({ ...stream, seed, hours: weeks * 168 })));
    console.log(`alarms in ${weeks} weeks each: ${JSON.stringify(alarms)}`);
    expect(alarms.reduce((sum, counts) => sum + total(counts), 0)).toBeLessThanOrEqual(weeks * 4);
  });

  it('do not come at the price of seeing nothing: only the pair changes, in half a day', () => {
    const alarms = alarmsOf({ seed: 3, hours: 12, season: 0, level: 0, change: 0.7 });
    expect(alarms['@joint:correlation']).toBeGreaterThanOrEqual(11);
    const habitual = alarmsOf({ seed: 4, hours: 12, season: 0.2, level: 0.1, change: 1.6 });
    expect(habitual['@joint:correlation']).toBeGreaterThanOrEqual(9);
  });
});

describe('two random halves of real data', () => {
  const root = fileURLToPath(new URL('../../node_modules/vega-datasets/data/', import.meta.url));
  let directory: string;
  const frames = new Map<string, Frame>();
  const names = [
    'movies',
    'cars',
    'birdstrikes',
    'zipcodes',
    'airports',
    'seattle-weather',
    'gapminder',
    'jobs',
    'flights',
  ];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tidemark-halves-'));
    const engine = openScratchEngine();
    const lined = (name: string): string => {
      const rows = JSON.parse(readFileSync(join(root, `${name}.json`), 'utf8')) as object[];
      const path = join(directory, `${name}.ndjson`);
      writeFileSync(path, rows.map((row) => JSON.stringify(row)).join('\n'));
      return path;
    };
    for (const name of ['movies', 'cars', 'gapminder', 'jobs'])
      frames.set(name, await readFrame(lined(name), { client: engine.client }));
    for (const name of ['birdstrikes', 'zipcodes', 'airports', 'seattle-weather'])
      frames.set(name, await readFrame(join(root, `${name}.csv`), { client: engine.client }));
    const flights = { client: engine.client, limitRows: 300_000 };
    frames.set('flights', await readFrame(join(root, 'flights-3m.parquet'), flights));
    await engine.close();
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it.each(names)('give no alarm: %s, ten times', (name) => {
    const frame = frames.get(name) as Frame;
    for (let seed = 1; seed <= 10; seed++) {
      const random = createRandom(seed);
      const halves: [number[], number[]] = [[], []];
      for (let row = 0; row < frame.rows; row++) (halves[random.below(2)] as number[]).push(row);
      const [reference, current] = halves.map((rows) => selectRows(frame, Int32Array.from(rows))) as [Frame, Frame];
      const features = compareFrames(reference, current, { budget: 0.008 });
      const joint = compareJoint(reference, current, features, { budget: 0.002 });
      expect(joint?.filter(({ alarm }) => alarm)).toEqual([]);
    }
  });

  it('but not where one feature is shuffled, which changes no feature by itself', () => {
    const frame = frames.get('movies') as Frame;
    const features = compareFrames(frame, frame);
    const at = frame.fields.findIndex(({ name }) => name === 'Worldwide Gross');
    const random = createRandom(5);
    const order = Int32Array.from({ length: frame.rows }, (_, row) => row);
    for (let row = frame.rows - 1; row > 0; row--) {
      const other = random.below(row + 1);
      [order[row], order[other]] = [order[other] as number, order[row] as number];
    }
    const shuffled = selectRows(frame, order).columns[at];
    const current = { ...frame, columns: frame.columns.with(at, shuffled as Frame['columns'][number]) };
    expect(compareFrames(frame, current).filter(({ alarm }) => alarm)).toEqual([]);
    const joint = compareJoint(frame, current, features, { budget: 0.002 });
    const correlation = joint?.find(({ name }) => name === '@joint:correlation');
    expect(correlation?.alarm).toBe(true);
    expect(correlation?.why).toMatch(
      /^Worldwide Gross and .* no longer go together as before: rank correlation 0\.\d\d in the reference, -?0\.0\d now/,
    );
  });
});
