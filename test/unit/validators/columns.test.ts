import { describe, expect, it } from 'vitest';
import { countPresent } from '../../../common/columns.ts';
import { Verdict } from '../../../common/verdict.ts';
import { compileContract } from '../../../validators/compile.ts';
import { contractOf, judge, valueAt } from './events.ts';

const { VALID, FLAGGED, REJECTED } = Verdict;

describe('ranges, domains and texts', () => {
  it.each([
    ['{ type: number, min: 0, max: 10 }', 10, VALID, []],
    ['{ type: number, min: 0, max: 10 }', -0.1, FLAGGED, ['out_of_range /x']],
    ['{ type: number, max: 10, otherwise: reject }', 11, REJECTED, ['out_of_range /x']],
    ['{ type: string, domain: { values: [a, b] } }', 'a', VALID, []],
    ['{ type: string, domain: { values: [a, b] } }', 'A', FLAGGED, ['not_in_domain /x']],
    ['{ type: string, domain: { values: [a, b], otherwise: reject } }', 'c', REJECTED, ['not_in_domain /x']],
    ['{ type: integer, domain: { values: [1, 2] } }', 2, VALID, []],
    ['{ type: integer, domain: { values: [1, 2] } }', 3, FLAGGED, ['not_in_domain /x']],
    ['{ type: string, minLength: 2, maxLength: 3 }', 'ab', VALID, []],
    ['{ type: string, minLength: 2, maxLength: 3 }', 'a', FLAGGED, ['bad_text /x']],
    ['{ type: string, minLength: 2, maxLength: 3 }', 'abcd', FLAGGED, ['bad_text /x']],
    ['{ type: string, minLength: 3, maxLength: 3 }', '🟢🟢🟢', VALID, []],
    ['{ type: string, maxLength: 2 }', '🟢🟢🟢', FLAGGED, ['bad_text /x']],
    ['{ type: string, pattern: "^[A-Z]{3}$", otherwise: reject }', 'ATL', VALID, []],
    ['{ type: string, pattern: "^[A-Z]{3}$", otherwise: reject }', 'atl', REJECTED, ['bad_text /x']],
    ['{ type: string, pattern: "^a+$" }', 'a'.repeat(1025), FLAGGED, ['bad_text /x']],
    [
      '{ type: string, domain: { values: [aa], otherwise: reject }, maxLength: 2 }',
      'abc',
      REJECTED,
      ['not_in_domain /x', 'bad_text /x'],
    ],
  ])('%s of %j is %i', (feature, x, verdict, said) => {
    expect(judge(contractOf(`x: ${feature}`), { x })).toMatchObject({ verdict, said });
  });

  it('absent values are in every range and domain', () => {
    const contract = contractOf(
      'a: { type: number, min: 5 }\nb: { type: string, domain: { values: [x] }, minLength: 1 }',
    );
    expect(judge(contract, {})).toMatchObject({ verdict: VALID, said: [] });
  });

  it('the message names the limit and the value', () => {
    const [range] = judge(contractOf('x: { type: number, max: 5 }'), { x: 6 }).violations;
    expect(range).toMatchObject({ message: 'expected at most 5, found 6', value: '6' });
    const [domain] = judge(contractOf('x: { type: string, domain: { values: [a, b] } }'), {
      x: 'q'.repeat(500),
    }).violations;
    expect(domain?.message).toMatch(/^expected one of a, b, found q{60}$/);
    expect(domain?.value).toHaveLength(200);
  });

  it('a pattern that could take exponential time is refused, and those that are not stay fast', () => {
    for (const pattern of ['(a+)+$', '(a|a)*$', '(.*)*', '(a{2,})+', '(?=a)b', '(a)\\\\1', '([a-z]+){1,9}x']) {
      expect(() => contractOf(`x: { type: string, pattern: "${pattern}" }`)).toThrow(/pattern: /);
    }
    const contract = contractOf('x: { type: string, pattern: "a*a*a*a*b" }');
    const begin = performance.now();
    judge(contract, { x: 'a'.repeat(10_000) });
    for (let length = 1; length < 300; length += 20) judge(contract, { x: 'a'.repeat(length) });
    expect(performance.now() - begin).toBeLessThan(2000);
  });
});

describe('derived features', () => {
  const contract = contractOf(`t: { type: timestamp }
hour: { type: integer, derive: { hourOf: t } }
weekday: { type: integer, derive: { weekdayOf: t }, max: 5 }`);

  it.each([
    ['2001-01-01T00:00:00Z', 0, 0],
    ['2001-01-07T23:59:59.999Z', 23, 6],
    ['1969-12-31T23:00:00Z', 23, 2],
    ['1970-01-01T12:00:00+13:00', 23, 2],
  ])('%s is hour %i of weekday %i', (t, hour, weekday) => {
    const judged = judge(contract, { t, hour: 99 });
    expect([valueAt(judged, 1), valueAt(judged, 2)]).toEqual([hour, weekday]);
    expect(judged.said).toEqual(weekday === 6 ? ['out_of_range /weekday'] : []);
  });

  it('are absent where their source is', () => {
    const judged = judge(contract, {});
    expect([valueAt(judged, 1), valueAt(judged, 2), judged.verdict]).toEqual([undefined, undefined, VALID]);
  });
});

describe('a row builder', () => {
  it('grows, appends nothing of a rejected event, and leaves no mark of it', () => {
    const compiled = compileContract(contractOf('a: { type: number }\nb: { type: string, required: true }'));
    const builder = compiled.createBuilder(0);
    for (let row = 0; row < 100; row++) {
      expect(builder.add({ a: 1, b: 7 }, [])).toBe(REJECTED);
      builder.add(row % 2 === 0 ? { b: 'x' } : { a: row, b: 'y' }, []);
    }
    builder.add({ a: 1, b: 7 }, []);
    const { frame, verdicts } = builder.finish();
    expect([builder.rows, frame.rows, verdicts.length]).toEqual([100, 100, 100]);
    const [a] = frame.columns;
    expect(a?.kind === 'number' && a.values.length).toBe(100);
    expect(countPresent(a?.validity as Uint8Array, (a?.validity.length ?? 0) * 8)).toBe(50);
  });

  it('shares dictionaries between builders until they are too large', () => {
    const compiled = compileContract(contractOf('a: { type: string }'));
    const dictionaryOf = (texts: number) => {
      const builder = compiled.createBuilder(10);
      for (let at = 0; at < texts; at++) builder.add({ a: `t${at}` }, []);
      const [column] = builder.finish().frame.columns;
      return column?.kind === 'text' ? column.dictionary : undefined;
    };
    const first = dictionaryOf(10);
    expect(dictionaryOf(65_537)).toBe(first);
    expect(dictionaryOf(1)).not.toBe(first);
  });

  it('tells in finish only what was found there', () => {
    const contract = contractOf('a: { type: number, max: 5 }\nb: { type: integer }');
    const builder = compileContract(contract).createBuilder(4);
    const out: unknown[] = [];
    expect(builder.add({ a: 9, b: '1' }, out as never)).toBe(Verdict.COERCED);
    expect(out).toHaveLength(1);
    const { verdicts, violations } = builder.finish();
    expect(verdicts[0]).toBe(FLAGGED);
    expect(violations.get(0)?.map(({ code }) => code)).toEqual(['out_of_range']);
  });
});
