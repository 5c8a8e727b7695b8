import { describe, expect, it } from 'vitest';
import { createDictionary, numberColumn, type TextColumn, textColumn } from '../../../common/columns.ts';
import type { Frame } from '../../../common/feature.ts';
import { chooseSegments, createSegmenter } from '../../../drift/segment.ts';

const frame: Frame = {
  rows: 6,
  fields: [
    { name: 'origin', type: 'string' },
    { name: 'firmware', type: 'integer' },
  ],
  columns: [textColumn(['ATL', 'DEN', 'ATL', null, 'a&b=c', 'DEN']), numberColumn([1, 2, 1, 1, 3, 2])],
};

describe('chooseSegments', () => {
  it('takes the most frequent values, ties in order of appearance, absent values not among them', () => {
    expect(chooseSegments(frame, [{ by: ['origin'], top: 2 }])).toEqual(['origin=ATL', 'origin=DEN']);
  });

  it('escapes values and combines features', () => {
    expect(chooseSegments(frame, [{ by: ['origin', 'firmware'], top: 9 }])).toEqual([
      'origin=ATL&firmware=1',
      'origin=DEN&firmware=2',
      'origin=a%26b%3Dc&firmware=3',
    ]);
  });

  it('gives none for a feature the frame does not have', () => {
    expect(chooseSegments(frame, [{ by: ['tenant'], top: 3 }])).toEqual([]);
  });
});

describe('createSegmenter', () => {
  it('maps every row to the segment it was chosen for, one array a rule', () => {
    const segments = chooseSegments(frame, [
      { by: ['origin'], top: 3 },
      { by: ['firmware'], top: 1 },
      { by: ['origin', 'firmware'], top: 1 },
    ]);
    const segmenter = createSegmenter(segments);
    expect(segmenter.rules).toEqual([['origin'], ['firmware'], ['origin', 'firmware']]);
    expect(segmenter.groupsOf(frame).map((groups) => [...groups])).toEqual([
      [0, 1, 0, -1, 2, 1],
      [3, -1, 3, 3, -1, -1],
      [4, -1, 4, -1, -1, -1],
    ]);
  });

  it('follows a dictionary that grows between batches, and one that is replaced', () => {
    const segmenter = createSegmenter(['origin=ATL', 'origin=XXX']);
    const dictionary = createDictionary(['DEN', 'ATL']);
    const column: TextColumn = { kind: 'text', codes: Int32Array.of(0, 1), dictionary, validity: Uint8Array.of(3) };
    const batch = (columns: Frame['columns']): Frame => ({
      rows: 2,
      fields: [{ name: 'origin', type: 'string' }],
      columns,
    });
    expect([...(segmenter.groupsOf(batch([column]))[0] as Int32Array)]).toEqual([-1, 0]);
    dictionary.values.push('XXX');
    dictionary.codeOf.set('XXX', 2);
    expect([...(segmenter.groupsOf(batch([{ ...column, codes: Int32Array.of(2, 1) }]))[0] as Int32Array)]).toEqual([
      1, 0,
    ]);
    expect([...(segmenter.groupsOf(batch([textColumn(['ATL', 'XXX'])]))[0] as Int32Array)]).toEqual([0, 1]);
  });

  it('gives -1 everywhere for a frame without the feature', () => {
    const other: Frame = { rows: 2, fields: [], columns: [] };
    expect([...(createSegmenter(['origin=ATL']).groupsOf(other)[0] as Int32Array)]).toEqual([-1, -1]);
  });
});
