import type { Judgement } from '../drift/judge/judgement.ts';
import { arrowColumn, encodeArrow } from './arrow-encode.ts';
import type { ArrowFile } from './client.ts';

/** Judgements as Arrow: some thousands a round, whose JSON would cost the engine more than all else a round writes. */
export function encodeJudgements(rows: readonly Judgement[], revision: number): ArrowFile {
  const numbers = (of: (row: Judgement) => number) => Float64Array.from(rows, of);
  const texts = (name: string, of: (row: Judgement) => string) => arrowColumn.texts(name, rows.map(of));
  return encodeArrow(
    [
      arrowColumn.timestamp(
        'window_start',
        numbers(({ windowStart }) => windowStart),
      ),
      arrowColumn.timestamp(
        'window_end',
        numbers(({ windowEnd }) => windowEnd),
      ),
      texts('comparison', ({ comparison }) => comparison),
      texts('segment', ({ segment }) => segment),
      texts('feature', ({ feature }) => feature),
      arrowColumn.int64(
        'revision',
        numbers(() => revision),
      ),
      texts('reference_id', ({ referenceId }) => referenceId),
      arrowColumn.int64(
        'n_reference',
        numbers(({ nReference }) => nReference),
      ),
      arrowColumn.int64(
        'n_current',
        numbers(({ nCurrent }) => nCurrent),
      ),
      texts('statistic', ({ statistic }) => statistic),
      arrowColumn.float64(
        'value',
        numbers(({ value }) => value),
      ),
      arrowColumn.float64(
        'critical',
        numbers(({ critical }) => critical),
      ),
      arrowColumn.float64(
        'p_value',
        numbers(({ pValue }) => pValue),
      ),
      arrowColumn.uint8(
        'alarm',
        Uint8Array.from(rows, ({ alarm }) => Number(alarm)),
      ),
      texts('why', ({ why }) => why),
      texts('detail', ({ detail }) => JSON.stringify(detail)),
    ],
    rows.length,
  );
}
