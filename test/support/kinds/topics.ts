import { createRandom, type Random } from '../../../common/random.ts';

const syllables = [
  'ka',
  'lo',
  'mi',
  'ten',
  'ra',
  'su',
  'vel',
  'nor',
  'pi',
  'dra',
  'o',
  'shi',
  'bel',
  'un',
  'gar',
  'ti',
];

/** A made-up word of two to four syllables. */
function word(random: Random): string {
  return Array.from({ length: 2 + random.below(3) }, () => syllables[random.below(syllables.length)]).join('');
}

function words(count: number, seed: number): string[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => word(random));
}

/** Words that every topic uses, and those of its own: frequencies fall as in a language, a few make most of a text. */
const shared = words(200, 1);
const own = { sea: words(1500, 2), kitchen: words(1500, 3) };
export type Topic = keyof typeof own;

/** Sentences of 8 to 24 words about a topic, half of them its own. */
export function sentences(topic: Topic, count: number, seed: number): string[] {
  const random = createRandom(seed);
  const pick = (from: readonly string[]): string => from[Math.floor(from.length * random.next() ** 3)] as string;
  return Array.from({ length: count }, () => {
    const length = 8 + random.below(17);
    const chosen = Array.from({ length }, () => pick(random.next() < 0.5 ? shared : own[topic]));
    return `${chosen.join(' ')}.`;
  });
}

export interface EmbeddingChange {
  /** Adds a multiple of the unit vector of ones to the vectors of one cluster. */
  readonly shiftCluster?: number;
  /** Turns each pair of neighbouring axes by this angle, radians. */
  readonly rotate?: number;
  /** Share of the vectors that are of the first of three clusters; default a third. */
  readonly firstShare?: number;
}

/** Vectors of three clusters around seeded centers, as embeddings of three topics are. */
export function embeddings(
  { dimension, count, seed }: { readonly dimension: number; readonly count: number; readonly seed: number },
  { shiftCluster = 0, rotate = 0, firstShare = 1 / 3 }: EmbeddingChange = {},
): Float32Array[] {
  const center = createRandom(77);
  const centers = Array.from({ length: 3 }, () => Float64Array.from({ length: dimension }, () => center.normal()));
  const random = createRandom(seed);
  return Array.from({ length: count }, () => {
    const draw = random.next();
    const cluster = draw < firstShare ? 0 : draw < firstShare + (1 - firstShare) / 2 ? 1 : 2;
    const vector = Float64Array.from(centers[cluster] as Float64Array, (value) => value + 0.5 * random.normal());
    if (cluster === 0)
      for (let at = 0; at < dimension; at++) vector[at] = (vector[at] as number) + shiftCluster / Math.sqrt(dimension);
    return Float32Array.from(rotated(vector, rotate));
  });
}

function rotated(vector: Float64Array, angle: number): Float64Array {
  if (angle === 0) return vector;
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const out = vector.slice();
  for (let at = 0; at + 1 < vector.length; at += 2) {
    const [x, y] = [vector[at] as number, vector[at + 1] as number];
    out[at] = cosine * x - sine * y;
    out[at + 1] = sine * x + cosine * y;
  }
  return out;
}
