import type { FeatureField } from './feature.ts';

/**
 * Numbers and categories that stand for a feature of a richer kind in profiles and judgements, as `review.length` for
 * `review`. `docs/methods/kinds.md` says what each of them is.
 */
export const measuresOf = {
  text: ['length', 'tokens', 'unknown', 'garbled'],
  identifier: ['length', 'pattern'],
  vector: ['norm', 'centroid', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8'],
  timestamp: ['lag', 'grain'],
} as const;
export type MeasuredKind = keyof typeof measuresOf;

const measureNames: ReadonlySet<string> = new Set(Object.values(measuresOf).flat());

/** Random directions that vectors are projected on. */
export const projections = 8;

export function measureName(feature: string, measure: string): string {
  return `${feature}.${measure}`;
}

/** `review` of its measure `review.length`; any other name is its own. */
export function measuredFeature(name: string): string {
  const at = name.lastIndexOf('.');
  return at > 0 && measureNames.has(name.slice(at + 1)) ? name.slice(0, at) : name;
}

/** Whether a measure is a number without a unit of its own: nobody mistakes the unit of a projection. */
export function isDirection(feature: string, name: string): boolean {
  return /^(centroid|p[1-8])$/.test(name.slice(feature.length + 1));
}

/** The names of all measures a feature may get, once a reference has said what it is. */
export function possibleMeasures({ name, type, kind }: FeatureField): string[] {
  const kinds = kindsOf(type, kind);
  return [...new Set(kinds.flatMap((one) => measuresOf[one]))].map((measure) => measureName(name, measure));
}

function kindsOf(type: FeatureField['type'], kind: FeatureField['kind']): readonly MeasuredKind[] {
  if (type === 'vector' || type === 'timestamp') return [type];
  if (type !== 'string' || kind === 'category') return [];
  return kind === undefined ? ['text', 'identifier'] : [kind];
}

/** Texts of which so many are of several words are sentences, not names. */
const wordyShare = 0.5;
const severalWords = 3;

/**
 * Whether texts are sentences rather than identifiers: at least half of them hold three words or more, set apart by blanks.
 * Texts in scripts without blanks between words are not recognized: a contract says `kind: text` of them.
 */
export function isWordy(texts: Iterable<string>): boolean {
  let count = 0;
  let wordy = 0;
  for (const text of texts) {
    count++;
    if (text.trim().split(/\s+/, severalWords).length >= severalWords) wordy++;
  }
  return count > 0 && wordy >= wordyShare * count;
}
