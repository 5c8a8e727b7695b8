import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { judgedWindows } from '../../../fixtures/judgements/windows.ts';
import { judgeFrame, shopDays, shopReference } from './stream.ts';

describe('judgeWindow', () => {
  it('gives the very judgements it has always given', () => {
    const path = new URL('../../../fixtures/judgements/windows.json', import.meta.url);
    expect(judgedWindows()).toEqual(JSON.parse(readFileSync(path, 'utf8')));
  });

  it('decides the same where it is brief, and leaves out what nobody looks at', () => {
    const reference = shopReference();
    const { frame } = shopDays(1, 5, (row) => {
      if (row.city === 'Ulm' && row.price !== null) row.price *= 1.5;
    });
    const whole = judgeFrame(reference, frame);
    const brief = judgeFrame(reference, frame, { brief: true });
    expect(whole.filter(({ alarm }) => alarm).length).toBeGreaterThan(0);
    brief.forEach((judgement, at) => {
      const full = whole[at];
      if (judgement.alarm) expect(judgement).toEqual(full);
      else expect(judgement).toEqual({ ...full, why: '', detail: { ...full?.detail, statistics: {} } });
    });
  });
});
