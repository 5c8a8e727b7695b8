import { describe, expect, it } from 'vitest';
import type { StoredPanes } from '../../../../actions/backtest/ports.ts';
import { untriedContract, untriedPanes } from '../../../../actions/backtest/untried.ts';
import { contractMark } from '../../../../cli/runtime/contract-mark.ts';
import { pipelineSchema } from '../../../../config/schema.ts';
import { parseContract } from '../../../../validators/parse.ts';

const markOf = (text: string) => contractMark(parseContract(text, 'contract.yaml'));
const contract = 'contract: shop\nversion: 1\nfeatures:\n  price: { type: number, max: 60 }\n';

describe('untriedContract', () => {
  it('tells a contract that is another one, by its content', () => {
    const stored = markOf(contract);
    expect(untriedContract(stored, markOf(contract))).toEqual([]);
    expect(untriedContract(undefined, stored)).toEqual([]);
    expect(untriedContract(stored, undefined)).toEqual([]);
    expect(untriedContract(stored, markOf(contract.replace('60', '50')))[0]?.why).toContain('judged with (shop 1)');
    expect(untriedContract(stored, markOf(contract.replace('version: 1', 'version: 2')))[0]?.why).toContain(
      '(shop 2, which was shop 1)',
    );
  });
});

describe('untriedPanes', () => {
  const minuteMs = 60_000;
  const config = (sections: object) =>
    pipelineSchema.parse({
      pipeline: 'shop',
      source: { http: {} },
      event: { format: 'json', time: '/time' },
      contract: 'contract.yaml',
      windows: { pane: '30m' },
      ...sections,
    });
  const panes = (minutes: number, segments = false): StoredPanes => ({
    feature: 'price',
    binning: 'b',
    segments,
    paneMs: minutes * minuteMs,
  });

  it('tells another length of panes, of all events and of segments', () => {
    expect(untriedPanes(config({}), [panes(30)])).toEqual([]);
    expect(untriedPanes(config({}), [panes(15)])).toEqual([
      { comparison: '', what: 'windows.pane', why: 'panes of 15m are stored: 30m is not tried' },
    ]);
    const segments = [{ by: ['city'], pane: '1h' }];
    expect(untriedPanes(config({ segments }), [panes(30), panes(30, true)]).map(({ what }) => what)).toEqual([
      'segments.pane',
    ]);
    expect(untriedPanes(config({ segments }), [panes(30), panes(60, true)])).toEqual([]);
  });
});
