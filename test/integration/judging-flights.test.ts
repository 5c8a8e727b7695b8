import { beforeAll, describe, expect, it } from 'vitest';
import { encode, setAbsent } from '../../common/columns.ts';
import { createRandom } from '../../common/random.ts';
import type { Reference } from '../../drift/reference/reference.ts';
import { referenceFromJson, referenceToJson } from '../../drift/reference/reference-json.ts';
import {
  dayMs,
  february,
  january,
  linesOf,
  loadFlights,
  numbersIn,
  pick,
  type Replay,
  referenceOf,
  replay,
  type Stream,
  textsIn,
} from './flights-stream.ts';

/** Three million flights: January 2001 is the reference, February to June the stream; daily windows, 50 origins, 1 false alarm a week. */
const span = { startMs: february, days: 150 };
let flights: Stream;
let reference: Reference;
let firstMonth: Stream;

beforeAll(async () => {
  flights = await loadFlights();
  firstMonth = pick(flights, (_, time) => time < february);
  reference = referenceOf(firstMonth);
});

const opened = ({ entries }: Replay) => entries.filter(({ kind }) => kind === 'opened').map(({ incident }) => incident);

describe('clean flights', () => {
  it('make few incidents in five months, each with a reason', () => {
    const clean = replay(
      reference,
      pick(flights, (_, time) => time >= february),
      span,
    );
    console.log(`clean, against January:\n${linesOf(clean.entries)}`);
    const alarms = clean.judgements.filter(({ alarm }) => alarm);
    // 5 and 6 March: the snowstorm that closed the airports of the north-east. 9 June: the tropical storm over Houston.
    const days = new Set(alarms.map(({ windowStart }) => new Date(windowStart).toISOString().slice(5, 10)));
    expect(opened(clean).map(({ features, since }) => [features, since])).toEqual([[['origin'], Date.UTC(2001, 2, 5)]]);
    expect(opened(clean)[0]?.title).toContain('BOS');
    expect([...days].filter((day) => day === '03-05' || day === '03-06' || day === '06-09')).toHaveLength(3);
    // Beyond the storms, no more alarms than the budget allows: 21 weeks at one a week.
    const others = alarms.filter(({ windowStart }) => ![63, 64, 159].includes((windowStart - january) / dayMs));
    expect(others.length).toBeLessThanOrEqual(21);
  });

  it('make few incidents against the week before, too', () => {
    const clean = replay(
      reference,
      pick(flights, (_, time) => time >= february),
      span,
      7,
    );
    console.log(`clean, against the week before:\n${linesOf(clean.entries)}`);
    expect(opened(clean).length).toBeLessThanOrEqual(3);
  });

  it('keep the false-alarm budget when January is shuffled over its days', () => {
    const random = createRandom(20_010_131);
    const times = firstMonth.timesMs.slice();
    for (let at = times.length - 1; at > 0; at--) {
      const other = random.below(at + 1);
      const moved = times[at] as number;
      times[at] = times[other] as number;
      times[other] = moved;
    }
    const shuffled: Stream = { frame: firstMonth.frame, timesMs: times };
    const half = referenceOf(pick(shuffled, (row) => row % 2 === 0));
    const other = pick(shuffled, (row) => row % 2 === 1);
    const weeks = 31 / 7;
    for (const previousDays of [0, 1]) {
      const nothing = replay(half, other, { startMs: january, days: 31 }, previousDays);
      const alarms = nothing.judgements.filter(({ alarm }) => alarm);
      console.log(
        `shuffled January, ${previousDays} days before: ${alarms.length} alarms of ${nothing.judgements.length}`,
      );
      expect(alarms.length / weeks).toBeLessThanOrEqual(1);
      expect(nothing.entries).toEqual([]);
    }
  });
});

describe('flights with faults', () => {
  const kilometres = ['DEN', 'LAS', 'PDX', 'PHX', 'SEA', 'SLC'];
  const clocks = ['DTW', 'MEM', 'MSP'];
  const at = (month: number, day: number) => Date.UTC(2001, month - 1, day);
  let faulty: Replay;

  beforeAll(() => {
    const stream = pick(flights, (_, time) => time >= february);
    const { timesMs, frame } = stream;
    const random = createRandom(3);
    const distance = numbersIn(stream, 'distance');
    const lag = numbersIn(stream, '@lag');
    const origin = textsIn(stream, 'origin');
    const destination = textsIn(stream, 'destination');
    const unknown = encode(origin.dictionary, 'XQZ');
    for (let row = 0; row < frame.rows; row++) {
      const time = timesMs[row] as number;
      const from = origin.dictionary.values[origin.codes[row] as number] as string;
      const chance = random.next();
      if (time >= at(2, 20) && time < at(3, 6) && kilometres.includes(from))
        distance.values[row] = (distance.values[row] as number) * 1.609344;
      if (time >= at(4, 17) && time < at(5, 1) && chance < 0.003) origin.codes[row] = unknown;
      if (time >= at(5, 7) && time < at(5, 14) && clocks.includes(from))
        lag.values[row] = (lag.values[row] as number) + 3600;
      if (time >= at(6, 18) && time < at(6, 22) && chance < 0.04) setAbsent(destination.validity, row);
    }
    faulty = replay(reference, stream, span);
    console.log(`faulty, against January:\n${linesOf(faulty.entries)}`);
  });

  it('finds the kilometres, names the feature and the airports, and tells the story', () => {
    const found = opened(faulty).filter(({ cause }) => cause === 'unit');
    expect(found).toHaveLength(1);
    expect(found[0]?.features).toContain('distance');
    expect(found[0]?.title).toMatch(/is 1\.[56]\d? times the reference: kilometres instead of miles \(1\.609\)\?/);
    const named = kilometres.filter((code) => found[0]?.segments.includes(`origin=${code}`));
    expect(named.length).toBeGreaterThanOrEqual(5);
    expect(found[0]?.segments.filter((segment) => segment !== '').length).toBeLessThanOrEqual(8);
    expect(found[0]?.since).toBe(at(2, 20));
    expect(found[0]?.openedAt).toBeLessThanOrEqual(at(2, 23));
  });

  it('finds the unknown airport by name', () => {
    const found = opened(faulty).filter(({ cause }) => cause === 'new-category');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ features: ['origin'], since: at(4, 17) });
    expect(found[0]?.title).toContain('XQZ');
  });

  it('finds the clock of three airports', () => {
    const found = opened(faulty).filter(({ cause }) => cause === 'shift');
    expect(found).toHaveLength(1);
    expect(found[0]?.segments).toEqual(expect.arrayContaining(clocks.map((code) => `origin=${code}`)));
    expect(found[0]).toMatchObject({ features: ['@lag'], since: at(5, 7) });
    expect(found[0]?.title).toContain('a clock one hour off?');
  });

  it('finds the missing destinations, as a question of quality', () => {
    const found = opened(faulty).filter(({ cause }) => cause === 'missing');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ kind: 'quality', features: ['destination'], since: at(6, 18) });
  });

  it('says nothing else but the storm, and closes each incident when its fault is over', () => {
    expect(
      opened(faulty)
        .map(({ cause }) => cause)
        .sort(),
    ).toEqual(['drift', 'missing', 'new-category', 'shift', 'unit']);
    expect(faulty.state.open).toEqual([]);
    expect(faulty.entries.filter(({ kind }) => kind === 'updated').length).toBeLessThanOrEqual(5);
  });
});

describe('the reference of January', () => {
  it('is small as JSON and comes back the same', () => {
    const text = referenceToJson(reference);
    expect(text.length).toBeLessThan(500_000);
    expect(referenceToJson(referenceFromJson(text))).toBe(text);
  });
});
