import type { Working } from '../../common/explained.ts';
import { everything } from '../../common/segment.ts';
import { quietEvidence } from '../detect/advance-detectors.ts';
import { changeSince } from '../detect/change-since.ts';
import type { ClassicalKind } from '../detect/classical.ts';
import { createSliceDetector } from '../detect/slice-detector.ts';
import { measureSlice, type SliceMeasure, sliceSeason } from '../detect/slice-model.ts';
import type { Watch } from '../detect/watch.ts';
import type { Profile } from '../profile/profile.ts';
import type { Reference } from '../reference/reference.ts';
import type { ComparedProfiles } from './explain.ts';
import { formulaOf } from './formulas.ts';
import type { Judgement } from './judgement.ts';
import { momentText } from './over-time-words.ts';
import { number, sidesWorking, whole } from './working-lines.ts';

type Told = Pick<Judgement, 'windowStart' | 'alarm' | 'value' | 'critical' | 'detail'>;

export interface OverTimeExplaining {
  /** As it is stored. */
  readonly judgement: Told;
  readonly reference: Reference;
  readonly watch: Watch;
  /** `evidence`, or a classical detector's name. */
  readonly kind: 'evidence' | ClassicalKind;
  /** Slices since the change began, or the one that was recorded; in any order. */
  readonly slices: readonly { readonly startMs: number; readonly profile: Profile }[];
  /** Of all detectors of the kind. */
  readonly falseAlarmsPerWeek: number;
  readonly watched: number;
  readonly minEffect: number;
}

const weekMs = 604_800_000;
/** Slices that are listed one by one: the last of them. */
const listed = 12;

/**
 * How a detector came to its alarm, or how much evidence it has: the slices since the change began are counted again. Undefined
 * where none of them is stored any more.
 */
export function explainOverTime(
  input: OverTimeExplaining,
): { readonly workings: Working[]; readonly compared: ComparedProfiles } | undefined {
  const { watch, judgement, reference } = input;
  const slices = input.slices.toSorted((a, b) => a.startMs - b.startMs);
  const change = changeSince(watch, slices);
  const profiled = reference.features.find(({ name }) => name === watch.feature);
  if (change === undefined || profiled === undefined) return undefined;
  const binning = watch.segment === everything ? profiled.binning : profiled.segmentBinning;
  const measures = slices.map(({ startMs, profile }) => measureSlice(watch.table, startMs, profile));
  const since = judgement.detail.overTime === undefined ? 'slice    ' : 'since    ';
  const workings = [
    sidesWorking(
      ['reference', since],
      watch.reference,
      change.profile,
      `reference: ${reference.origin} (${reference.id}), ${whole(reference.rows)} rows; ${sinceText(judgement)}`,
    ),
    budgetWorking(input),
    input.kind === 'evidence' ? evidenceWorking(input, measures) : classicalWorking(input, measures),
    ...(judgement.detail.overTime === undefined ? [] : [effectWorking(input)]),
  ];
  return { workings, compared: { binning, reference: watch.reference, current: change.profile } };
}

function sinceText({ detail, windowStart }: Told): string {
  return detail.overTime === undefined
    ? `the slice begins ${momentText(windowStart)}`
    : `the change began about ${momentText(detail.overTime.sinceMs)} (UTC)`;
}

function budgetWorking({ watch, watched, falseAlarmsPerWeek, kind, judgement }: OverTimeExplaining): Working {
  const slicesPerWeek = weekMs / watch.model.sliceMs;
  const patience = slicesPerWeek / falseAlarmsPerWeek;
  const lines = [
    `patience  slices a week / false alarms a week = ${number(slicesPerWeek)} / ${number(falseAlarmsPerWeek)} = ${number(patience)} slices between false alarms, on average, of all detectors of the kind together`,
  ];
  if (kind === 'evidence') {
    const found = Math.max(1, Math.round((patience * watched) / judgement.critical));
    lines.push(
      `limit     patience · watched / k = ${number(patience)} · ${whole(watched)} / ${found} = ${number((patience * watched) / found)}, k being how many were found at once (e-BH)`,
      'null      while nothing changes, evidence of c takes at least c slices on average, however they depend on each other and whenever one looks (Shin, Ramdas and Rinaldo 2023): there is no p-value to look at',
    );
  }
  return { title: 'share of the budget', lines };
}

function evidenceWorking({ watch, judgement }: OverTimeExplaining, measures: readonly SliceMeasure[]): Working {
  const { model } = watch;
  const detector = createSliceDetector(model);
  const score = scoreOf(judgement, watch);
  const counted = judgement.detail.overTime !== undefined;
  const rows = measures.map((measure) => {
    const evidence = detector.update(measure);
    const moved = `${whole(measure.n)} events, ${model.names[score]} ${signed(movedOf(watch, measure, score))} beyond its season`;
    return `${momentText(measure.startMs)}  ${moved}${counted ? `: evidence ${number(evidence)}` : ''}`;
  });
  const strongest = detector.strongest(judgement.critical);
  const bet =
    strongest === undefined
      ? []
      : [
          `the bet that says most: ${model.names[strongest.score]} ${strongest.rate > 0 ? 'up' : 'down'}, rate ${number(strongest.rate)}, cost ${number(strongest.cost + strongest.extra)} an event`,
        ];
  return {
    title: `evidence${judgement.alarm ? ', which decided' : ''}`,
    lines: [
      `${formulaOf('evidence')?.formula}, summed over ${whole(model.bets.length)} bets = ${number(judgement.value)}, asked for ${number(judgement.critical)}`,
      ...(counted
        ? [
            `counted again from nothing, these ${whole(measures.length)} slices make ${number(detector.evidence)}; what there was before them, less than ${quietEvidence}, makes the rest`,
          ]
        : []),
      ...bet,
      ...(rows.length > listed ? [`the last ${listed} slices of ${whole(rows.length)}:`] : []),
      ...rows.slice(-listed),
    ],
  };
}

const classicalWords = {
  adwin:
    'a window of slices is cut where its two parts have means further apart than Hoeffding allows (Bifet and Gavaldà 2007)',
  'page-hinkley':
    'sums of what slices lie above and below the reference by more than 0.25 standard deviations (Page 1954)',
  kswin: 'the latest slices against a sample of those before, by Kolmogorov and Smirnov (Raab et al. 2020)',
} as const;

function classicalWorking(input: OverTimeExplaining, measures: readonly SliceMeasure[]): Working {
  const { watch, judgement, kind } = input;
  const score = scoreOf(judgement, watch);
  const rows = measures.map((measure) => {
    const standardised = movedOf(watch, measure, score) * Math.sqrt(measure.n);
    return `${momentText(measure.startMs)}  ${whole(measure.n)} events, ${watch.model.names[score]} ${signed(standardised)} standard deviations of a slice`;
  });
  return {
    title: `${kind}, which decided`,
    lines: [
      kind === 'evidence' ? '' : classicalWords[kind],
      'the false alarms are kept where slices do not depend on each other',
      ...rows.slice(-listed),
    ],
  };
}

function effectWorking({ judgement, minEffect }: OverTimeExplaining): Working {
  return {
    title: 'effect',
    lines: [
      `${number(judgement.detail.effect)}: the Jensen-Shannon distance of all events since it began beyond chance, but no more than their scores moved beyond the season; asked for ${number(minEffect)}, half of it for values the reference does not know`,
    ],
  };
}

function scoreOf({ detail }: Told, { model }: Watch): number {
  return Math.max(0, model.names.indexOf(detail.overTime?.score ?? 'level'));
}

/** Of an event, in standard deviations of one. */
function movedOf({ model }: Watch, { startMs, n, sums }: SliceMeasure, score: number): number {
  if (n === 0) return 0;
  const season = model.means[score]?.[sliceSeason(startMs, model.sliceMs, model.seasons)] as number;
  return (sums[score] as number) / n - season;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${number(Math.abs(value))}`;
}
