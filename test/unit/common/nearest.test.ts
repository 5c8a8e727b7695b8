import { describe, expect, it } from 'vitest';
import { nearest, suggestion } from '../../../common/nearest.ts';

describe('nearest', () => {
  it.each([
    ['windws', ['windows', 'drift'], 'windows'],
    ['Pane', ['pane', 'panes'], 'pane'],
    ['typ', ['path', 'type'], 'type'],
    ['sgments', ['segments'], 'segments'],
    ['x', ['y', 'xy'], undefined],
    ['colour', ['store', 'alerts'], undefined],
    ['a', [], undefined],
  ])('of %s among %j is %s', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });

  it('is put into words, or nothing', () => {
    expect(suggestion('windws', ['windows'])).toBe('; did you mean windows?');
    expect(suggestion('x', ['windows'])).toBe('');
  });
});
