import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../common/random.ts';
import { unitMistakes } from '../../../../drift/cause/units.ts';
import { missingStory } from '../../../../drift/skew/missing-story.ts';
import { numberStory } from '../../../../drift/skew/number-story.ts';
import { textStory } from '../../../../drift/skew/text-story.ts';
import { timeStory } from '../../../../drift/skew/time-story.ts';

const random = createRandom(3);
const numbers = Array.from({ length: 200 }, () => 50 + 20 * random.normal());
const whole = numbers.map(Math.round);
const changed = (values: readonly number[], change: (value: number) => number) =>
  values.map((value) => [value, change(value)] as const).filter(([a, b]) => a !== b);

const agreedUnder = (change: (value: number) => number) => {
  const equal = numbers.filter((value) => change(value) === value);
  return equal.length === 0 ? undefined : { min: Math.min(...equal), max: Math.max(...equal) };
};

describe('numbers of one event on two sides', () => {
  it.each(unitMistakes.map((mistake) => [mistake.unit, mistake] as const))('in other units: %s', (_, mistake) => {
    const { factor, offset } = mistake;
    const story = numberStory(
      changed(numbers, (value) => factor * value + offset),
      numbers.length,
    );
    // An offset alone is a shift as well.
    if (factor === 1) expect(story).toMatchObject({ kind: 'shift' });
    else expect(story).toMatchObject({ kind: 'unit', factor, share: 1 });
  });

  it.each<[string, (value: number) => number, object]>([
    ['another currency', (value) => 1.13 * value, { kind: 'factor', text: 'is 1.13 times training' }],
    ['an offset', (value) => value - 7.25, { kind: 'shift', text: 'is 7.25 below training' }],
    ['rounded to cents', (value) => Math.round(value * 100) / 100, { text: 'is training rounded to 2 decimals' }],
    ['cut to whole numbers', Math.trunc, { kind: 'rounded', text: 'is training cut to whole numbers' }],
    ['floats of 32 bits', Math.fround, { text: 'is the same number in 32 bits instead of 64' }],
    ['a default', () => 0, { kind: 'default' }],
    [
      'a ceiling',
      (value) => Math.min(value, 40),
      { text: 'is 40 where training goes above: cut off on one side only?' },
    ],
    ['a logarithm', Math.log1p, { kind: 'transform', text: expect.stringContaining('logarithm of one more') }],
    ['scaled on one side', (value) => (value - 48.7) / 19.3, { kind: 'linear' }],
  ])('%s', (_, change, wanted) => {
    const pairs = changed(numbers, change);
    expect(numberStory(pairs, pairs.length, agreedUnder(change))).toMatchObject(wanted);
  });

  it('that are one value are a default where the values that agree do not end there', () => {
    const scores = numbers.map(() => random.next());
    const always = changed(scores, () => -1);
    const wanted = { kind: 'default', share: 1, text: 'is -1 whatever training has: a default in place of the value?' };
    expect(numberStory(always, always.length)).toMatchObject(wanted);
    const sometimes = changed(scores, (score) => (score < 0.3 ? -1 : score));
    expect(numberStory(sometimes, sometimes.length, { min: 0.3, max: 1 })).toMatchObject(wanted);
  });

  it('are no unit where a factor near one was at work', () => {
    const story = numberStory(
      changed(numbers, (value) => 1.62 * value),
      numbers.length,
    );
    expect(story).toMatchObject({ kind: 'factor', text: 'is 1.62 times training' });
  });

  it('have no story where nothing rules, or only a minority follows the rule', () => {
    expect(
      numberStory(
        changed(numbers, (value) => value + random.normal()),
        numbers.length,
      ),
    ).toBeUndefined();
    const mixed = changed(numbers, (value) => (value > 55 ? value * 1000 : value + random.normal()));
    expect(numberStory(mixed, mixed.length)).toBeUndefined();
    expect(
      numberStory(
        [
          [0, 1],
          [1, 0],
          [0, 1],
          [1, 0],
          [0, 1],
        ],
        5,
      ),
    ).toBeUndefined();
    expect(numberStory([], 0)).toBeUndefined();
  });

  it('of which only some are numbers share the explanation accordingly', () => {
    const pairs = changed(whole, (value) => value * 1000);
    expect(numberStory(pairs, pairs.length / 0.7)?.share).toBeCloseTo(0.7);
  });
});

describe('times of one event on two sides', () => {
  const hour = 3_600_000;
  const times = numbers.map((value, at) => 1.7e12 + at * 24 * hour + Math.round(value * 1e5));
  const pairs = (change: (ms: number, at: number) => number) => times.map((ms, at) => [ms, change(ms, at)] as const);

  it.each<[string, (ms: number, at: number) => number, object]>([
    ['a zone', (ms) => ms + hour, { kind: 'time-zone', text: 'is 1 h later than training: a time zone?' }],
    [
      'a zone with summer time',
      (ms, at) => ms - (at < 90 ? 5 : 4) * hour,
      { kind: 'time-zone', share: 1, text: expect.stringContaining('a time zone with summer time?') },
    ],
    ['half an hour more', (ms) => ms + 5.5 * hour, { text: 'is 5.5 h later than training: a time zone?' }],
    ['a clock', (ms) => ms - 700_000, { kind: 'shift', text: 'is 700 s earlier than training' }],
    ['the day alone', (ms) => Math.floor(ms / 864e5) * 864e5, { kind: 'rounded', text: 'is training cut to days' }],
  ])('%s', (_, change, wanted) => {
    expect(timeStory(pairs(change), times.length)).toMatchObject(wanted);
  });

  it('have no story where they scatter', () => {
    expect(
      timeStory(
        pairs((ms) => ms + Math.round(1e6 * random.normal())),
        times.length,
      ),
    ).toBeUndefined();
  });
});

describe('texts of one event on two sides', () => {
  const words = Array.from({ length: 60 }, (_, at) => `${10 + (at % 20)} Héllo World`);
  it.each<[string, (text: string) => string, object]>([
    ['case', (text) => text.toUpperCase(), { kind: 'case', share: 1 }],
    ['spaces', (text) => ` ${text} `, { kind: 'whitespace' }],
    ['case and spaces', (text) => ` ${text.toUpperCase()}`, { text: 'differs from training in case and spaces only' }],
    ['Unicode', (text) => text.normalize('NFD'), { text: 'is the same text in another Unicode form' }],
    ['bytes', (text) => Buffer.from(text).toString('latin1'), { kind: 'encoding' }],
    ['length', (text) => text.slice(0, 9), { kind: 'truncated', text: 'is training cut to 9 characters' }],
    ['a prefix', (text) => `v2:${text}`, { kind: 'affix', text: 'is training with "v2:" before it' }],
    ['names', (text) => `name ${Number(text.slice(0, 2)) * 7919}`, { kind: 'renamed', share: 1 }],
    ['a default', () => 'unknown', { kind: 'default', text: expect.stringContaining('is "unknown" whatever') }],
  ])('%s', (_, change, wanted) => {
    expect(textStory(words.map((text) => [text, change(text)] as const))).toMatchObject(wanted);
  });

  it('that are numbers or times written otherwise', () => {
    expect(textStory(words.map((_, at) => [`${at}`, `${at}.00`] as const))).toMatchObject({
      text: 'is the same number written otherwise',
    });
    const day = (at: number): string => `2024-03-${String(10 + (at % 20))}`;
    expect(textStory(words.map((_, at) => [`${day(at)} 10:00:00`, `${day(at)}T10:00:00Z`] as const))).toMatchObject({
      text: 'is the same time written otherwise',
    });
    expect(textStory(words.map((_, at) => [`${day(at)} 10:00:00`, `${day(at)} 12:00:00`] as const))).toMatchObject({
      kind: 'time-zone',
    });
  });

  it('have no story where any text stands for any other', () => {
    const anything = () => words[random.below(words.length)] as string;
    expect(textStory(Array.from({ length: 300 }, () => [anything(), anything()] as const))).toBeUndefined();
  });
});

describe('values on one side only', () => {
  const pairs = (training: number | null, serving: number | string | null) =>
    Array.from({ length: 9 }, (_, at) => ({ key: String(at), training, serving }));
  it('are named where they are always the same', () => {
    expect(missingStory(pairs(0, null), 'serving')?.text).toContain('missing instead of 0?');
    expect(missingStory(pairs(null, 'none'), 'training')?.text).toContain('"none" instead of missing?');
    expect(missingStory(pairs(0, null), 'training')).toBeUndefined();
    const various = pairs(0, null).map((pair, at) => ({ ...pair, training: at }));
    expect(missingStory(various, 'serving')).toBeUndefined();
  });
});
