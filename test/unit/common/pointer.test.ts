import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePointer, formatPointer, parsePointer } from '../../../common/pointer.ts';

describe('JSON pointers', () => {
  const document = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'm~n': 8, ' ': 7, nested: { deep: { x: null } } };

  it.each([
    ['/foo', document.foo],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/m~0n', 8],
    ['/ ', 7],
    ['/nested/deep/x', null],
    ['/nested/deep/x/y', undefined],
    ['/foo/2', undefined],
    ['/nested/toString', undefined],
    ['/constructor', undefined],
    ['/__proto__', undefined],
    ['/foo/0/length', undefined],
    ['', document],
  ])('%j reads %j', (pointer, expected) => {
    expect(compilePointer(pointer)(document)).toEqual(expected);
  });

  it.each(['foo', '/a~2', '/~'])('%j is none', (pointer) => {
    expect(parsePointer(pointer)).toBeUndefined();
    expect(() => compilePointer(pointer)).toThrow(RangeError);
  });

  it('keys come back from what they are written to', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (keys) => {
        expect(parsePointer(formatPointer(keys))).toEqual(keys);
      }),
    );
  });
});
