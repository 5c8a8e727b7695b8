import type { Binning, Profile } from '../profile/profile.ts';
import { cellsFor, intoCells } from '../reference/cells.ts';
import { divergence } from '../reference/divergence.ts';
import { minWindowValues } from '../reference/null-windows.ts';
import { seasonOf } from '../reference/season.ts';
import { type Tail, tailProbability, tailQuantile } from '../reference/tail.ts';
import { total } from '../statistics/counts.ts';
import type { KnownNull } from './known-null.ts';
import { chiSquareRatio, chiSquareRatioTail } from './normal.ts';
import { spreadAmong } from './spread.ts';

/** A reference side smaller than this describes no distribution. */
const minReferenceValues = 100;

/** A test's verdict on one aspect of one feature; distances are Jensen–Shannon, base 2. */
export interface TestResult {
  readonly value: number;
  readonly critical: number;
  readonly pValue: number;
  /** The change beyond what sampling explains, as a distance. */
  readonly effect: number;
  /** Beyond the critical value. */
  readonly beyond: boolean;
  readonly measured?: Bits;
}

/** Jensen–Shannon divergence, base 2, and what sampling gives on average. */
export interface Bits {
  readonly bits: number;
  readonly expected: number;
}

export interface NotJudged {
  readonly notJudged: string;
  /** Where both sides could be compared, but nothing is known to judge it by. */
  readonly measured?: Bits;
}

export interface ShapeInput {
  /** What is known of ordinary windows under this comparison. */
  readonly known: KnownNull | { readonly notJudged: string };
  /** The occasions the reference side is a sum of, where what they differ by among themselves counts as habit. */
  readonly occasions?: readonly Profile[];
  readonly windowStartMs: number;
  readonly windowMs: number;
  readonly binning: Binning;
  /** Of the reference itself: the cells are made from these, whatever is compared with. */
  readonly trainedBins: Float64Array;
  readonly referenceBins: Float64Array;
  readonly currentBins: Float64Array;
  /** Share of false alarms this one test may give, in (0, 1). */
  readonly alpha: number;
}

/**
 * Is the distribution over the bins another one than chance and habit explain?
 *
 * The divergence is divided by what sampling (the sizes of both sides) and habit (the season's own excess) explain, and
 * compared with the same ratio of ordinary windows under the same comparison: the quantile at `1 - alpha` of their pooled tail. It never
 * counts as more surprising than sampling alone would have it (chi-square), so an over-regular stream is not oversensitive.
 */
export function testShape(input: ShapeInput): TestResult | NotJudged {
  const { alpha, known } = input;
  const nCurrent = total(input.currentBins);
  const nReference = total(input.referenceBins);
  if (nCurrent < minWindowValues)
    return { notJudged: `only ${nCurrent} usable values in the window; ${minWindowValues} are needed` };
  if (nReference < minReferenceValues)
    return {
      notJudged: `not enough reference: ${nReference} usable values on its side; ${minReferenceValues} are needed`,
    };
  const cells = cellsFor(input.binning, input.trainedBins, nCurrent);
  const measured = divergence(intoCells(input.referenceBins, cells), intoCells(input.currentBins, cells));
  if ('notJudged' in known) return { ...known, measured };
  const { tail } = known;
  const ordinary = known.habit[seasonOf(input.windowStartMs, input.windowMs)] ?? 0;
  const habit = Math.max(ordinary, input.occasions === undefined ? 0 : spreadAmong(input.occasions, cells));
  const explained = measured.expected + habit;
  const { ratio, chance } = limits(tail, alpha, measured.degrees);
  const critical = Math.max(explained * ratio, measured.expected * chance);
  return {
    value: Math.sqrt(measured.bits),
    critical: Math.sqrt(critical),
    pValue: Math.max(
      tailProbability(tail, measured.bits / explained),
      chiSquareRatioTail(measured.bits / measured.expected, measured.degrees),
    ),
    effect: Math.sqrt(Math.max(0, measured.bits - measured.expected)),
    beyond: measured.bits > critical,
    measured,
  };
}

function limits(tail: Tail, alpha: number, degrees: number): { ratio: number; chance: number } {
  return { ratio: tailQuantile(tail, alpha), chance: chiSquareRatio(alpha, degrees) };
}
