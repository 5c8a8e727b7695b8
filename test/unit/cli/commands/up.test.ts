import { expect, it } from 'vitest';
import { notJudgedLine } from '../../../../cli/commands/up.ts';

it('tells how many judgements could not be made, and why', () => {
  expect(notJudgedLine({ judgements: 9000, notJudged: {} })).toEqual([]);
  expect(notJudgedLine({ judgements: 9000, notJudged: { 'too few values': 2982 } })).toEqual([
    '2,982 of 9,000 judgements not made or without the shape: too few values',
  ]);
  expect(
    notJudgedLine({ judgements: 9000, notJudged: { 'too few values': 2982, 'not enough reference': 18 } }),
  ).toEqual(['3,000 of 9,000 judgements not made or without the shape: 2,982 too few values, 18 not enough reference']);
});
