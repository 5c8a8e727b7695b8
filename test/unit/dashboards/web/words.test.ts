import { expect, test } from 'vitest';
import { timeTicks } from '../../../../dashboards/web/charts/time-ticks.ts';
import {
  brief,
  briefAction,
  bytes,
  comparisonText,
  featureText,
  moment,
  percent,
  prose,
  segmentText,
  shortCount,
  shortVersion,
  significant,
  span,
} from '../../../../dashboards/web/format.ts';
import { roleSince } from '../../../../dashboards/web/role-since.ts';
import { featureHref, incidentHref, parseRoute } from '../../../../dashboards/web/router.ts';

test('numbers and times read as people write them', () => {
  expect([percent(0), percent(0.00001), percent(0.0042), percent(0.042), percent(0.42)]).toEqual([
    '0 %',
    '< 0.01 %',
    '0.42 %',
    '4.2 %',
    '42 %',
  ]);
  expect([significant(null), significant(0.07591), significant(7.6e-8), significant(0)]).toEqual([
    '–',
    '0.0759',
    '7.6 × 10⁻⁸',
    '0',
  ]);
  expect([shortCount(9999), shortCount(2_345_678), bytes(900), bytes(3300)]).toEqual([
    '9,999',
    '2.35M',
    '900 B',
    '3.2 KiB',
  ]);
  expect([moment(86_400_000), moment(Date.UTC(2001, 4, 3, 14, 5))]).toEqual(['2 Jan 1970', '3 May 2001, 14:05']);
  expect([span(500), span(90_000), span(86_400_000 * 3)]).toEqual(['a moment', '2 minutes', '3 days']);
  expect([segmentText(''), segmentText('origin=DEN&carrier=A%26B')]).toEqual(['all events', 'origin DEN, carrier A&B']);
  expect([featureText('@prediction:late:2'), featureText('distance')]).toEqual(['prediction of late 2', 'distance']);
});

test('lists say the essentials of a sentence, pages all of it', () => {
  expect(['20010131-dad3e78c', '2', 'v1.2-rc1', 'dad3e78c'].map(shortVersion)).toEqual([
    '20010131',
    '2',
    'v1.2-rc1',
    'dad3e78c',
  ]);
  expect(prose('@lag of 20010131-dad3e78c: 2 % -> 0 %')).toBe('arrival lag of 20010131-dad3e78c: 2 % → 0 %');
  expect(
    prose('distance is in kilometres; @prediction:late:20010502-dad3e78c and @prediction:late:2 move with it'),
  ).toBe('distance is in kilometres; prediction of late 20010502 and prediction of late 2 move with it');
  expect(prose('@performance:late is worse')).toBe('performance of late is worse');
  expect(brief('late 20010131-dad3e78c is worse: 2 % -> 0 %')).toBe('late 20010131 is worse: 2 % → 0 %');
  expect(
    briefAction(
      'retraining of late (job e2cc184321b1f629) made version 20010216-5113619b from 260768 labelled events; it scores in shadow',
    ),
  ).toBe('retraining of late made version 20010216 from 260768 labelled events');
  expect(
    briefAction(
      'promoted: 20010613-c5a1cfc9 against 20010131-dad3e78c: better by 0.0115 log-loss (99 % interval 0.0009 to 0.0220) on 198,698 events of 12 days, 0.4926 to 0.4812',
    ),
  ).toBe('promoted: 20010613 against 20010131: better by 0.0115 log-loss on 198,698 events of 12 days');
});

test('a version has its role since the entry that gave it, whatever was compared later', () => {
  const entry = { kind: 'role', role: null, decision: null, why: null, evidence: {} };
  const history = [
    { ...entry, at: 1, kind: 'registered' },
    { ...entry, at: 2, role: 'challenger' },
    { ...entry, at: 9, kind: 'compared', decision: 'wait' },
  ];
  expect(roleSince({ role: 'challenger', history })).toBe(2);
  expect(roleSince({ role: 'champion', history })).toBeNull();
});

test('addresses lead back to what they were made from', () => {
  expect(parseRoute(incidentHref('a/b?c'))).toEqual({ view: 'incident', id: 'a/b?c' });
  const href = featureHref('@prediction:late:2', {
    comparison: 'training:1d',
    segment: 'origin=A%26B',
    windowStart: 5,
  });
  expect(parseRoute(href)).toEqual({
    view: 'feature',
    feature: '@prediction:late:2',
    comparison: 'training:1d',
    segment: 'origin=A%26B',
    windowStart: 5,
  });
  expect(parseRoute('')).toEqual({ view: 'overview' });
});

test('ticks are round moments, no more than there is room for', () => {
  const start = Date.UTC(2001, 0, 17);
  for (const hours of [1, 30, 24 * 9, 24 * 40, 24 * 100, 24 * 900])
    for (const most of [1, 4, 12]) {
      const ticks = timeTicks(start, start + hours * 3_600_000, most);
      expect(ticks.length).toBeLessThanOrEqual(most + 1);
      for (const { at } of ticks) expect(at % 3_600_000).toBe(0);
    }
  expect(timeTicks(start, start + 100 * 86_400_000, 12).map(({ label }) => label)).toEqual(['Feb 2001', 'Mar', 'Apr']);
});

test('comparisons say what windows are compared with', () => {
  expect(
    [
      'training:1d',
      'previous:1h',
      'rolling:1h:7d',
      'seasonal:1h:hour-of-week:28d',
      'seasonal:1d:day-of-week:56d:Europe/Berlin',
      'window:1d:2001-01-01..2001-02-01T12:30Z',
    ].map(comparisonText),
  ).toEqual([
    'against training, 1d windows',
    'against the window before, 1h windows',
    'against the 7d before, 1h windows',
    'against earlier hours of the week (28d), 1h windows',
    'against earlier days of the week (56d, Europe/Berlin), 1d windows',
    'against 2001-01-01 to 2001-02-01T12:30Z, 1d windows',
  ]);
});
