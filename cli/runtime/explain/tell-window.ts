import { createDesks } from '../../../actions/monitor/desks.ts';
import { nothingCut } from '../../../actions/monitor/profiles-kept.ts';
import { windowInput } from '../../../actions/monitor/rounds.ts';
import { watchesOf, windowsShare } from '../../../actions/monitor/watches.ts';
import { pipelineHolidays } from '../../../config/calendar.ts';
import { sliceMsOf } from '../../../config/detectors.ts';
import type { PipelineConfig } from '../../../config/schema.ts';
import { explainFeature } from '../../../drift/judge/explain.ts';
import { workingsOf } from '../../../drift/judge/explain-text.ts';
import type { WindowInput } from '../../../drift/judge/judge-window.ts';
import type { JudgementDetail } from '../../../drift/judge/judgement.ts';
import type { Reference } from '../../../drift/reference/reference.ts';
import { createMonitorStore } from '../../../store/monitor-store.ts';
import { type Asked, championsAt, differences, drawn, type ExplainBase, gone, missing, type Told } from './told.ts';

/** Of one feature, by its calibrated null. */
export async function tellWindow(base: ExplainBase, asked: Asked): Promise<Told> {
  const { judgement } = asked;
  const input = await inputOf(base, asked);
  const told = input && explainFeature(input, judgement.segment, judgement.feature);
  if (told === undefined) return missing(gone);
  const { explanation, compared } = told;
  const notes = differences(judgement, explanation.judgement);
  return { ...drawn({ workings: workingsOf(explanation), compared }, notes), explanation };
}

/** What the window was judged from, read again. */
export async function inputOf(
  base: ExplainBase,
  { judgement, reference, comparison }: Asked,
): Promise<WindowInput | undefined> {
  const { config, store } = base;
  const { windowStart: startMs, windowEnd: endMs } = judgement;
  const monitorStore = createMonitorStore(store);
  const desks = createDesks({ config, store: monitorStore, holidays: pipelineHolidays(config) });
  const champions = await championsAt(base, endMs);
  const firstMs = (await monitorStore.firstProfile()) ?? startMs;
  return windowInput(
    { comparison, name: judgement.comparison, startMs, endMs },
    {
      panes: monitorStore.readPanes(endMs),
      sides: { ...desks, firstMs, cuts: nothingCut, throughMs: endMs, judged: [] },
      compared: (judgement.detail as unknown as JudgementDetail).compared,
      joint: config.joint,
      reference,
      champions,
      comparisons: config.drift,
      budget: budgetOfWindows(config, reference, champions),
    },
  );
}

/** What detectors leave to windows. */
function budgetOfWindows(
  config: PipelineConfig,
  reference: Reference,
  champions: ReadonlySet<string>,
): PipelineConfig['budget'] {
  const sliceMs = sliceMsOf(config);
  if (sliceMs === undefined) return config.budget;
  const share = windowsShare(watchesOf(config, { reference, sliceMs, champions }));
  return { ...config.budget, falseAlarmsPerWeek: config.budget.falseAlarmsPerWeek * share };
}
