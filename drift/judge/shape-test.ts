import type { Profile } from '../profile/profile.ts';
import { intoCells } from '../reference/cells.ts';
import { divergence } from '../reference/divergence.ts';
import { minWindowValues } from '../reference/null-windows.ts';
import { seasonOf } from '../reference/season.ts';
import { type Tail, tailProbability, tailQuantile } from '../reference/tail.ts';
import { total } from '../statistics/counts.ts';
import type { KnownNull } from './known-null.ts';
import { chiSquareRatio, chiSquareRatioTail } from './normal.ts';
import type { ReferenceSide } from './reference-side.ts';
import { spreadAmong } from './spread.ts';

/** A reference side smaller than this describes no distribution. */
const minReferenceValues = 100;

/** Of the divergence: two sides that have nothing in common. A limit there can never be exceeded. */
const bitsMost = 1;

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

/** What the verdict on a shape was worked out from; divergences in bits. */
export interface ShapeWorkings {
  readonly kind: 'shape';
  /** Cells that the bins were put together to. */
  readonly cells: number;
  /** Usable values on both sides. */
  readonly nReference: number;
  readonly nCurrent: number;
  readonly bits: number;
  /** What sampling explains, and its degrees of freedom. */
  readonly expected: number;
  readonly degrees: number;
  /** What the habit of the season explains. */
  readonly season: number;
  readonly habit: number;
  /** Windows of the reference in which the feature was measured. */
  readonly windows: number;
  readonly scope: 'all' | 'segments';
  readonly tail: Tail;
  /** Times sampling and habit that may be exceeded with probability alpha; times sampling alone, by chi-square. */
  readonly ratio: number;
  readonly chance: number;
  readonly pHabit: number;
  readonly pChance: number;
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
  readonly scope: 'all' | 'segments';
  readonly windowStartMs: number;
  readonly windowMs: number;
  /** The reference itself: the cells are made from it, whatever is compared with. */
  readonly trained: ReferenceSide;
  readonly reference: ReferenceSide;
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
export function testShape(input: ShapeInput): (TestResult & { readonly workings: ShapeWorkings }) | NotJudged {
  const { alpha, known } = input;
  const nCurrent = total(input.currentBins);
  const nReference = input.reference.values;
  if (nCurrent < minWindowValues)
    return { notJudged: `only ${nCurrent} usable values in the window; ${minWindowValues} are needed` };
  if (nReference < minReferenceValues)
    return {
      notJudged: `not enough reference: ${nReference} usable values on its side; ${minReferenceValues} are needed`,
    };
  const { cells, whole } = input.trained.cells(nCurrent);
  const before = input.reference === input.trained ? whole : intoCells(input.reference.profile.bins, cells);
  const measured = divergence(before, intoCells(input.currentBins, cells));
  if ('notJudged' in known) return { ...known, measured };
  const { tail } = known;
  const season = seasonOf(input.windowStartMs, input.windowMs);
  const ordinary = known.habit[season] ?? 0;
  const habit = Math.max(ordinary, input.occasions === undefined ? 0 : spreadAmong(input.occasions, cells));
  const { bits, expected, degrees } = measured;
  const explained = expected + habit;
  const ratio = tailQuantile(tail, alpha);
  const chance = chiSquareRatio(alpha, degrees);
  const critical = Math.max(explained * ratio, expected * chance);
  if (critical >= bitsMost) return { notJudged: beyondReach(nCurrent, known.windows, expected * chance), measured };
  const pHabit = tailProbability(tail, bits / explained);
  const pChance = chiSquareRatioTail(bits / expected, degrees);
  return {
    value: Math.sqrt(bits),
    critical: Math.sqrt(critical),
    pValue: Math.max(pHabit, pChance),
    effect: Math.sqrt(Math.max(0, bits - expected)),
    beyond: bits > critical,
    measured,
    workings: {
      kind: 'shape',
      cells: cells.count,
      nReference,
      nCurrent,
      bits,
      expected,
      degrees,
      season,
      habit,
      windows: known.windows,
      scope: input.scope,
      tail,
      ratio,
      chance,
      pHabit,
      pChance,
    },
  };
}

/** Why no divergence would be an alarm: by chance alone (`chanceBits`), or by what few windows leave open. */
function beyondReach(nCurrent: number, windows: number, chanceBits: number): string {
  return chanceBits >= bitsMost
    ? `only ${nCurrent} usable values in the window: chance alone could take them as far from the reference as is possible`
    : `not enough reference: by its ${windows} windows of this length, an ordinary one may be as far from it as is possible`;
}
