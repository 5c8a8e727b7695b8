import type { Frame } from '../../common/feature.ts';
import { columnOf } from '../../common/feature.ts';
import { everything } from '../../common/segment.ts';
import { type ModelCare, modelCare, withCurrentValues } from '../../drift/cause/care.ts';
import { changeWeights } from '../../drift/cause/change-weights.ts';
import { type Concentration, concentrate } from '../../drift/cause/concentrate.ts';
import type { WindowInput } from '../../drift/judge/judge-window.ts';
import type { Judgement } from '../../drift/judge/judgement.ts';
import type { Reference } from '../../drift/reference/reference.ts';

/** Alarms of one window that are looked into: those with the greatest effect. */
const alarmsMost = 10;

/** What the models can say about a change. */
export interface CareDesk {
  /** Models that have the feature, with the share of their decisions that hangs on it, where that is known. */
  modelsWith(feature: string): readonly { readonly model: string; readonly importance: number | undefined }[];
  /** Mean of what the champion predicts for the rows; undefined where it cannot be asked. */
  meanPrediction(model: string, frame: Frame): Promise<number | undefined>;
}

export interface CauseRound {
  readonly reference: Reference;
  /** The sample of the window; read only where something alarms. */
  readonly sample: () => Promise<Frame | undefined>;
  readonly profile: WindowInput['profile'];
  readonly care: CareDesk;
}

/**
 * Looks deeper into the alarms about all events of a window: which part of the events carries the change, and how much the
 * models care. Says so in the sentence and the detail; decides nothing.
 */
export async function lookDeeper(judged: readonly Judgement[], round: CauseRound): Promise<Judgement[]> {
  const wanted = new Set(
    judged
      .filter(({ alarm, segment, feature }) => alarm && segment === everything && !feature.startsWith('@joint:'))
      .toSorted((a, b) => b.detail.effect - a.detail.effect)
      .slice(0, alarmsMost),
  );
  if (wanted.size === 0 || round.reference.sample === undefined) return [...judged];
  const current = await round.sample();
  if (current === undefined) return [...judged];
  const deeper: Judgement[] = [];
  for (const judgement of judged)
    deeper.push(wanted.has(judgement) ? await explain(judgement, current, round) : judgement);
  return deeper;
}

async function explain(judgement: Judgement, current: Frame, round: CauseRound): Promise<Judgement> {
  const concentration = concentrationOf(judgement, current, round);
  const care = await careOf(judgement, current, round);
  const texts = [concentration?.text, care?.text].filter((text) => text !== undefined);
  return {
    ...judgement,
    why: [judgement.why, ...texts].join('; '),
    detail: {
      ...judgement.detail,
      ...(concentration === undefined ? {} : { concentration }),
      ...(care === undefined ? {} : { care }),
    },
  };
}

function concentrationOf({ feature, detail }: Judgement, current: Frame, round: CauseRound): Concentration | undefined {
  // Segments that explain it are a better answer: they were counted whole.
  if (detail.story?.kind === 'segments') return undefined;
  const { reference } = round;
  const sample = reference.sample?.frame;
  const binning = reference.features.find(({ name }) => name === feature)?.binning;
  const before = reference.profile(everything, feature);
  const now = round.profile(everything, feature);
  if (sample === undefined || binning === undefined || before === undefined || now === undefined) return undefined;
  const columns = [columnOf(sample, feature), columnOf(current, feature)] as const;
  if (columns[0] === undefined || columns[1] === undefined) return undefined;
  const weigh = changeWeights({ binning, reference: before, current: now });
  return concentrate({
    reference: sample,
    current,
    referenceWeights: weigh(columns[0], sample.rows),
    currentWeights: weigh(columns[1], current.rows),
    exclude: [feature],
  });
}

async function careOf(judgement: Judgement, current: Frame, round: CauseRound): Promise<ModelCare | undefined> {
  const { feature, detail } = judgement;
  const sample = round.reference.sample?.frame;
  const [first] = round.care.modelsWith(feature);
  if (first === undefined || sample === undefined) return undefined;
  const changed = withCurrentValues(sample, current, feature);
  const before = changed === undefined ? undefined : await round.care.meanPrediction(first.model, sample);
  const after = changed === undefined ? undefined : await round.care.meanPrediction(first.model, changed);
  const prediction = before === undefined || after === undefined ? undefined : { before, after };
  return modelCare({ ...first, effect: detail.effect, prediction });
}
