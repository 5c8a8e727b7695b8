import { describe, expect, it } from 'vitest';
import { createTextColumn, encode, setPresent } from '../../../../common/columns.ts';
import type { Frame } from '../../../../common/feature.ts';
import { judgeAgain } from '../../../../drift/judge/judge-again.ts';
import { type AgainstEarlier, judgeWindow } from '../../../../drift/judge/judge-window.ts';
import type { Judgement } from '../../../../drift/judge/judgement.ts';
import { mergeInto } from '../../../../drift/profile/merge.ts';
import type { Profile } from '../../../../drift/profile/profile.ts';
import { buildReference } from '../../../../drift/reference/build-reference.ts';
import { earlierRule } from '../../../../drift/reference/earlier.ts';
import { learnNulls } from '../../../../drift/reference/learned-nulls.ts';
import type { NullTable } from '../../../../drift/reference/reference.ts';
import { referenceFromJson, referenceToJson } from '../../../../drift/reference/reference-json.ts';
import { dayMs, inputOf, judgeFrame, profilesOf, type Row, shopDays, shopReference, startMs } from './stream.ts';

const reference = shopReference();
const oneDay = (change?: (row: Row) => void, seed = 2) => shopDays(1, seed, change).frame;
const alarms = (judgements: readonly Judgement[]) => judgements.filter(({ alarm }) => alarm);

describe('judgeWindow', () => {
  it('judges every feature of every segment once, and is calm on ordinary days', () => {
    let found = 0;
    for (let seed = 100; seed < 160; seed++) {
      const judgements = judgeFrame(reference, oneDay(undefined, seed));
      expect(judgements).toHaveLength(8);
      found += alarms(judgements).length;
    }
    // 60 days at a budget of one a week; the smallest effect and the floor of chance keep it below that.
    expect(found).toBeLessThanOrEqual(9);
  });

  it('finds another unit and says which', () => {
    const [price] = alarms(
      judgeFrame(
        reference,
        oneDay((row) => (row.price = (row.price ?? 0) * 100)),
      ),
    );
    expect(price?.feature).toBe('price');
    expect(price?.why).toContain('100 times the reference: hundredths instead of whole units?');
    expect(price?.pValue).toBeLessThan(1e-3);
  });

  it('names one segment that moves all events', () => {
    const judgements = judgeFrame(
      reference,
      oneDay((row) => {
        if (row.city === 'Bonn') row.price = (row.price ?? 0) * 100;
      }),
    );
    const whole = judgements.find(({ segment, feature }) => segment === '' && feature === 'price');
    expect(whole?.detail.story).toMatchObject({ kind: 'segments', segments: ['city=Bonn'] });
    const bonn = judgements.find(({ segment, feature }) => segment === 'city=Bonn' && feature === 'price');
    expect(bonn?.detail.story).toMatchObject({ kind: 'unit', unit: 'hundredths instead of whole units' });
  });

  it('names no segments where they are all there are, nor where one story holds of all events', () => {
    const days = shopDays(28, 1);
    const segments = [{ by: ['city'], top: 4 }];
    const ofAll = buildReference({ ...days, origin: 'shop', segments, windowsMs: [dayMs] });
    const wholeOf = (change: (row: Row) => void) => {
      const judged = judgeFrame(ofAll, oneDay(change));
      const whole = judged.find(({ segment, feature }) => segment === '' && feature === 'price');
      return { whole, moved: judged.filter((one) => one.alarm && one.feature === 'price') };
    };
    const third = wholeOf((row) => {
      // A third of the events of every city, which no segment names.
      if ((row.price ?? 0) % 3 < 1) row.price = (row.price ?? 0) * 100;
    });
    expect(third.moved).toHaveLength(5);
    expect(third.whole?.detail.story).toBeNull();
    const all = wholeOf((row) => (row.price = (row.price ?? 0) * 100));
    expect(all.moved).toHaveLength(5);
    expect(all.whole?.detail.story).toMatchObject({ kind: 'unit', factor: 100 });
  });

  it('finds missing values, as a question of quality', () => {
    let at = 0;
    const [worst] = alarms(
      judgeFrame(
        reference,
        oneDay((row) => (row.city = at++ % 20 === 0 ? null : row.city)),
      ),
    );
    expect(worst).toMatchObject({ feature: 'city', statistic: 'missing', value: 0.05 });
    expect(worst?.detail.kind).toBe('quality');
    expect(worst?.why).toContain('missing in 5 % of events, 0 % in the reference');
  });

  it('finds a value the reference does not know, by name and share', () => {
    let at = 0;
    const [found] = alarms(
      judgeFrame(
        reference,
        oneDay((row) => (row.city = at++ % 100 === 0 ? 'Rom' : row.city)),
      ),
    );
    expect(found).toMatchObject({ feature: 'city', statistic: 'unseen', value: 0.01 });
    expect(found?.detail.story).toMatchObject({ kind: 'new-category', values: ['Rom'] });
  });

  it('finds a value that vanished, and one that is stuck', () => {
    const gone = alarms(
      judgeFrame(
        reference,
        oneDay((row) => (row.city = row.city === 'Ulm' ? 'Bonn' : row.city)),
      ),
    );
    expect(gone.find(({ feature }) => feature === 'city')?.detail.story).toMatchObject({
      kind: 'vanished',
      values: ['Ulm'],
    });
    const [stuck] = alarms(
      judgeFrame(
        reference,
        oneDay((row) => (row.price = 99)),
      ),
    );
    expect(stuck?.why).toContain('is always 99');
  });

  it('finds text where numbers are due', () => {
    const frame = oneDay();
    const words = createTextColumn(frame.rows);
    for (let row = 0; row < frame.rows; row++) {
      words.codes[row] = encode(words.dictionary, 'n/a');
      setPresent(words.validity, row);
    }
    const strange = { ...frame, columns: [words, ...frame.columns.slice(1)] };
    const [found] = alarms(judgeFrame(reference, strange));
    expect(found).toMatchObject({ feature: 'price', statistic: 'invalid', value: 1 });
  });

  it('says where it cannot judge, instead of judging', () => {
    const few = judgeFrame(reference, { ...oneDay(), rows: 12 });
    expect(few[0]).toMatchObject({ alarm: false, segment: '' });
    expect(few[0]?.critical).toBe(Number.POSITIVE_INFINITY);
    expect(few[0]?.why).toContain('only 12');
    const short = judgeFrame(shopReference(2), oneDay());
    expect(short[0]?.why).toContain('its distribution is not judged: not enough reference: 2 windows');
    expect(short.find(({ feature }) => feature === 'price')?.detail.statistics['js_distance']).toBeUndefined();
    // A sentence that only shares decided must not sound as if the shape was judged.
    expect(short.find(({ feature, segment }) => feature === 'price' && segment === '')?.why).toMatch(
      /^of price only missing and invalid values are judged, which are as chance and habit explain: share of missing 0, .*; its distribution is not judged: /,
    );
    const stranger = judgeFrame(reference, oneDay(), { features: ['colour'] });
    expect(stranger).toHaveLength(1);
    expect(stranger[0]?.why).toContain('does not have this feature');
    const first = judgeFrame(reference, oneDay(), { against: { kind: 'previous', profile: () => undefined } });
    expect(first[0]?.why).toContain('no window before this one');
  });

  it('compares with the window before where asked to', () => {
    const before = profilesOf(reference, oneDay(undefined, 3));
    const against = { kind: 'previous', profile: before } as const;
    expect(alarms(judgeFrame(reference, oneDay(), { against }))).toEqual([]);
    const changed = oneDay((row) => (row.price = (row.price ?? 0) * 60));
    expect(alarms(judgeFrame(reference, changed, { against })).length).toBeGreaterThan(0);
  });

  it('holds finite numbers only, and survives JSON but for the critical value of what is not judged', () => {
    for (const frame of [oneDay(), { ...oneDay(), rows: 0 }, oneDay((row) => (row.price = Number.NaN))]) {
      for (const judgement of judgeFrame(reference, frame)) {
        const { critical, ...rest } = judgement;
        expect(JSON.parse(JSON.stringify(rest))).toEqual(rest);
        expect(Number.isNaN(critical)).toBe(false);
        const numbers = JSON.stringify(rest, (_, value: unknown) =>
          typeof value === 'number' && !Number.isFinite(value) ? 'NOT FINITE' : value,
        );
        expect(numbers).not.toContain('NOT FINITE');
      }
    }
  });

  it('judges alike by a reference that went through JSON', () => {
    const copy = referenceFromJson(referenceToJson(reference));
    expect(copy.id).toBe(reference.id);
    const frame = oneDay((row) => (row.price = (row.price ?? 0) * 1.2));
    const strip = (judgements: readonly Judgement[]) =>
      judgements.map(({ feature, segment, alarm, value }) => ({ feature, segment, alarm, value }));
    expect(strip(judgeFrame(copy, frame))).toEqual(strip(judgeFrame(reference, frame)));
  });
});

describe('windows before', () => {
  const rule = earlierRule({ kind: 'rolling', overMs: 7 * dayMs }, dayMs, undefined);
  const known = shopReference(28, [rule]);
  const side = profilesOf(reference, shopDays(7, 5).frame);
  const against = (change: Partial<AgainstEarlier> = {}): AgainstEarlier => ({
    kind: 'earlier',
    key: rule.key,
    profile: side,
    lacking: () => 'nothing',
    compared: { with: 'the 7d before', spans: [[startMs, startMs + 7 * dayMs]] },
    learnedNeeded: 7,
    ...change,
  });

  it('are judged by the null of the reference, and written down with what was measured', () => {
    const calm = judgeFrame(known, oneDay(), { against: against() });
    expect(alarms(calm)).toEqual([]);
    expect(calm[0]?.detail).toMatchObject({
      compared: { with: 'the 7d before' },
      excess: { bits: expect.any(Number), expected: expect.any(Number), z: [0, 0, 0] },
    });
    const dear = oneDay((row) => (row.price = (row.price ?? 0) * 3));
    expect(alarms(judgeFrame(known, dear, { against: against() })).length).toBeGreaterThan(0);
  });

  it('are judged by what was learned since where the reference shows nothing, and until then measured only', () => {
    const nulls = learnNulls({ key: rule.key, windowMs: dayMs });
    const learned = () => nulls.tableAt(startMs + 60 * dayMs);
    for (let day = 0; day < 7; day++) {
      const table = learned();
      const judged = judgeFrame(reference, oneDay(undefined, 70 + day), {
        against: against(table === undefined ? {} : { learned: table }),
      });
      expect(judged[0]?.why).toContain(
        `not enough reference: 0 windows of it and ${day} judged so far could be compared so; 4 or 7 are needed`,
      );
      nulls.observe(
        judged.flatMap(({ segment, feature, nCurrent, detail }) =>
          detail.excess === undefined
            ? []
            : [{ startMs: startMs + (40 + day) * dayMs, segment, feature, n: nCurrent, excess: detail.excess }],
        ),
      );
    }
    const table = learned() as NullTable;
    expect(alarms(judgeFrame(reference, oneDay(undefined, 90), { against: against({ learned: table }) }))).toEqual([]);
    const dear = oneDay((row) => (row.price = (row.price ?? 0) * 3));
    const [found] = alarms(judgeFrame(reference, dear, { against: against({ learned: table }) }));
    expect(found?.feature).toBe('price');
  });

  describe('some of which had a fault', () => {
    const tripled = (row: Row) => (row.price = (row.price ?? 0) * 3);
    const faulty = against({
      profile: profilesOf(reference, shopDays(7, 5, (row, day) => day < 3 && tripled(row)).frame),
    });
    const ordinary = against({
      profile: profilesOf(reference, shopDays(4, 5).frame),
      compared: { with: 'the 7d before, without 3 windows that alarmed', spans: [[startMs, startMs + 4 * dayMs]] },
    });
    const again = (frame: Frame) => {
      const input = inputOf(known, frame, { against: faulty });
      const first = judgeWindow(input);
      return { first, second: judgeAgain(input, first, [{ against: ordinary, pairs: alarms(first) }]) };
    };

    it('are no reason for an alarm when all is as ever', () => {
      const { first, second } = again(oneDay());
      expect(alarms(first).map(({ feature }) => feature)).toContain('price');
      expect(alarms(second)).toEqual([]);
      const price = second.find(({ segment, feature }) => segment === '' && feature === 'price');
      expect(price?.detail.compared?.with).toContain('without 3 windows');
      // Limits are learned from all.
      expect(price?.detail.excess).toEqual(
        first.find((one) => one.segment === '' && one.feature === 'price')?.detail.excess,
      );
    });

    it('do not hide that it is still there, nor another one', () => {
      const { second } = again(oneDay(tripled));
      expect(alarms(second)[0]?.why).toMatch(/price is (2\.9\d?|3|3\.0\d?) times the reference/);
      const dearer = again(oneDay((row) => (row.price = (row.price ?? 0) * 10)));
      expect(alarms(dearer.second).length).toBeGreaterThan(0);
    });

    it('change nothing for what did not alarm, nor where too little would be left', () => {
      const { first } = again(oneDay());
      const input = inputOf(known, oneDay(), { against: faulty });
      expect(judgeAgain(input, first, [])).toEqual(first);
      const none = against({ profile: () => undefined });
      expect(judgeAgain(input, first, [{ against: none, pairs: alarms(first) }])).toEqual(first);
    });
  });

  it('of holidays count what they differ by among themselves', () => {
    const days = [1, 2, 3].map((seed) => {
      const odd = shopDays(1, seed, (row) => (row.price = (row.price ?? 0) * (1 + seed / 4)));
      return profilesOf(reference, odd.frame);
    });
    const today = oneDay((row) => (row.price = (row.price ?? 0) * 1.4));
    const judge = (apart: boolean) =>
      judgeFrame(known, today, {
        against: against({
          profile: (segment, feature) => {
            const parts = days.flatMap((of) => of(segment, feature) ?? []);
            const sum = structuredClone(parts[0]) as Profile;
            for (const part of parts.slice(1)) mergeInto(sum, part);
            return sum;
          },
          ...(apart
            ? { apart: (segment: string, feature: string) => days.flatMap((of) => of(segment, feature) ?? []) }
            : {}),
        }),
      }).find(({ segment, feature }) => segment === '' && feature === 'price') as Judgement;
    expect(judge(true).critical).toBeGreaterThan(1.5 * judge(false).critical);
    expect(judge(true).detail.excess).toBeUndefined();
  });

  it('say what is lacking', () => {
    const lacking = against({ profile: () => undefined, lacking: () => '2 earlier Mondays, 3 are needed' });
    const [first] = judgeFrame(known, oneDay(), { against: lacking });
    expect(first).toMatchObject({ alarm: false, critical: Number.POSITIVE_INFINITY });
    expect(first?.why).toBe('price is not judged: not enough reference: 2 earlier Mondays, 3 are needed');
  });

  it('stay in a reference that went through JSON, and are absent from one of before', () => {
    const copy = referenceFromJson(referenceToJson(known));
    expect(referenceToJson(copy)).toBe(referenceToJson(known));
    const strip = (judgements: readonly Judgement[]) => judgements.map(({ why, alarm }) => ({ why, alarm }));
    expect(strip(judgeFrame(copy, oneDay(), { against: against() }))).toEqual(
      strip(judgeFrame(known, oneDay(), { against: against() })),
    );
    const old = referenceFromJson(referenceToJson(reference));
    expect(old.nulls[0]?.series('', 'price')?.earlier.size).toBe(0);
  });
});

describe('buildReference', () => {
  it('has one id for one content and another for another', () => {
    expect(shopReference().id).toBe(reference.id);
    expect(shopReference(27).id).not.toBe(reference.id);
  });

  it('counts text that looks like an identifier only as present or missing', () => {
    const rows = 3000;
    const column = createTextColumn(rows);
    for (let row = 0; row < rows; row++) {
      column.codes[row] = encode(column.dictionary, `order-${row}`);
      setPresent(column.validity, row);
    }
    const frame = { rows, fields: [{ name: 'order', type: 'string' as const }], columns: [column] };
    const timesMs = Float64Array.from({ length: rows }, (_, row) => startMs + (row / rows) * 10 * dayMs);
    const ids = buildReference({ frame, timesMs, origin: 'ids', segments: [], windowsMs: [dayMs] });
    expect(ids.profile('', 'order')?.bins.length).toBe(0);
    const judgements = judgeFrame(ids, { ...frame, rows: 200 }, { features: ['order'], segments: [''] });
    expect(judgements[0]).toMatchObject({ alarm: false, statistic: 'missing' });
  });

  it('says that few windows judge no shape where no distance could exceed their limit', () => {
    const tenfold = oneDay((row) => (row.price = (row.price ?? 0) * 10));
    const rare = { budget: { falseAlarmsPerWeek: 1e-4, minEffect: 0.05 } };
    const priceUnder = (days: number) =>
      judgeFrame(shopReference(days), tenfold, rare).find(({ feature }) => feature === 'price');
    const few = priceUnder(4);
    expect(few).toMatchObject({ alarm: false, statistic: 'missing' });
    expect(few?.why).toMatch(/; its distribution is not judged: not enough reference: by its 4 windows of this length/);
    expect(priceUnder(28)).toMatchObject({ alarm: true, statistic: 'js_distance' });
  });

  it('takes a reference without times or rows', () => {
    const { frame } = shopDays(3, 1);
    const timeless = buildReference({
      frame,
      timesMs: new Float64Array(frame.rows).fill(Number.NaN),
      origin: 'timeless',
      segments: [{ by: ['city'], top: 2 }],
      windowsMs: [dayMs],
    });
    expect(timeless.profile('', 'price')?.n).toBe(3000);
    expect(timeless.nulls[0]?.windows).toBe(0);
    const empty = buildReference({
      frame: { ...frame, rows: 0 },
      timesMs: new Float64Array(0),
      origin: 'empty',
      segments: [{ by: ['city'], top: 2 }],
      windowsMs: [dayMs],
    });
    expect(referenceFromJson(referenceToJson(empty)).rows).toBe(0);
  });
});
