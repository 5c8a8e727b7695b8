import { skewInput } from '../../../actions/monitor/rounds.ts';
import { explainSkew } from '../../../drift/judge/explain-skew.ts';
import { createMonitorStore } from '../../../store/monitor-store.ts';
import { type Asked, championsAt, differences, drawn, type ExplainBase, gone, missing, type Told } from './told.ts';

/** Of serving against training, by fixed limits. */
export async function tellSkew(base: ExplainBase, { judgement, reference, comparison }: Asked): Promise<Told> {
  const { windowStart: startMs, windowEnd: endMs, segment, feature } = judgement;
  const due = { comparison, name: judgement.comparison, startMs, endMs };
  const champions = await championsAt(base, endMs);
  const panes = createMonitorStore(base.store).readPanes(endMs);
  const input = await skewInput(due, { panes, reference, champions });
  const told = input && explainSkew(input, segment, feature);
  return told === undefined ? missing(gone) : drawn(told, differences(judgement, told.judgement));
}
