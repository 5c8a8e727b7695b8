import { sampleOf } from '../../../actions/monitor/joint-round.ts';
import { explainJoint } from '../../../drift/joint/explain-joint.ts';
import { type JointFeature, jointFeatureNames } from '../../../drift/joint/joint-tests.ts';
import { createMonitorStore } from '../../../store/monitor-store.ts';
import { inputOf } from './tell-window.ts';
import { type Asked, differences, type ExplainBase, gone, missing, type Told } from './told.ts';

/** Of several features at once, on the samples that are marked among the events. */
export async function tellJoint(base: ExplainBase, asked: Asked): Promise<Told> {
  const { config, store } = base;
  const { judgement, reference } = asked;
  const { windowStart: startMs, windowEnd: endMs } = judgement;
  const feature = jointFeatureNames.find((name): name is JointFeature => name === judgement.feature);
  if (feature === undefined) return missing(`${judgement.feature} is none of ${jointFeatureNames.join(', ')}`);
  const input = await inputOf(base, asked);
  const round = { store: createMonitorStore(store), reference, paneMs: config.windows.pane };
  const sample = await sampleOf({ startMs, endMs }, round);
  if (input === undefined || sample === undefined || sample.rows === 0)
    return missing(sample === undefined || sample.rows === 0 ? 'its sample of events is not stored any more' : gone);
  const {
    judgement: again,
    workings,
    histogram,
  } = explainJoint(
    {
      reference,
      sample,
      comparison: judgement.comparison,
      window: { startMs, endMs },
      budget: input.budget,
      judgementsPerWeek: input.judgementsPerWeek,
    },
    feature,
  );
  return { explanation: null, workings, histogram, notes: differences(judgement, again) };
}
