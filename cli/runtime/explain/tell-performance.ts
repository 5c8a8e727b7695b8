import { dayMs } from '../../../actions/monitor/tasks.ts';
import type { Judgement } from '../../../common/read-model.ts';
import { performanceWorkings } from '../../../drift/judge/explain-text.ts';
import { judgePerformance, type PerformanceInput } from '../../../drift/judge/judge-performance.ts';
import { createBacktestStore } from '../../../store/backtest-store.ts';
import { differences, type ExplainBase, historyOf, missing, type Told } from './told.ts';

/** Of a model, on labelled events. */
export async function tellPerformance(base: ExplainBase, judgement: Judgement): Promise<Told> {
  const { config, store } = base;
  const { windowStart: startMs, windowEnd: endMs } = judgement;
  const model = judgement.feature.slice('@performance:'.length);
  const version = judgement.referenceId.slice(model.length + 1);
  const measured = await createBacktestStore(store).performance(model, startMs, endMs);
  const current = measured.find((one) => one.slot === 'champion' && one.version === version);
  if (current === undefined) return missing('its measurement is not stored any more');
  const models = await historyOf(base).at(endMs + (config.labels?.horizon ?? dayMs) - 1);
  const input: PerformanceInput = {
    model,
    version,
    comparison: judgement.comparison,
    window: { startMs, endMs },
    reference: models.champion(model) === version ? models.holdout(model) : [],
    current,
    budget: config.budget,
    judgementsPerWeek: 7 * models.models.length,
  };
  const again = judgePerformance(input);
  return {
    explanation: null,
    workings: performanceWorkings(input, again),
    histogram: null,
    notes: differences(judgement, again),
  };
}
