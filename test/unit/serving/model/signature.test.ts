import { describe, expect, it } from 'vitest';
import { parseSignature, summaryOf } from '../../../../serving/model/signature.ts';

const good = {
  model: 'late',
  version: '20010131-3bf0dd1b',
  task: 'binary',
  inputs: [
    { input: 'origin', feature: 'origin', encoding: { kind: 'vocabulary', values: ['ATL', 'BOS'] } },
    { input: 'n', feature: 'distance', encoding: { kind: 'number', missing: 0 } },
    { input: 'n', feature: 'hour', column: 1, encoding: { kind: 'number' } },
  ],
  output: { name: 'probability' },
  lineage: { dataset: { id: 'abc', rows: 10, from: 0, to: 1 }, code: 'commit' },
  metrics: { trainRows: 8, holdoutRows: 2 },
};

const parse = (document: unknown) => parseSignature(JSON.stringify(document), '/m/model.json');
const messageFor = (change: object): string => {
  try {
    parse({ ...good, ...change });
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe('parseSignature', () => {
  it('fills in what has a default', () => {
    expect(parse(good)).toMatchObject({
      inputs: [{ column: 0, encoding: { unknown: 0 } }, {}, { column: 1 }],
      importance: {},
      holdoutWindows: [],
    });
    expect(summaryOf(parse(good)).features).toEqual(['origin', 'distance', 'hour']);
  });

  it('names the file and the key of what is wrong', () => {
    expect(() => parseSignature('{', '/m/model.json')).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID', place: '/m/model.json' }),
    );
    expect(messageFor({ task: 'ranking' })).toContain('task: ');
    expect(messageFor({ lineage: { code: 'x' } })).toContain('lineage.dataset: ');
    expect(messageFor({ inputs: [] })).toContain('inputs: ');
    expect(messageFor({ colour: 'red' })).toContain('colour');
    expect(messageFor({ version: '../../etc' })).toContain('version: ');
    expect(messageFor({ model: 'a/b' })).toContain('model: ');
  });

  it('refuses one tensor column bound twice and a vocabulary with a value twice', () => {
    const [origin, distance] = good.inputs;
    expect(messageFor({ inputs: [distance, { ...distance, feature: 'hour' }] })).toContain('n[0] is bound twice');
    const twice = { ...origin, encoding: { kind: 'vocabulary', values: ['ATL', 'ATL'] } };
    expect(messageFor({ inputs: [twice] })).toContain('inputs.0.encoding.values');
  });
});
