import { unitMistakes } from '../cause/units.ts';
import { formatNumber } from '../cause/words.ts';
import { bestOf, minPairs, mostFrequent, type PairStory } from './pair-story.ts';

/** Training and serving value of one event, both finite. */
type Numbers = readonly [a: number, b: number];

/** What a conversion may lose: tables of factors have four digits, and so have prices in two currencies. */
const near = 0.002;
/** A constant offset, or a straight line, is one of arithmetic and not of measurement. */
const close = 1e-6;

/**
 * How the numbers of one event differ on the two sides, as one rule for most of them: tested pair by pair, so a rule that holds
 * for the distributions only is none. `of` is the number of differing pairs, those that are no numbers among them; `agreed` the
 * least and the greatest value that is equal on both sides, where any is.
 */
export function numberStory(pairs: readonly Numbers[], of: number, agreed?: Agreed): PairStory | undefined {
  if (pairs.length < minPairs) return undefined;
  const shareWhere = (holds: (a: number, b: number) => boolean): number =>
    pairs.reduce((sum, [a, b]) => sum + Number(holds(a, b)), 0) / of;
  // Two kinds of pairs, such as a flag turned round, follow a hundred rules.
  if (new Set(pairs.map(([a, b]) => `${a} ${b}`)).size < minPairs) return bestOf([constantStory(pairs, of, agreed)]);
  // From the most special rule to the most general: a line explains whatever a unit does.
  return bestOf([
    constantStory(pairs, of, agreed),
    ...roundings(shareWhere),
    shiftStory(pairs, shareWhere),
    ...unitMistakes.map(
      ({ factor, offset, unit }): PairStory => ({
        kind: 'unit',
        factor,
        offset,
        share: shareWhere((a, b) => a !== 0 && within(b, factor * a + offset, near)),
        text: `is ${factorText(factor, offset)}: ${unit}?`,
      }),
    ),
    factorStory(pairs, shareWhere),
    ...transforms.map(
      ([name, change]): PairStory => ({
        kind: 'transform',
        share: shareWhere((a, b) => within(b, change(a), close)),
        text: `is the ${name} of training: transformed on one side only?`,
      }),
    ),
    ...transforms.map(
      ([name, change]): PairStory => ({
        kind: 'transform',
        share: shareWhere((a, b) => within(a, change(b), close)),
        text: `is what training is the ${name} of: transformed on one side only?`,
      }),
    ),
    lineStory(pairs, shareWhere),
  ]);
}

const transforms: readonly (readonly [name: string, change: (value: number) => number])[] = [
  ['natural logarithm', Math.log],
  ['logarithm of one more', Math.log1p],
  ['decimal logarithm', Math.log10],
  ['square root', Math.sqrt],
];

function within(value: number, wanted: number, tolerance: number): boolean {
  return Math.abs(value - wanted) <= tolerance * Math.max(Math.abs(value), Math.abs(wanted));
}

function factorText(factor: number, offset: number): string {
  const times = factor === -1 ? 'minus training' : factor === 1 ? 'training' : `${formatNumber(factor)} times training`;
  if (offset === 0) return times;
  return offset > 0 ? `${times} plus ${formatNumber(offset)}` : `${times} less ${formatNumber(-offset)}`;
}

interface Agreed {
  readonly min: number;
  readonly max: number;
}

/**
 * One side has the same value wherever they differ: a default, or a limit that the other goes beyond. A limit leaves alone what
 * lies within it, and nothing beyond it.
 */
function constantStory(pairs: readonly Numbers[], of: number, agreed: Agreed | undefined): PairStory | undefined {
  for (const side of [1, 0] as const) {
    const frequent = mostFrequent(pairs.map((pair) => pair[side]));
    if (frequent === undefined) continue;
    const { value } = frequent;
    const others = pairs.filter((pair) => pair[side] === value).map((pair) => pair[1 - side] as number);
    if (others.length < minPairs || others.every((other) => other === others[0])) continue;
    const share = others.length / of;
    const above = others.every((other) => other > value);
    const below = others.every((other) => other < value);
    const beyond = agreed !== undefined && ((above && agreed.max <= value) || (below && agreed.min >= value));
    const name = formatNumber(value);
    const way = (others[0] as number) > value ? 'above' : 'below';
    // A sign that is never other than zero is a default rather than a limit.
    if (beyond && value !== 0)
      return {
        kind: 'cut-off',
        share,
        text: `${side === 1 ? `is ${name} where training goes ${way}` : `goes ${way} ${name}, where training ends`}: cut off on one side only?`,
      };
    return {
      kind: 'default',
      share,
      text: `${side === 1 ? `is ${name} whatever training has` : `differs where training is ${name}`}: a default in place of the value?`,
    };
  }
  return undefined;
}

function* roundings(shareWhere: (holds: (a: number, b: number) => boolean) => number): Generator<PairStory> {
  yield {
    kind: 'rounded',
    share: shareWhere((a, b) => Math.fround(a) === b || Math.fround(b) === a),
    text: 'is the same number in 32 bits instead of 64',
  };
  for (let digits = -3; digits <= 6; digits++) {
    const power = 10 ** digits;
    const unit = digits === 0 ? 'whole numbers' : digits > 0 ? `${digits} decimals` : `multiples of ${10 ** -digits}`;
    for (const [verb, round] of [
      ['rounded', Math.round],
      ['cut', Math.trunc],
    ] as const) {
      const rounded = (value: number): number => round(value * power) / power;
      // A half may go either way.
      const holds = (full: number, short: number): boolean =>
        within(short, rounded(full), 1e-12) ||
        (verb === 'rounded' &&
          within(short * power, Math.round(short * power), 1e-12) &&
          Math.abs(short - full) <= 0.5 / power + 1e-12 * Math.abs(full));
      yield {
        kind: 'rounded',
        share: shareWhere((a, b) => holds(a, b)),
        text: `is training ${verb} to ${unit}`,
      };
      yield {
        kind: 'rounded',
        share: shareWhere((a, b) => holds(b, a)),
        text: `is what training has ${verb} to ${unit}`,
      };
    }
  }
}

function shiftStory(
  pairs: readonly Numbers[],
  shareWhere: (holds: (a: number, b: number) => boolean) => number,
): PairStory | undefined {
  const offset = median(pairs.map(([a, b]) => b - a));
  if (offset === 0) return undefined;
  const share = shareWhere((a, b) => Math.abs(b - a - offset) <= close * Math.max(Math.abs(a), Math.abs(b)));
  // Where all of one side is one value, an offset says nothing.
  if (pairs.every(([a]) => a === pairs[0]?.[0])) return undefined;
  const direction = offset > 0 ? 'above' : 'below';
  return { kind: 'shift', offset, share, text: `is ${formatNumber(Math.abs(offset))} ${direction} training` };
}

function factorStory(
  pairs: readonly Numbers[],
  shareWhere: (holds: (a: number, b: number) => boolean) => number,
): PairStory | undefined {
  const ratios = pairs.filter(([a]) => a !== 0).map(([a, b]) => b / a);
  if (ratios.length < minPairs) return undefined;
  const factor = median(ratios);
  if (factor === 0 || factor === 1 || pairs.every(([a]) => a === pairs[0]?.[0])) return undefined;
  const share = shareWhere((a, b) => a !== 0 && within(b, factor * a, near));
  return { kind: 'factor', factor, offset: 0, share, text: `is ${formatNumber(factor)} times training` };
}

/** A straight line through two far points of the sample: a scaling or centring that one side lacks. */
function lineStory(
  pairs: readonly Numbers[],
  shareWhere: (holds: (a: number, b: number) => boolean) => number,
): PairStory | undefined {
  const sorted = [...pairs].sort((x, y) => x[0] - y[0]);
  const low = sorted[Math.floor(sorted.length / 10)] as Numbers;
  const high = sorted[Math.ceil((sorted.length - 1) * 0.9)] as Numbers;
  if (pairs.length < 10 || high[0] === low[0]) return undefined;
  const factor = (high[1] - low[1]) / (high[0] - low[0]);
  const offset = low[1] - factor * low[0];
  if (factor === 0) return undefined;
  const room = close * Math.max(Math.abs(high[1] - low[1]), Math.abs(high[1]), Math.abs(low[1]));
  const share = shareWhere((a, b) => Math.abs(b - (factor * a + offset)) <= room);
  const text = `is ${factorText(factor, offset)}: scaled on one side only?`;
  return { kind: 'linear', factor, offset, share, text };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Of at least one value; the nearest rank. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] as number;
}
