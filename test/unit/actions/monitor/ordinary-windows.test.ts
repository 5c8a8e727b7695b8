import { expect, it } from 'vitest';
import { createOrdinaryWindows, type OrdinaryRequest } from '../../../../actions/monitor/ordinary-windows.ts';
import type { EarlierStore } from '../../../../actions/monitor/ports.ts';
import type { PipelineConfig } from '../../../../config/schema.ts';
import type { AgainstEarlier } from '../../../../drift/judge/judge-window.ts';
import { earlierRule } from '../../../../drift/reference/earlier.ts';

const hourMs = 3_600_000;
const startMs = 100 * hourMs;
const rule = earlierRule({ kind: 'rolling', overMs: 24 * hourMs }, hourMs, undefined);
const price = { segment: '', feature: 'price' };

function asking() {
  const asked: { readonly segments: boolean; readonly sums: number }[] = [];
  const store = {
    // Alarmed in the second hour of the span before.
    alarmedWindows: async () => [{ startMs: startMs - 23 * hourMs, ...price }],
    async spanProfiles({ segments, sums }: { readonly segments: boolean; readonly sums: readonly unknown[] }) {
      asked.push({ segments, sums: sums.length });
      return [];
    },
  } as unknown as EarlierStore;
  const config = { windows: { pane: hourMs }, segments: [] } as unknown as PipelineConfig;
  const windows = createOrdinaryWindows(config, store);
  const sides = (name: string, at: number, referenceId = 'r', segments = true) =>
    windows.sides(
      {
        name,
        comparison: { segments },
        reference: { id: referenceId },
        startMs: at,
        throughMs: startMs + 30 * hourMs,
        rule,
        before: (ms: number) => rule.earlier(ms, Number.NEGATIVE_INFINITY),
      } as unknown as OrdinaryRequest,
      { compared: { with: 'the 24h before', spans: [] } } as unknown as AgainstEarlier,
      [price],
    );
  return { asked, sides };
}

it('reads once for many windows, and apart for each comparison and each reference', async () => {
  const { asked, sides } = asking();
  const [side] = await sides('a', startMs);
  expect(side?.against.compared.with).toBe('the 24h before, without 1 window that alarmed');
  // The window after it looks back on the alarm, too; both comparisons have the same windows.
  await sides('b', startMs, 'r', false);
  await sides('a', startMs + hourMs);
  await sides('b', startMs + hourMs, 'r', false);
  expect(asked).toEqual([
    { segments: true, sums: 2 },
    { segments: false, sums: 2 },
  ]);
  await sides('a', startMs + hourMs, 'retrained');
  expect(asked).toHaveLength(3);
});

it('reads nothing where no window that is looked back on alarmed', async () => {
  const { asked, sides } = asking();
  expect(await sides('a', startMs + 5 * hourMs)).toEqual([]);
  expect(asked).toEqual([]);
});
