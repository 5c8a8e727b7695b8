import type { Working } from '../../common/explained.ts';
import { seasonCount } from '../reference/season.ts';
import type { Explanation, Level } from './explain.ts';
import type { Test } from './feature-tests.ts';
import { formulaOf } from './formulas.ts';
import { type PerformanceInput, predictedLoss } from './judge-performance.ts';
import { alphaOf } from './judge-window.ts';
import type { Judgement } from './judgement.ts';
import type { MassWorkings } from './mass-test.ts';
import type { ShapeWorkings } from './shape-test.ts';
import { budgetWorking, number, tailLines, whole } from './working-lines.ts';

/** How the limit, the p-value and the effect of each test come about; the one that decided first. */
export function workingsOf(explanation: Explanation): Working[] {
  const { judgement, tests, level, refusals } = explanation;
  const windowMs = judgement.windowEnd - judgement.windowStart;
  const decided = (test: Test): boolean => test.statistic === judgement.statistic;
  const ordered = [...tests].sort((a, b) => Number(decided(b)) - Number(decided(a)));
  return [
    budgetWorking(level),
    ...ordered.map((test): Working => {
      const { workings } = test;
      const lines =
        workings.kind === 'shape'
          ? shapeLines(test, workings, { level, bins: explanation.bins, windowMs })
          : massLines(test, workings, level);
      return { title: `${nameOf(test.statistic)}${decided(test) ? ', which decided' : ''}`, lines };
    }),
    ...refusals.map(({ statistic, reason }) => ({ title: nameOf(statistic), lines: [`not judged: ${reason}`] })),
  ];
}

/** The same of a model's performance. */
export function performanceWorkings(input: PerformanceInput, judgement: Judgement): Working[] {
  const { budget, judgementsPerWeek } = input;
  const alpha = alphaOf(budget, judgementsPerWeek);
  const level = { ...budget, judgementsPerWeek, ofJudgement: alpha, tests: 1, ofTest: alpha };
  const predicted = predictedLoss(input);
  const title = `${judgement.statistic === 'brier' ? 'squared error' : 'log loss'}, which decided`;
  if (predicted === undefined) return [budgetWorking(level), { title, lines: [judgement.why] }];
  const { mean, spread, degrees, windows } = predicted;
  const { value, critical, pValue, detail } = judgement;
  return [
    budgetWorking(level),
    {
      title,
      lines: [
        `loss      ${number(value)}, the mean over ${whole(judgement.nCurrent)} labelled events`,
        `hold-out  mean ${number(mean)}, spread of one more window ${number(spread)}, from ${whole(windows)} windows (${whole(judgement.nReference)} labelled events)`,
        `t         (${number(value)} − ${number(mean)}) / ${number(spread)} = ${number((value - mean) / spread)}, Student's t with ${whole(degrees)} degrees of freedom`,
        `limit     ${number(mean)} + ${number((critical - mean) / spread)} · ${number(spread)} = ${number(critical)}: exceeded with probability α`,
        `p-value   ${number(pValue)}`,
        `effect    ${number(detail.effect)}: so much larger than on the hold-out, asked for ${number(budget.minEffect)}`,
      ],
    },
  ];
}

function nameOf(statistic: string): string {
  return statistic === 'js_distance' ? 'Jensen-Shannon distance' : `share of ${statistic}`;
}

function shapeLines(
  { value, critical, pValue, effect, minEffect }: Test,
  working: ShapeWorkings,
  { level, bins, windowMs }: { readonly level: Level; readonly bins: number; readonly windowMs: number },
): string[] {
  const { bits, expected, habit, degrees, ratio, chance, nReference, nCurrent, pHabit, pChance, cells } = working;
  const explained = expected + habit;
  return [
    `${formulaOf('js_distance')?.formula} = √${number(bits)} = ${number(value)}, over ${whole(cells)} cells of ${whole(bins)} bins`,
    `chance    E = ν / (8 ln 2) · (1/n + 1/m) = ${number(degrees)} / (8 ln 2) · (1/${whole(nReference)} + 1/${whole(nCurrent)}) = ${number(expected)} bits`,
    `habit     h = ${number(habit)} bits: how far ${seasonText(working.season, windowMs)} of the reference lie beyond chance`,
    `ratio     d² / (E + h) = ${number(bits)} / (${number(expected)} + ${number(habit)}) = ${number(bits / explained)}`,
    ...nullLines(working, level.ofTest),
    `limit     √max((E + h) · q, E · c) = √max(${number(explained * ratio)}, ${number(expected * chance)}) = ${number(critical)}`,
    `          c = ${number(chance)}: chi-square over its ν degrees of freedom, exceeded with probability α`,
    `p-value   max(P(ratio), P(chi-square)) = max(${number(pHabit)}, ${number(pChance)}) = ${number(pValue)}`,
    `effect    √max(0, d² − E) = ${number(effect)}, asked for ${number(minEffect)}`,
  ];
}

function nullLines({ tail, ratio, windows, scope }: ShapeWorkings, alpha: number): string[] {
  const pooled = scope === 'all' ? 'windows' : 'windows of segments';
  const what = `${whole(tail.count)} left-out ${pooled} (${whole(tail.windows)} spans of time; ${whole(windows)} of this series)`;
  return tailLines(tail, { alpha, ratio, what });
}

const weekdays = ['Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays', 'Sundays'];

/** The windows of a season, for people; times are UTC. */
function seasonText(season: number, windowMs: number): string {
  const seasons = seasonCount(windowMs);
  if (seasons === 1) return 'the windows';
  if (seasons === 7) return weekdays[season] as string;
  return `${weekdays[Math.floor(season / 24)]} at ${String(season % 24).padStart(2, '0')}:00`;
}

function massLines(
  { statistic, value, critical, pValue, effect, minEffect }: Test,
  { before, nReference, nCurrent, z, limit, inflation, largest, spread, bothWays }: MassWorkings,
  level: Level,
): string[] {
  return [
    `share     ${whole(value * nCurrent)} / ${whole(nCurrent)} = ${number(value)}, in the reference ${whole(before * nReference)} / ${whole(nReference)} = ${number(before)}`,
    `z         (φ(${number(value)}) − φ(${number(before)})) / √(1/n + 1/m) / s = ${number(z)}, with φ(p) = 2 arcsin √p`,
    `spread    s = max(√${number(inflation)}, 1.1 · ${number(largest)} / ${number(limit)}, 1) = ${number(spread)}: how much more than binomial the reference's own windows vary, and the largest z among them`,
    `limit     ${bothWays ? '|z|' : 'z'} > ${number(limit)} at ${bothWays ? 'α/2 on either side' : 'α'} (α = ${number(level.ofTest)}): a share of ${statistic} ${bothWays && z < 0 ? 'below' : 'above'} ${number(critical)}`,
    `p-value   ${number(pValue)}`,
    `effect    ${number(effect)} (Jensen-Shannon distance of the shares), asked for ${number(minEffect)}`,
  ];
}
