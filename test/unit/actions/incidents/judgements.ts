import type { Story } from '../../../../drift/cause/story.ts';
import type { Judgement, JudgementKind } from '../../../../drift/judge/judgement.ts';

export const dayMs = 86_400_000;

export interface Say {
  readonly day: number;
  readonly feature?: string;
  readonly segment?: string;
  readonly alarm?: boolean;
  readonly story?: Story | null;
  readonly kind?: JudgementKind;
  readonly statistic?: string;
  readonly effect?: number;
  readonly comparison?: string;
  readonly judged?: boolean;
  readonly n?: number;
}

export function say(what: Say): Judgement {
  const { day, feature = 'price', segment = '', alarm = true, story = null, kind = 'drift', effect = 0.15 } = what;
  const judged = what.judged ?? true;
  return {
    windowStart: day * dayMs,
    windowEnd: (day + 1) * dayMs,
    comparison: what.comparison ?? 'training:1d',
    segment,
    feature,
    referenceId: 'r',
    nReference: 30_000,
    nCurrent: what.n ?? (segment === '' ? 1000 : 100),
    statistic: what.statistic ?? 'js_distance',
    value: 0.3,
    critical: judged ? 0.1 : Number.POSITIVE_INFINITY,
    pValue: alarm ? 1e-6 : 0.5,
    alarm: alarm && judged,
    why: `${feature} moved`,
    detail: { kind, effect, statistics: {}, carriers: [], story },
  };
}

export const kilometres: Story = {
  kind: 'unit',
  factor: 1.609344,
  offset: 0,
  unit: 'kilometres instead of miles',
  text: 'is 1.609 times the reference: kilometres instead of miles?',
};
