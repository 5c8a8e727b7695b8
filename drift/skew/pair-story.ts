/** A simple explanation of how the values of one event differ, that was tested on each pair. */
export interface PairStory {
  readonly kind: PairStoryKind;
  /** Share of the differing pairs that it explains, in [0, 1]. */
  readonly share: number;
  /** One clause of plain words; `serving` is its subject. */
  readonly text: string;
  /** Of `unit`, `factor`, `linear`: serving = factor × training + offset. Of `shift` the offset alone. */
  readonly factor?: number;
  readonly offset?: number;
}

export const pairStoryKinds = [
  'unit',
  'factor',
  'linear',
  'transform',
  'shift',
  'time-zone',
  'rounded',
  'cut-off',
  'default',
  'unreadable',
  'case',
  'whitespace',
  'form',
  'encoding',
  'truncated',
  'affix',
  'renamed',
  'missing-instead',
] as const;
export type PairStoryKind = (typeof pairStoryKinds)[number];

/** Less than this share of the differing pairs is no story. */
export const minShare = 0.6;
/** Fewer differing pairs than this tell nothing. */
export const minPairs = 3;

/** The story that explains most; of equals the first. */
export function bestOf(stories: Iterable<PairStory | undefined>): PairStory | undefined {
  let best: PairStory | undefined;
  for (const story of stories)
    if (story !== undefined && story.share >= minShare && (best === undefined || story.share > best.share + 1e-9))
      best = story;
  return best;
}

/** The most frequent of some values, with its share; undefined of none. */
export function mostFrequent<T>(values: readonly T[]): { readonly value: T; readonly share: number } | undefined {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best: { readonly value: T; readonly share: number } | undefined;
  for (const [value, count] of counts)
    if (best === undefined || count / values.length > best.share) best = { value, share: count / values.length };
  return best;
}
