import { isPresent, type NumberColumn, type TextColumn } from '../../common/columns.ts';
import { columnOf, type Frame } from '../../common/feature.ts';
import { measuredFeature } from '../../common/measure.ts';
import { createRandom } from '../../common/random.ts';
import { formatMeasured, formatShare } from './words.ts';

/** `firmware is fw-7`. */
export interface Condition {
  readonly feature: string;
  /** A text, a number, or a range of numbers that are not whole: `(0.5, 0.6]`. */
  readonly value: string;
}

/** A small part of the events that carries most of a change. */
export interface Concentration {
  readonly conditions: readonly Condition[];
  /** Of the change, in [0, 1]. */
  readonly share: number;
  /** Of the current events, and of the reference's, in [0, 1]. */
  readonly support: number;
  readonly supportReference: number;
  /** The probability that chance concentrates a change as much in any part that was tried. */
  readonly pValue: number;
  /** One clause of plain words. */
  readonly text: string;
}

export interface ConcentrateInput {
  readonly reference: Frame;
  readonly current: Frame;
  /** How much each row speaks for the change, in any unit; shapes `[rows]` of the frames. */
  readonly referenceWeights: Float64Array;
  readonly currentWeights: Float64Array;
  /** Features that cannot be the place of the change, such as the one that changed; nor can their measures. */
  readonly exclude: readonly string[];
}

/** Fewer current events than this are no part. */
const minEvents = 6;
/** A feature with more values than this has no parts to name. */
const valuesMost = 1000;
/** Numbers that are not whole make so many ranges. */
const ranges = 10;
const minShare = 0.5;
/** A part has to carry so many times its share of the events. */
const minLift = 2;
const level = 0.01;
const permutations = 199;
const beam = 8;

/**
 * Looks for the part of the events (`feature = value`, or two of these) that carries the change. The change is the difference of
 * the mean weight of the current rows from that of the reference's; what a part contributes to it adds up over the values of a
 * feature, so one pass a feature measures all its parts. The part with the greatest contribution beyond its proportional one, in
 * standard errors, is named, if
 * - it carries at least half of the change, and twice its share of the events,
 * - no part stands out as much when the weights are shuffled among the rows of each side (199 times; p <= 0.01).
 *
 * Two conditions are tried for the eight best single ones (a beam), and preferred where they stand out more, carry nearly as
 * much and are clearly smaller. Deterministic. O(permutations · rows · features).
 */
export function concentrate(input: ConcentrateInput): Concentration | undefined {
  const sides = [sideOf(input.reference, input.referenceWeights), sideOf(input.current, input.currentWeights)] as const;
  if (sides[0].rows === 0 || sides[1].rows === 0) return undefined;
  const origin = meanOf(sides[0].weights);
  for (const side of sides)
    for (let row = 0; row < side.rows; row++) side.weights[row] = (side.weights[row] as number) - origin;
  const change = meanOf(sides[1].weights);
  if (!(change > 0)) return undefined;
  // What is measured of a feature moves with it: that is no place.
  const changed = new Set(input.exclude.map(measuredFeature));
  const features = input.reference.fields
    .map(({ name }) => name)
    .filter((name) => !changed.has(measuredFeature(name)) && !name.startsWith('@'))
    .flatMap((name) => codedFeature(name, input.reference, input.current) ?? []);
  const singles = features.flatMap((feature) => partsOf(feature, sides, change));
  const best = singles.reduce<Part | undefined>(
    (most, part) => (most === undefined || part.z > most.z ? part : most),
    undefined,
  );
  if (best === undefined) return undefined;
  const pValue = chanceOf(best.z, features, sides, change);
  if (pValue > level) return undefined;
  const chosen = refined(best, singles, features, sides, change);
  const { conditions, support, supportReference } = chosen;
  // Where a part carries more than all, others moved the other way.
  const share = Math.min(1, chosen.share);
  if (share < minShare || share < minLift * support) return undefined;
  const where = conditions.map(({ feature, value }) => `${feature} ${value}`).join(' and ');
  const text = `it comes from ${where}: ${formatShare(support)} of events carry ${formatShare(share)} of the change`;
  return { conditions, share, support, supportReference, pValue, text };
}

interface Side {
  readonly rows: number;
  readonly weights: Float64Array;
  /** The weights' variance, whatever order they are in. */
  readonly spread: number;
}

interface CodedFeature {
  readonly name: string;
  readonly values: readonly string[];
  /** Code of each row, -1 where absent; of the reference's, then of the current ones. */
  readonly codes: readonly [Int32Array, Int32Array];
}

interface Part {
  readonly conditions: readonly Condition[];
  readonly share: number;
  readonly support: number;
  readonly supportReference: number;
  readonly z: number;
  /** Rows of it, for a second condition. */
  readonly feature: CodedFeature;
  readonly code: number;
}

function sideOf({ rows }: Frame, weights: Float64Array): Side {
  const own = weights.slice(0, rows);
  return { rows, weights: own, spread: spreadOf(own) };
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / Math.max(1, values.length);
}

/** Texts, and numbers that take few values, as common codes of both sides (more than ten numbers that are not whole by ranges); undefined where they take many. */
function codedFeature(name: string, reference: Frame, current: Frame): CodedFeature | undefined {
  const codeOf = new Map<string, number>();
  const codesOf = (frame: Frame): Int32Array | undefined => {
    const at = frame.fields.findIndex((field) => field.name === name);
    const column = frame.columns[at];
    if (column === undefined || column.kind === 'vector') return undefined;
    const text = textOf(column);
    const codes = new Int32Array(frame.rows).fill(-1);
    for (let row = 0; row < frame.rows; row++) {
      if (!isPresent(column.validity, row)) continue;
      const value = text(row);
      let code = codeOf.get(value);
      if (code === undefined) {
        code = codeOf.size;
        codeOf.set(value, code);
        if (code >= valuesMost) return undefined;
      }
      codes[row] = code;
    }
    return codes;
  };
  const before = codesOf(reference);
  const now = before === undefined ? undefined : codesOf(current);
  if (before === undefined || now === undefined) return undefined;
  const values = [...codeOf.keys()];
  const coded: CodedFeature = { name, values, codes: [before, now] };
  const numbers = columnOf(reference, name)?.kind === 'number' ? values.map(Number) : [];
  // A few versions or settings are told by their values.
  return values.length > ranges && numbers.some((value) => !Number.isInteger(value)) ? inRanges(coded, numbers) : coded;
}

/** The codes of the values by ranges that hold about a tenth of the reference's rows each. */
function inRanges({ name, codes }: CodedFeature, numbers: readonly number[]): CodedFeature {
  const sorted = Float64Array.from(
    codes[0].filter((code) => code >= 0),
    (code) => numbers[code] as number,
  ).sort();
  const cuts = [
    ...new Set(Array.from({ length: ranges - 1 }, (_, at) => sorted[Math.floor(((at + 1) * sorted.length) / ranges)])),
  ]
    .filter((cut) => cut !== undefined)
    .map((cut) => Number(formatMeasured(cut)));
  const edges = [...new Set(cuts)].sort((a, b) => a - b);
  const rangeOf = numbers.map((value) => {
    const at = edges.findIndex((edge) => value <= edge);
    return at < 0 ? edges.length : at;
  });
  const label = (at: number): string => {
    const [low, high] = [edges[at - 1], edges[at]].map((edge) =>
      edge === undefined ? undefined : formatMeasured(edge),
    );
    return low === undefined ? `<= ${high}` : high === undefined ? `> ${low}` : `(${low}, ${high}]`;
  };
  const coded = (side: Int32Array): Int32Array => side.map((code) => (code < 0 ? code : (rangeOf[code] as number)));
  return {
    name,
    values: edges.length === 0 ? ['any'] : Array.from({ length: edges.length + 1 }, (_, at) => label(at)),
    codes: [coded(codes[0]), coded(codes[1])],
  };
}

function textOf(column: NumberColumn | TextColumn): (row: number) => string {
  if (column.kind === 'number') return (row) => String(column.values[row]);
  return (row) => column.dictionary.values[column.codes[row] as number] as string;
}

/** All parts of one feature; `within` keeps only the rows of another part. */
function partsOf(feature: CodedFeature, sides: readonly [Side, Side], change: number, within?: Part): Part[] {
  const size = feature.values.length;
  const sums = [new Float64Array(size), new Float64Array(size)] as const;
  const counts = [new Float64Array(size), new Float64Array(size)] as const;
  sides.forEach(({ rows, weights }, side) => {
    const codes = feature.codes[side as 0 | 1];
    const [sum, count] = [sums[side as 0 | 1], counts[side as 0 | 1]];
    for (let row = 0; row < rows; row++) {
      const code = codes[row] as number;
      if (code < 0 || (within !== undefined && within.feature.codes[side as 0 | 1][row] !== within.code)) continue;
      sum[code] = (sum[code] as number) + (weights[row] as number);
      count[code] = (count[code] as number) + 1;
    }
  });
  return feature.values.flatMap((value, code): Part[] => {
    const [before, now] = [counts[0][code] as number, counts[1][code] as number];
    if (now < minEvents) return [];
    const [n, m] = [sides[0].rows, sides[1].rows];
    const carried = (sums[1][code] as number) / m - (sums[0][code] as number) / n;
    const error = Math.sqrt((now * sides[1].spread) / (m * m) + (before * sides[0].spread) / (n * n));
    if (!(error > 0)) return [];
    const condition = { feature: feature.name, value };
    return [
      {
        conditions: [...(within?.conditions ?? []), condition],
        share: carried / change,
        support: now / m,
        supportReference: before / n,
        z: (carried - (now / m) * change) / error,
        feature,
        code,
      },
    ];
  });
}

function spreadOf(weights: Float64Array): number {
  const mean = meanOf(weights);
  let sum = 0;
  for (const weight of weights) sum += (weight - mean) ** 2;
  return sum / Math.max(1, weights.length);
}

/** How often the best part of shuffled weights stands out as much; 1 as soon as it is more than `level`. */
function chanceOf(z: number, features: readonly CodedFeature[], sides: readonly [Side, Side], change: number): number {
  const random = createRandom(1);
  const shuffledSides = sides.map((side) => ({ ...side, weights: side.weights.slice() })) as [Side, Side];
  let hits = 0;
  for (let time = 0; time < permutations; time++) {
    for (const { rows, weights } of shuffledSides)
      for (let at = rows - 1; at > 0; at--) {
        const other = random.below(at + 1);
        const moved = weights[at] as number;
        weights[at] = weights[other] as number;
        weights[other] = moved;
      }
    const most = features.reduce(
      (greatest, feature) =>
        partsOf(feature, shuffledSides, change).reduce((so, part) => Math.max(so, part.z), greatest),
      Number.NEGATIVE_INFINITY,
    );
    if (most < z) continue;
    hits++;
    if ((1 + hits) / (1 + permutations) > level) return 1;
  }
  return (1 + hits) / (1 + permutations);
}

/** Two conditions instead of one, where they say it more exactly. */
function refined(
  best: Part,
  singles: readonly Part[],
  features: readonly CodedFeature[],
  sides: readonly [Side, Side],
  change: number,
): Part {
  const starts = singles.toSorted((a, b) => b.z - a.z).slice(0, beam);
  let chosen = best;
  for (const start of starts)
    for (const feature of features) {
      if (feature === start.feature) continue;
      for (const part of partsOf(feature, sides, change, start)) {
        const smaller = part.support <= 0.6 * best.support;
        if (part.z > chosen.z * 1.1 && part.share >= 0.8 * Math.min(1, best.share) && smaller) chosen = part;
      }
    }
  return chosen;
}
