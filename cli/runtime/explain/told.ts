import type { ExplainedJudgement } from '../../../common/explained.ts';
import type { Judgement } from '../../../common/read-model.ts';
import type { ComparisonConfig, PipelineConfig } from '../../../config/schema.ts';
import { formatNumber } from '../../../drift/cause/words.ts';
import type { ComparedProfiles, Explanation } from '../../../drift/judge/explain.ts';
import type { Reference } from '../../../drift/reference/reference.ts';
import { createMonitorStore } from '../../../store/monitor-store.ts';
import { displayHistogram } from '../../../store/read-model/display-histogram.ts';
import type { BacktestBase } from '../backtesting.ts';
import { createModelHistory } from '../model-history.ts';

export interface ExplainBase extends BacktestBase {
  readonly config: PipelineConfig;
}

/** A judgement as it is stored, and worked out again. */
export interface Worked extends ExplainedJudgement {
  /** Of a single feature's window against a calibrated null; null for all others, and where panes or reference are gone. */
  readonly explanation: Explanation | null;
}

export type Told = Omit<Worked, 'judgement'>;

/** A judgement of a window, with what it was compared by. */
export interface Asked {
  readonly judgement: Judgement;
  readonly reference: Reference;
  readonly comparison: ComparisonConfig;
}

export function missing(note: string): Told {
  return { explanation: null, workings: [], histogram: null, notes: [note] };
}

/** Workings with what was compared, drawn. */
export function drawn(
  { workings, compared }: { readonly workings: ExplainedJudgement['workings']; readonly compared: ComparedProfiles },
  notes: string[],
): Told {
  const { binning, reference, current } = compared;
  return { explanation: null, workings, histogram: displayHistogram(binning, reference, current), notes };
}

export const gone = 'its panes are not stored any more: it cannot be worked out again';

export function historyOf({ config, registry, store, referenceOfFile }: ExplainBase) {
  const { readReference } = createMonitorStore(store);
  return createModelHistory({ config, registry, readReference, fromFile: referenceOfFile });
}

/** The predictions, as features, of the models that are champion at that moment. */
export async function championsAt(base: ExplainBase, atMs: number): Promise<ReadonlySet<string>> {
  // What is decided at the end of a window comes before a change of champion at the same moment.
  const models = await historyOf(base).at(atMs - 1);
  return new Set(models.models.map((model) => `@prediction:${model}:${models.champion(model)}`));
}

const numberText = (value: number | null): string => (value === null ? 'none' : formatNumber(value));

/** Numbers that come out otherwise than they are stored. */
export function differences(
  stored: Pick<Judgement, 'value' | 'critical'>,
  again: { readonly value: number; readonly critical: number },
): string[] {
  const differs = (a: number | null, b: number): boolean =>
    Math.abs((a ?? Number.POSITIVE_INFINITY) - b) > 1e-9 * Math.abs(b) && !(a === null && !Number.isFinite(b));
  const notes: string[] = [];
  if (differs(stored.value, again.value))
    notes.push(
      `stored is the value ${numberText(stored.value)}: events came, or the reference changed, after it was judged`,
    );
  if (differs(stored.critical, again.critical))
    notes.push(
      `stored is the limit ${numberText(stored.critical)}: it was judged under another budget, other comparisons or other models`,
    );
  return notes;
}
