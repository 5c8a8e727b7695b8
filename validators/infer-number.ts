import { isPresent, type NumberColumn } from '../common/columns.ts';
import { count, type InferredFeature, percent } from './inferred.ts';

/** Ranges are widened on both sides by this share of their width: the extremes of the next data are never the same. */
const slackShare = 0.1;
/** Divided by the root of the rows, what is added to it: few rows say little of the extremes. */
const slackOfFew = 5;
/** A column of doubles holds integers if so many of them are whole. */
const wholeEnough = 1000;

/** Integer or number, and the range. NaN and infinities are unusable. */
export function inferNumber(column: NumberColumn, rows: number, type: 'number' | 'integer'): InferredFeature {
  const { values, validity } = column;
  let finite = 0;
  let unusable = 0;
  let whole = true;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < rows; row++) {
    if (!isPresent(validity, row)) continue;
    const value = values[row] as number;
    if (!Number.isFinite(value)) {
      unusable++;
      continue;
    }
    finite++;
    if (value < least) least = value;
    if (value > most) most = value;
    if (whole && !Number.isSafeInteger(value)) whole = false;
  }
  const present = finite + unusable;
  if (finite === 0) {
    return { type: 'number', limits: { onTypeMismatch: 'flag' }, present, notes: ['NaN or infinite in every row'] };
  }
  const isInteger = whole && (type === 'integer' || finite >= wholeEnough);
  const { min, max, slack } = widen({ least, most, rows: finite, isInteger });
  const notes = [
    least === most ? `always ${least}` : `from ${least} to ${most}; the range is widened by ${percent(slack)}`,
    ...(unusable === 0 ? [] : [`NaN or infinite in ${count(unusable)} rows, so such values are flagged, not rejected`]),
  ];
  const limits = {
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(unusable === 0 ? {} : { onTypeMismatch: 'flag' as const }),
  };
  return { type: isInteger ? 'integer' : 'number', limits, present, notes };
}

interface Extremes {
  readonly least: number;
  readonly most: number;
  /** That they were seen in. */
  readonly rows: number;
  readonly isInteger: boolean;
}

function widen({ least, most, rows, isInteger }: Extremes): { min?: number; max?: number; slack: number } {
  const share = slackShare + slackOfFew / Math.sqrt(rows);
  // Yes or no, as 0 and 1.
  if (isInteger && least >= 0 && most <= 1) return { min: 0, max: 1, slack: 0 };
  const width = most > least ? most - least : Math.max(1, Math.abs(least));
  const slack = width * share;
  const step = isInteger ? 1 : 10 ** (Math.floor(Math.log10(width)) - 2);
  // Counts and sizes stay on their side of zero.
  const low = Math.min(least, outward(least - slack, step, Math.floor));
  const high = Math.max(most, outward(most + slack, step, Math.ceil));
  const min = least >= 0 ? Math.max(0, low) : low;
  const max = most <= 0 ? Math.min(0, high) : high;
  return {
    ...(Number.isFinite(min) ? { min } : {}),
    ...(Number.isFinite(max) ? { max } : {}),
    slack: share,
  };
}

/** The next multiple of a step, without the noise of binary fractions. */
function outward(value: number, step: number, round: (value: number) => number): number {
  const steps = round(value / step);
  return Number.isSafeInteger(steps) ? Number((steps * step).toPrecision(12)) : value;
}
