import type { MeasuredFactor } from './measured-factor.ts';
import { dimensionsOf, mayMeasure, type UnitMistake, unitMistakes } from './units.ts';

/** A unit is named where chance would have put a factor so close to a known one with at most this probability. */
const maxChance = 1 / 8;
/** The interval may be at most so wide, as a share of the way from 1; both as logarithms. */
const maxWidth = 1 / 8;

/**
 * The unit that a measured factor stands for: the only known one within its interval that the feature's name allows, where it is
 * there by no accident. Undefined otherwise.
 *
 * Factors that are nobody's mistake, of growth or of another population, may be any: half of them are taken to lie within a factor of
 * four, with density ¼·e^(-½|ln f|) in the logarithm. One of `k` known factors lies in an interval of (logarithmic) width `w` around
 * `f` by accident about as often as `k · w · ¼·e^(-½|ln f|)`, compared with a mistake of which each unit is as likely; this has to be
 * an eighth at most. `k` counts the factors of the unit's dimension, where the name says it, else all of them. For kilometres the
 * interval has to be narrower than ±3 % where the name says a length, and ±1.3 % where it says nothing; for feet ±4.5 % and ±2 %;
 * for a hundred ±30 % in an `amount`, and ±10 %.
 */
export function namedUnit(feature: string, { low, high }: MeasuredFactor): UnitMistake | undefined {
  const dimensions = dimensionsOf(feature);
  const known = unitMistakes.filter(
    ({ dimension, factor, offset }) => offset === 0 && factor > 0 && mayMeasure(dimensions, dimension),
  );
  const within = known.filter(({ factor }) => low <= factor && factor <= high);
  const [only] = within;
  if (only === undefined || within.length > 1) return undefined;
  const width = Math.log(high / low);
  const distance = Math.abs(Math.log(only.factor));
  const alike = dimensions === undefined ? known : known.filter(({ dimension }) => dimension === only.dimension);
  const chance = alike.length * width * 0.25 * Math.exp(-distance / 2);
  return chance <= maxChance && width <= maxWidth * distance ? only : undefined;
}
