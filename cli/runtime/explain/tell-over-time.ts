import { binCounts } from '../../../actions/monitor/rounds.ts';
import { budgetOfDetectors, watchesOf } from '../../../actions/monitor/watches.ts';
import type { Judgement } from '../../../common/read-model.ts';
import { classicalKinds } from '../../../drift/detect/classical.ts';
import { planWatches } from '../../../drift/detect/watch.ts';
import { explainOverTime } from '../../../drift/judge/explain-over-time.ts';
import type { JudgementDetail } from '../../../drift/judge/judgement.ts';
import type { Reference } from '../../../drift/reference/reference.ts';
import { createMonitorStore } from '../../../store/monitor-store.ts';
import { championsAt, drawn, type ExplainBase, gone, missing, type Told } from './told.ts';

/** Slices that are counted again at most: a long quiet growth is told by its end. */
const slicesMost = 3000;

/** Of a detector that counts slices of time. */
export async function tellOverTime(base: ExplainBase, judgement: Judgement, reference: Reference): Promise<Told> {
  const { config, store } = base;
  const { windowStart, windowEnd: endMs, segment, feature, statistic, alarm, value, critical } = judgement;
  const detail = judgement.detail as unknown as JudgementDetail;
  const sliceMs = endMs - windowStart;
  const plan = planWatches(reference, { sliceMs, features: [feature], segments: segment === '' ? [] : [segment] });
  const watch = plan.watches.find((one) => one.segment === segment && one.feature === feature);
  if (watch === undefined) return missing('its reference knows no slices of this length, so it is not watched');
  const sinceMs = detail.overTime?.sinceMs ?? windowStart;
  const startMs = Math.max(sinceMs, endMs - slicesMost * sliceMs);
  const range = { startMs, endMs, sliceMs, segments: [segment], features: [feature] };
  const slices = await createMonitorStore(store).sliceProfiles(range, binCounts(reference));
  const watched = watchesOf(config, { reference, sliceMs, champions: await championsAt(base, endMs) });
  const told = explainOverTime({
    judgement: { windowStart, alarm, value: value ?? 0, critical: critical ?? Number.POSITIVE_INFINITY, detail },
    reference,
    watch,
    kind: classicalKinds.find((kind) => kind === statistic) ?? 'evidence',
    slices,
    falseAlarmsPerWeek: budgetOfDetectors(config),
    watched: watched.watches.length,
    minEffect: config.budget.minEffect,
  });
  return told === undefined ? missing(gone) : drawn(told, []);
}
