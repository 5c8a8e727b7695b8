import { isPresent, type TextColumn } from '../../common/columns.ts';
import { chanceDivergence } from '../statistics/chance-divergence.ts';
import { chiSquare } from '../statistics/contingency.ts';
import { total } from '../statistics/counts.ts';
import { twoProportions } from '../statistics/two-proportions.ts';
import { type Compared, type Effects, type Finding, type Statistic, statistic } from './comparison.ts';
import { allOfOneSide } from './numeric.ts';
import { statisticsOfCounts } from './of-counts.ts';
import { withoutNumbers } from './of-numbers.ts';
import { decidingWords, percent, quoted, short } from './words.ts';

/** Counts of both sides over the values of either. */
export interface JoinedCounts {
  readonly values: readonly string[];
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

export function joinTexts(
  reference: { readonly column: TextColumn; readonly rows: number },
  current: { readonly column: TextColumn; readonly rows: number },
): JoinedCounts {
  const before = countCodes(reference.column, reference.rows);
  const now = countCodes(current.column, current.rows);
  const { values: known, codeOf } = reference.column.dictionary;
  const values = known.slice();
  const joined = new Float64Array(known.length + now.length);
  current.column.dictionary.values.forEach((value, code) => {
    const count = now[code] as number;
    if (count === 0) return;
    const at = reference.column.dictionary === current.column.dictionary ? code : codeOf.get(value);
    if (at !== undefined) joined[at] = count;
    else joined[values.push(value) - 1] = count;
  });
  const padded = new Float64Array(values.length);
  padded.set(before);
  return { values, reference: padded, current: joined.subarray(0, values.length) };
}

function countCodes(column: TextColumn, rows: number): Float64Array {
  const counts = new Float64Array(column.dictionary.values.length);
  for (let row = 0; row < rows; row++) {
    if (!isPresent(column.validity, row)) continue;
    const code = column.codes[row] as number;
    counts[code] = (counts[code] as number) + 1;
  }
  return counts;
}

/** Categories, few or many; neither side empty. */
export function compareCategories(joined: JoinedCounts, effects: Effects): Compared {
  const { reference, current } = joined;
  const n = total(reference);
  const m = total(current);
  const unseen = unseenIn(joined);
  const chance = chanceDivergence(reference, current);
  const pearson = chiSquare(reference, current);
  // Chi-square pools rare categories into one; the divergence, which looks at each, needs many of them for its normal.
  const pDivergence = chance !== undefined && chance.usedCells >= 50 ? chance.pValue : undefined;
  const pValue = Math.min(1, 2 * Math.min(pearson?.pValue ?? 1, pDivergence ?? 1));
  const decided = decidingWords([
    { by: 'chi-square', pValue: pearson?.pValue },
    { by: 'the JS distance by chance', pValue: pDivergence },
  ]);
  const excess = chance?.excessDistance ?? 0;
  const statistics: Record<string, Statistic> = {
    ...statisticsOfCounts(reference, current),
    ...withoutNumbers('not defined for categories'),
    js_distance_by_chance: statistic(Math.sqrt(chance?.expected ?? 0), 'a side has no values', {
      unit: 'root of bits',
      base: 2,
      ...(pDivergence === undefined ? {} : { p_value: pDivergence }),
    }),
    unseen: { value: unseen.share, p_value: unseen.pValue, unit: 'share' },
    distinct_reference: { value: used(reference) },
    distinct_current: { value: used(current) },
  };
  const findings: Finding[] = [
    {
      pValue,
      effect: excess / effects.jsDistance,
      words: `${largestChange(joined, n, m)}; JS distance ${short(excess)} (base 2) beyond chance, ${decided}`,
    },
    {
      pValue: unseen.pValue,
      effect: unseen.excess / effects.unseen,
      words: `${percent(unseen.share)} of the values are not in the reference, most often ${quoted(unseen.value)} (${percent(unseen.most / m)})`,
    },
  ];
  const shifted = mostShifted(joined, effects);
  if (shifted !== undefined) findings.push(shifted);
  const only = used(reference) === 1 && used(current) === 1;
  return {
    type: only ? 'constant' : 'categorical',
    statistics,
    findings,
    distance: excess,
    calm:
      only && unseen.share === 0
        ? `always ${quoted(joined.values.find((_, at) => (current[at] as number) > 0) ?? '')}`
        : `JS distance ${short(excess)} (base 2) beyond chance, ${percent(unseen.share)} of the values new`,
  };
}

/** The known category whose share grew or fell by the largest factor, among those that moved by a hundredth at least. */
function mostShifted({ values, reference, current }: JoinedCounts, effects: Effects): Finding | undefined {
  const n = total(reference);
  const m = total(current);
  const tests = used(reference);
  let most: Finding | undefined;
  for (let at = 0; at < values.length; at++) {
    const before = { hits: reference[at] as number, of: n };
    const now = { hits: current[at] as number, of: m };
    const [p, q] = [before.hits / n, now.hits / m];
    if (p === 0 || Math.abs(q - p) < 0.01) continue;
    const pValue = Math.min(1, tests * (twoProportions(before, now)?.pValue ?? 1));
    const ratio = Math.max(q, p) / Math.max(Math.min(q, p), 0.5 / Math.min(n, m));
    const effect = Math.log(ratio) / Math.log(effects.categoryRatio);
    // Far from certain is not worth naming, however large: the level that decides is below this.
    if (pValue > 0.01 || (most !== undefined && effect <= most.effect)) continue;
    most = { pValue, effect, words: `${quoted(values[at] as string)} went from ${percent(p)} to ${percent(q)}` };
  }
  return most;
}

/**
 * Current events whose value the reference never had. The most frequent such value has k events; that all events of one
 * value fall on the current side has the probability of `allOfOneSide`, times the number of values.
 */
function unseenIn({ values, reference, current }: JoinedCounts): {
  readonly share: number;
  /** The share of the values seen twice or more: once may be chance. */
  readonly excess: number;
  readonly pValue: number;
  readonly value: string;
  readonly most: number;
} {
  const n = total(reference);
  const m = total(current);
  let events = 0;
  let repeated = 0;
  let most = 0;
  let value = '';
  for (let at = 0; at < values.length; at++) {
    const count = current[at] as number;
    if (count === 0 || (reference[at] as number) > 0) continue;
    events += count;
    if (count > 1) repeated += count;
    if (count > most) {
      most = count;
      value = values[at] as string;
    }
  }
  const pValue = most === 0 ? 1 : Math.min(1, used(reference, current) * allOfOneSide(most, m, n));
  return { share: events / m, excess: repeated / m, pValue, value, most };
}

function used(counts: Float64Array, others?: Float64Array): number {
  let cells = 0;
  for (let at = 0; at < counts.length; at++) if ((counts[at] as number) > 0 || (others?.[at] ?? 0) > 0) cells++;
  return cells;
}

function largestChange({ values, reference, current }: JoinedCounts, n: number, m: number): string {
  let most = 0;
  for (let at = 1; at < values.length; at++) if (change(at) > change(most)) most = at;
  function change(at: number): number {
    return Math.abs((reference[at] as number) / n - (current[at] as number) / m);
  }
  const [before, now] = [(reference[most] as number) / n, (current[most] as number) / m];
  return `${quoted(values[most] ?? '')} went from ${percent(before)} to ${percent(now)}`;
}
