import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitJsonArray } from '../../../serving/http/split-json-array.ts';

const blanks = fc.constantFrom('', ' ', '\n', '\r\n\t');

test('the elements of any JSON array come back with their bytes, whatever blanks stand between them', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.json(), blanks, blanks)), (elements) => {
      const text = `[${elements.map(([json, before, after]) => before + json + after).join(',')}]`;
      const split = splitJsonArray(Buffer.from(text));
      expect(Array.isArray(split) && split.map(String)).toEqual(elements.map(([json]) => json.trim()));
    }),
  );
});

test('a JSON array that is cut anywhere is no array', () => {
  fc.assert(
    fc.property(fc.array(fc.json(), { minLength: 1 }), fc.nat(), (elements, place) => {
      const text = Buffer.from(`[${elements.join(',')}]`);
      expect(typeof splitJsonArray(text.subarray(0, 1 + (place % (text.length - 1))))).toBe('string');
    }),
  );
});

test('no bytes make it throw or lose bytes between the brackets', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const text = Buffer.concat([Buffer.from('['), bytes, Buffer.from(']')]);
      const split = splitJsonArray(text);
      if (typeof split === 'string') return;
      expect(split.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(bytes.length);
    }),
  );
});
